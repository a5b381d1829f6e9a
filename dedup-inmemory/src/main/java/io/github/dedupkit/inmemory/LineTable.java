package io.github.dedupkit.inmemory;

import io.github.dedupkit.Retention;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of timestamped fingerprints in {@link Line}s, which grows by one line at a time, in front of a smaller one
 * that takes the records of lines that are full. Thread-safe.
 */
final class LineTable implements Lines {
    /*
     * Addressing. A key has a home at the base size (from the upper bits of its lower half, or of a multiple of that) and a
     * fingerprint (from its lowest bits, and those of its upper half). Growth is linear hashing (Litwin, "Linear Hashing: A
     * New Tool for File and Table Addressing", 1980): each doubling takes one more of the fingerprint's lowest bits into the
     * address, and splits the lines one after the other, line i into i and i + lines at the last doubling. `geometry`
     * holds the doublings done and the lines already split in the present one.
     *
     * Locking. Whoever holds the lock of a key's line decides alone about the key, for no key can change its line while that
     * line is locked: a split holds both lines, and publishes the geometry before it lets them go. So a line is looked up,
     * locked, and looked up again. A lock of this table may be held while one of the overflow table is taken, never the
     * other way round. See LineLocks for a holder that fails: what it does then stands three times here, and this class is
     * long, because nothing may be called there.
     *
     * Records of one key. Because L + S <= W, the newest mark of a key is enough to judge any event that is not too late. Where
     * records differ by more than their age, that is in wide lines, a new one takes the place of an older one; in narrow ones
     * both stay, so that nobody else's record goes whose fingerprint is the same.
     *
     * Overflow. A record that finds its line full goes to the overflow table, at a home of its own, under the lock of
     * its line here, whose header notes the record's class. A class without a note has nothing there.
     *
     * Time. The watermark and its tick are read under the lock of a line, after whoever held it before has read them:
     * no line is seen at a tick earlier than its last one.
     */
    static final int FIRST_SEEN = 0;
    static final int REPLAYED = 1;
    static final int DUPLICATE = 2;
    static final int TOO_LATE = 3;
    static final int FULL = 4;

    /** As {@link #FIRST_SEEN}, at the price of the oldest record in the line. */
    static final int EVICTED = 5;

    private static final int DOUBLINGS_SHIFT = 48;
    private static final long SPLIT_MASK = (1L << DOUBLINGS_SHIFT) - 1;
    private static final long SAMPLE_SEED = 1;
    private static final int SAMPLES = 1024;
    private static final LongBinaryOperator LATER = Math::max;
    private static final long[] MULTIPLIERS = {1, 0x9E3779B97F4A7C15L, 0xD1342543DE82EF95L, 0xAF251AF3B0F025B5L};

    private final TableShape shape;
    private final Width width;
    private final boolean grows;
    private final long baseLines;
    private final long fingerprintMask;
    private final int chunkShift;
    private final int chunkMask;
    private final Ages ages;
    private final EventTime time;
    private final long multiplier;
    private final @Nullable LineTable overflow;
    private final LineLocks locks = new LineLocks(this);
    private final Sweeper sweeper;
    private final AtomicLong evictedBefore = new AtomicLong(Long.MIN_VALUE);
    private volatile ByteBuffer[] chunks;
    private volatile long geometry;
    private volatile long maximumLines;

    /**
     * Makes a table.
     *
     * @param present the lines that it has: those to begin with, or more if it has grown before
     */
    LineTable(TableShape shape, long present, int level, Ages ages, EventTime time, @Nullable LineTable overflow) {
        this.shape = shape;
        this.ages = ages;
        this.time = time;
        this.overflow = overflow;
        width = shape.width();
        baseLines = shape.lines();
        fingerprintMask = shape.fingerprintMask();
        chunkShift = shape.chunkShift();
        chunkMask = (1 << shape.chunkShift()) - 1;
        multiplier = MULTIPLIERS[level];
        maximumLines = shape.maximumLines();
        grows = shape.maximumLines() > shape.lines();
        long perChunk = 1L << shape.chunkShift();
        chunks = LineMemory.allocate(
                maximumLines > present ? (present + perChunk - 1) / perChunk * perChunk : present, shape.chunkShift());
        int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(present / baseLines);
        geometry = ((long) doublings << DOUBLINGS_SHIFT) | (present - (baseLines << doublings));
        sweeper = new Sweeper(this, ages, Line.STAMPS, time.tick().number);
        LineLocks.Left some = locks.left[0];
        if (some.line < 0) { // resolves the fields that a full stack has no room to resolve
            some.header = 0;
            some.line = -1;
        }
    }

    /** The line of a key, as the table stands: to be given to {@link #mark}. */
    long lineOf(long keyHigh, long keyLow) {
        return grows ? locate(home(keyLow), fingerprint(keyHigh, keyLow), geometry) : home(keyLow);
    }

    /**
     * Loads lines towards the processor, with as little as possible between one load and the next; negative ones are
     * passed over.
     *
     * @return something that means nothing, and must be used for something
     */
    long touch(long[] located, int count) {
        ByteBuffer[] all = chunks;
        long touched = 0;
        if (all.length == 1) {
            ByteBuffer only = all[0];
            for (int i = 0; i < count; i++) {
                long line = located[i];
                if (line >= 0) {
                    touched |= Line.touch(only, offset(line));
                }
            }
        } else {
            for (int i = 0; i < count; i++) {
                long line = located[i];
                if (line >= 0) {
                    touched |= Line.touch(all[(int) (line >>> chunkShift)], offset(line));
                }
            }
        }
        return touched;
    }

    /** The line of the overflow table that a key may have a record in, or get one; -1 if its line here is all it needs. */
    long elsewhere(long line, long keyHigh, long keyLow, long now) {
        LineTable elsewhere = overflow;
        ByteBuffer lines = chunk(line);
        int at = offset(line);
        long header = Line.touch(lines, at);
        return elsewhere != null
                        && (Line.overflowed(header, fingerprint(keyHigh, keyLow))
                                || Line.vacancy(lines, at, header, width, ages, now) < 0)
                ? elsewhere.lineOf(keyHigh, keyLow)
                : -1;
    }

    /**
     * Marks a key.
     *
     * @param likely the key's line, as it was a while ago
     * @param timestamp the event's time
     * @param tag what is kept of its origin; 0 for none
     * @param now the present, at least where the timestamp is ahead of the watermark
     * @param told whether the key is known to be new: recorded in place of what is remembered of it, also when it is late
     */
    int mark(long keyHigh, long keyLow, long likely, long timestamp, int tag, long now, boolean told) {
        long fingerprint = fingerprint(keyHigh, keyLow);
        long line = likely;
        while (true) {
            ByteBuffer lines = chunk(line);
            int at = offset(line);
            long header = Line.tryLock(lines, at);
            if ((header & Line.LOCKED) != 0) {
                header = locks.await(lines, at);
            }
            try {
                long present = grows ? locate(home(keyLow), fingerprint, geometry) : line;
                if (present != line) {
                    line = present;
                    continue;
                }
                long event = timestamp;
                if (timestamp > time.watermark()) {
                    event = time.clamp(timestamp, now);
                    time.raise(event, now);
                }
                long highest = time.watermark();
                EventTime.Tick tick = time.tick();
                if (!told && time.isLate(event, highest, tick)) {
                    return TOO_LATE;
                }
                long number = time.numberOf(event, tick);
                header = Line.refresh(lines, at, header, ages, tick.number);
                if (told) {
                    header = erase(lines, at, header, keyHigh, keyLow, tick.number);
                    if (tick.number + ages.skew() - number >= ages.expired()) {
                        return FIRST_SEEN;
                    }
                } else {
                    int found = Line.find(lines, at, header, width, fingerprint, ages, tick.number, number);
                    if (found >= 0) {
                        return replays(lines, at, header, found, tag) ? REPLAYED : DUPLICATE;
                    }
                    if (width == Width.WIDE) {
                        header = endAll(lines, at, header, fingerprint, tick.number);
                    }
                }
                int place = Line.vacancy(lines, at, header, width, ages, tick.number);
                if (place < 0 || Line.overflowed(header, fingerprint)) {
                    int outcome = markElsewhere(keyHigh, keyLow, event, tag, place < 0, told);
                    if (outcome == FULL && shape.evicts() && !mayGrow()) {
                        place = Line.oldest(lines, at, header, width, ages, tick.number);
                        long end = tick.number + ages.skew() - Line.age(lines, at, header, place, ages, tick.number);
                        evictedBefore.accumulateAndGet(time.endOf(end, tick), LATER);
                        header = end(lines, at, header, place, tick.number);
                        header = put(lines, at, header, place, fingerprint, number, tag);
                        return EVICTED;
                    }
                    if (outcome != FIRST_SEEN) {
                        return outcome;
                    }
                    if (place < 0) {
                        header = Line.overflow(header, fingerprint);
                        return FIRST_SEEN;
                    }
                }
                header = put(lines, at, header, place, fingerprint, number, tag);
                return FIRST_SEEN;
            } finally {
                try {
                    Line.unlock(lines, at, header);
                } catch (Throwable e) { // the stack is full, nothing can be called; see LineLocks
                    int slot = (int) line & (LineLocks.MOST - 1);
                    while (locks.left[slot].line >= 0) {
                        slot = (slot + 1) & (LineLocks.MOST - 1);
                    }
                    locks.left[slot].header = header;
                    locks.left[slot].line = line;
                }
            }
        }
    }

    private int markElsewhere(long keyHigh, long keyLow, long timestamp, int tag, boolean records, boolean told) {
        if (overflow == null) {
            return records ? FULL : FIRST_SEEN;
        }
        if (records) {
            return overflow.mark(keyHigh, keyLow, overflow.lineOf(keyHigh, keyLow), timestamp, tag, 0, told);
        }
        return told ? FIRST_SEEN : overflow.ask(Request.REPLACE, keyHigh, keyLow, timestamp, tag);
    }

    /** Ends the records with a fingerprint; returns the header. */
    private long endAll(ByteBuffer lines, int at, long header, long fingerprint, long now) {
        long left = header;
        int place = Line.next(lines, at, left, width, fingerprint, ages, now, 0);
        while (place >= 0) {
            left = end(lines, at, left, place, now);
            place = Line.next(lines, at, left, width, fingerprint, ages, now, place + 1);
        }
        return left;
    }

    /** Ends a record before its time; returns the header. */
    private long end(ByteBuffer lines, int at, long header, int place, long now) {
        time.drop(now + ages.skew() - Line.age(lines, at, header, place, ages, now));
        return Line.clear(lines, at, header, place, ages, now);
    }

    /** Ends the records of a key, here and in the overflow table; returns the header. */
    private long erase(ByteBuffer lines, int at, long header, long keyHigh, long keyLow, long now) {
        long fingerprint = fingerprint(keyHigh, keyLow);
        if (overflow != null && Line.overflowed(header, fingerprint)) {
            overflow.ask(Request.ERASE, keyHigh, keyLow, 0, 0);
        }
        return endAll(lines, at, header, fingerprint, now);
    }

    private long put(ByteBuffer lines, int at, long header, int place, long fingerprint, long tick, int tag) {
        long tagged = width == Width.WIDE ? Line.putTag(lines, at, header, place, tag) : header;
        return Line.put(lines, at, tagged, place, fingerprint, tick);
    }

    private boolean replays(ByteBuffer lines, int at, long header, int place, int tag) {
        return tag != 0 && Line.tag(lines, at, header, place) == tag;
    }

    /**
     * Asks a key's line for something, with no effect on the watermark.
     *
     * @param timestamp the event's time, for {@link Request#LOOK} and {@link Request#RECALL}
     * @param tag what is kept of the event's origin; 0 for none
     * @return as the request says
     */
    int ask(Request request, long keyHigh, long keyLow, long timestamp, int tag) {
        return ask(request, keyHigh, keyLow, lineOf(keyHigh, keyLow), timestamp, tag);
    }

    /** The same, with the key's line as it was a while ago. */
    int ask(Request request, long keyHigh, long keyLow, long likely, long timestamp, int tag) {
        long fingerprint = fingerprint(keyHigh, keyLow);
        long line = likely;
        while (true) {
            ByteBuffer lines = chunk(line);
            int at = offset(line);
            long header = Line.tryLock(lines, at);
            if ((header & Line.LOCKED) != 0) {
                header = locks.await(lines, at);
            }
            try {
                long present = request == Request.REFRESH ? line : locate(home(keyLow), fingerprint, geometry);
                if (present != line) {
                    line = present;
                    continue;
                }
                long highest = time.watermark();
                EventTime.Tick tick = time.tick();
                header = Line.refresh(lines, at, header, ages, tick.number);
                if (request == Request.REFRESH) {
                    return 0;
                }
                LineTable elsewhere = Line.overflowed(header, fingerprint) ? overflow : null;
                if (request == Request.COUNT) {
                    int records = Line.records(lines, at, header, width, ages, tick.number);
                    return elsewhere != null || records == width.records ? -records - 1 : records;
                }
                if (request == Request.ERASE) {
                    header = erase(lines, at, header, keyHigh, keyLow, tick.number);
                    return FIRST_SEEN;
                }
                if (request == Request.LOOK || request == Request.REPLACE || request == Request.RECALL) {
                    if (request != Request.RECALL && time.isLate(timestamp, highest, tick)) {
                        return TOO_LATE;
                    }
                    long number = time.numberOf(timestamp, tick);
                    int place = Line.find(lines, at, header, width, fingerprint, ages, tick.number, number);
                    if (place >= 0) {
                        return replays(lines, at, header, place, tag) ? REPLAYED : DUPLICATE;
                    }
                    if (request == Request.REPLACE && width == Width.WIDE) {
                        header = endAll(lines, at, header, fingerprint, tick.number);
                    }
                } else {
                    int place = Line.next(lines, at, header, width, fingerprint, ages, tick.number, 0);
                    while (place >= 0) {
                        if (Line.tag(lines, at, header, place) == tag) {
                            header = request == Request.CONFIRM
                                    ? Line.putTag(lines, at, header, place, 0)
                                    : end(lines, at, header, place, tick.number);
                        }
                        place = Line.next(lines, at, header, width, fingerprint, ages, tick.number, place + 1);
                    }
                }
                return elsewhere == null ? FIRST_SEEN : elsewhere.ask(request, keyHigh, keyLow, timestamp, tag);
            } finally {
                try {
                    Line.unlock(lines, at, header);
                } catch (Throwable e) { // the stack is full, nothing can be called; see LineLocks
                    int slot = (int) line & (LineLocks.MOST - 1);
                    while (locks.left[slot].line >= 0) {
                        slot = (slot + 1) & (LineLocks.MOST - 1);
                    }
                    locks.left[slot].header = header;
                    locks.left[slot].line = line;
                }
            }
        }
    }

    /** The lines there are, the overflow tables' not counted. */
    @Override
    public long lines() {
        long now = geometry;
        return (baseLines << (int) (now >>> DOUBLINGS_SHIFT)) + (now & SPLIT_MASK);
    }

    @Override
    public long baseLines() {
        return baseLines;
    }

    @Override
    public long stampedTicks() {
        return (long) Line.STAMPS << ages.granuleShift();
    }

    @Override
    public SnapshotHeader header(
            Retention retention, EventTime.Saved saved, List<SnapshotHeader.Level> levels, byte @Nullable [] position) {
        return new SnapshotHeader(
                width.contents,
                retention,
                Long.bitCount(fingerprintMask),
                shape.overflowShare(),
                saved,
                evictedBefore(),
                levels,
                position);
    }

    TableShape shape() {
        return shape;
    }

    /** Where the records of full lines go, if anywhere. */
    @Override
    public @Nullable LineTable overflow() {
        return overflow;
    }

    /** The number of the present tick. */
    long tick() {
        return time.tick().number;
    }

    /** Copies a line as it is at present, unlocked and without its marks that are not confirmed. */
    @Override
    public void copy(long line, ByteBuffer to, int at) {
        ByteBuffer lines = chunk(line);
        int from = offset(line);
        long header = locks.take(lines, from);
        try {
            long now = time.tick().number;
            header = Line.refresh(lines, from, header, ages, now);
            to.put(at, lines, from, Line.BYTES);
            Line.unlock(to, at, width == Width.WIDE ? Line.dropOpen(to, at, header, ages, now) : header);
        } finally {
            try {
                Line.unlock(lines, from, header);
            } catch (Throwable e) { // the stack is full, nothing can be called; see LineLocks
                int slot = (int) line & (LineLocks.MOST - 1);
                while (locks.left[slot].line >= 0) {
                    slot = (slot + 1) & (LineLocks.MOST - 1);
                }
                locks.left[slot].header = header;
                locks.left[slot].line = line;
            }
        }
    }

    /** The memory held, overflow tables included. */
    long bytes() {
        long held = 0;
        for (ByteBuffer chunk : chunks) {
            held += chunk.capacity();
        }
        return overflow == null ? held : held + overflow.bytes();
    }

    /** The records that there are places for, overflow tables included. */
    long places() {
        return bytes() / Line.BYTES * width.records;
    }

    /** The end of the newest record dropped for lack of room, in epoch milliseconds; the least long if there is none. */
    long evictedBefore() {
        return evictedBefore.get();
    }

    /** A record of that end was not made for lack of room. */
    void dropped(long end) {
        evictedBefore.accumulateAndGet(end, LATER);
    }

    /** The probability that a new key is taken for another now, estimated from what some keys would be compared with. */
    double falseDuplicateProbability() {
        SplittableRandom random = new SplittableRandom(SAMPLE_SEED);
        double sum = 0;
        for (int i = 0; i < SAMPLES; i++) {
            sum += chanceOfMatch(random.nextLong(), random.nextLong());
        }
        return Math.min(1, sum / SAMPLES);
    }

    private double chanceOfMatch(long keyHigh, long keyLow) {
        long now = geometry;
        long line = locate(home(keyLow), fingerprint(keyHigh, keyLow), now);
        int count = ask(Request.COUNT, keyHigh, keyLow, line, 0, 0);
        int records = count < 0 ? -count - 1 : count;
        int doublings = (int) (now >>> DOUBLINGS_SHIFT);
        boolean split = line % (baseLines << doublings) < (now & SPLIT_MASK);
        // The bits of the fingerprint that the address took tell nothing apart any more.
        double here = records * (double) (1L << (split ? doublings + 1 : doublings)) / (fingerprintMask + 1.0);
        return here + (count < 0 && overflow != null ? overflow.chanceOfMatch(keyHigh, keyLow) : 0);
    }

    /** Whether the JVM refused memory to grow to the maximum. */
    boolean isStarved() {
        return maximumLines < shape.maximumLines() || (overflow != null && overflow.isStarved());
    }

    /** Whether {@link #split} would find something to do, whatever is wanted. */
    boolean mayGrow() {
        return grows && mayGrow(Long.MAX_VALUE);
    }

    /** Whether {@link #split} would find something to do. */
    boolean mayGrow(long wanted) {
        return lines() < Math.min(wanted, maximumLines)
                || (overflow != null && overflow.mayGrow(lines() / shape.overflowShare()));
    }

    /** The lines that so many records ask for: a doubling begins at {@link Width#fullest} per line, and ends at one more. */
    long linesFor(long records) {
        long size = baseLines << (int) (geometry >>> DOUBLINGS_SHIFT);
        return Math.min(2 * size, records - (width.fullest - 1) * size);
    }

    /**
     * Splits lines until there are as many as wanted, or as may be, and as many as that asks for in the overflow
     * tables. Where the JVM has no more memory to give, a table stays as it is. For one thread.
     *
     * @param atMost the lines to split in this call, in each table
     */
    void split(long wanted, int atMost) {
        try {
            for (int i = 0; i < atMost && lines() < Math.min(wanted, maximumLines); i++) {
                split();
            }
        } catch (OutOfMemoryError e) {
            maximumLines = lines();
        }
        if (overflow != null) {
            overflow.split(lines() / shape.overflowShare(), atMost);
        }
    }

    private void split() {
        long before = geometry;
        int doublings = (int) (before >>> DOUBLINGS_SHIFT);
        long from = before & SPLIT_MASK;
        long size = baseLines << doublings;
        long to = from + size;
        if (to >>> chunkShift >= chunks.length) {
            chunks = LineMemory.append(chunks, chunkShift);
        }
        ByteBuffer old = chunk(from);
        ByteBuffer added = chunk(to);
        int oldAt = offset(from);
        int addedAt = offset(to);
        long oldHeader = locks.take(old, oldAt);
        long addedHeader = locks.take(added, addedAt);
        try {
            long now = time.tick().number;
            oldHeader = Line.refresh(old, oldAt, oldHeader, ages, now);
            addedHeader = Line.overflowAs(Line.blank(added, addedAt, ages, now), oldHeader);
            for (int i = 0; i < width.records; i++) {
                int age = Line.age(old, oldAt, oldHeader, i, ages, now);
                if (age < ages.expired() && Line.hasBit(old, oldAt, i, doublings)) {
                    long fingerprint = Line.fingerprint(old, oldAt, oldHeader, i);
                    int tag = width == Width.WIDE ? Line.tag(old, oldAt, oldHeader, i) : 0;
                    addedHeader = put(added, addedAt, addedHeader, i, fingerprint, now + ages.skew() - age, tag);
                    oldHeader = Line.clear(old, oldAt, oldHeader, i, ages, now);
                }
            }
            geometry = from + 1 == size ? (doublings + 1L) << DOUBLINGS_SHIFT : before + 1;
        } finally {
            Line.unlock(added, addedAt, addedHeader);
            Line.unlock(old, oldAt, oldHeader);
        }
    }

    /** Does some of what is due since the watermark has moved. */
    void sweep() {
        long number = time.tick().number;
        if (sweeper.isDue(number)) {
            sweeper.sweep(number);
            if (overflow != null) {
                overflow.sweep();
            }
        }
    }

    /** Makes a line fit for the present. */
    @Override
    public void refresh(long line) {
        ask(Request.REFRESH, 0, 0, line, 0, 0);
    }

    private long fingerprint(long keyHigh, long keyLow) {
        return ((keyHigh & 0xFFFF) << 24 | (keyLow & 0xFF_FFFF)) & fingerprintMask;
    }

    private long home(long keyLow) {
        return Math.multiplyHigh((keyLow * multiplier) >>> 1, baseLines << 1);
    }

    private long locate(long home, long fingerprint, long geometry) {
        int doublings = (int) (geometry >>> DOUBLINGS_SHIFT);
        long line = home + baseLines * (fingerprint & (1L << doublings) - 1);
        return line < (geometry & SPLIT_MASK)
                ? line + (baseLines << doublings) * (fingerprint >>> doublings & 1)
                : line;
    }

    @Override
    public ByteBuffer chunk(long line) {
        return chunks[(int) (line >>> chunkShift)];
    }

    @Override
    public int offset(long line) {
        return ((int) line & chunkMask) * Line.BYTES;
    }
}
