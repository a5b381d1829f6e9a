package io.github.dedupkit.inmemory;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of timestamped fingerprints in {@link Line}s, which grows by one line at a time, in front of a smaller one
 * that takes the records of lines that are full. Thread-safe.
 */
final class LineTable {
    /*
     * Addressing. A key has a home at the base size (from the upper bits of its lower half, or of a multiple of that) and a
     * fingerprint (from its other bits). Growth is linear hashing (Litwin, "Linear Hashing: A New Tool for File and Table
     * Addressing", 1980): each doubling takes one more of the fingerprint's lowest bits into the address, and splits the lines
     * one after the other, line i into i and i + lines at the last doubling. `geometry` holds the doublings done and the
     * lines already split in the present one.
     *
     * Locking. Whoever holds the lock of a key's line decides alone about the key, for no key can change its line while that
     * line is locked: a split holds both lines, and publishes the geometry before it lets them go. So a line is looked up,
     * locked, and looked up again. A lock of this table may be held while one of the overflow table is taken, never the
     * other way round.
     *
     * Overflow. A record that finds its line full goes to the overflow table, at a home of its own, under the lock of
     * its line here, whose header notes the record's class. A class without a note has nothing there.
     *
     * Time. The watermark and its tick are read under the lock of a line, after whoever held it before has read them: no line is
     * seen at a tick earlier than its last one. Stamps of lines come round after 2^15 granules, so a sweep refreshes each
     * line four times as often.
     */
    static final int FIRST_SEEN = 0;
    static final int DUPLICATE = 1;
    static final int TOO_LATE = 2;
    static final int FULL = 3;

    /** As {@link #FIRST_SEEN}, at the price of the oldest record in the line. */
    static final int EVICTED = 4;

    private static final int DOUBLINGS_SHIFT = 48;
    private static final long SPLIT_MASK = (1L << DOUBLINGS_SHIFT) - 1;
    private static final long SAMPLE_SEED = 1;
    private static final int SAMPLES = 1024;

    /** A doubling begins at this many records per line on average, and is through before there is one more. */
    private static final int FULLEST = 7;

    private static final int SWEEP_GRANULES = Line.STAMPS / 4;
    private static final long[] MULTIPLIERS = {1, 0x9E3779B97F4A7C15L, 0xD1342543DE82EF95L, 0xAF251AF3B0F025B5L};

    private final Shape shape;
    private final Ages ages;
    private final EventTime time;
    private final long multiplier;
    private final @Nullable LineTable overflow;
    private final ReentrantLock growing = new ReentrantLock();
    private final ReentrantLock sweeping = new ReentrantLock();
    private final AtomicLong evictedBefore = new AtomicLong(Long.MIN_VALUE);
    private volatile ByteBuffer[] chunks;
    private volatile long geometry;
    private volatile long sweptGranule;
    private volatile long maximumLines;
    private long sweepCursor;

    /**
     * How a table is laid out.
     *
     * @param lines to begin with
     * @param maximumLines that it may grow to, its overflow tables not counted
     * @param chunkShift the logarithm of the lines in a chunk of memory
     * @param fingerprintMask the bits of the fingerprint that are used
     * @param overflowShare the lines here for each line of the overflow table
     * @param evicts whether the oldest record of a full line makes room for a new one
     */
    record Shape(
            long lines, long maximumLines, int chunkShift, long fingerprintMask, int overflowShare, boolean evicts) {}

    LineTable(Shape shape, int level, Ages ages, EventTime time, @Nullable LineTable overflow) {
        this.shape = shape;
        this.ages = ages;
        this.time = time;
        this.overflow = overflow;
        multiplier = MULTIPLIERS[level];
        maximumLines = shape.maximumLines;
        long perChunk = 1L << shape.chunkShift;
        boolean grows = shape.maximumLines > shape.lines;
        chunks = LineMemory.allocate(
                grows ? (shape.lines + perChunk - 1) / perChunk * perChunk : shape.lines, shape.chunkShift);
        sweptGranule = time.tick().number / Ages.GRANULE;
    }

    /**
     * Marks a key, or only looks for it.
     *
     * @param now the present, at least where the timestamp is ahead of the watermark
     * @param marks whether to raise the watermark and record the key if it is new
     * @return the outcome; without marks, FIRST_SEEN means not found
     */
    int judge(long keyHigh, long keyLow, long timestamp, long now, boolean marks) {
        long fingerprint = fingerprint(keyHigh, keyLow);
        long home = home(keyLow);
        while (true) {
            long line = locate(home, fingerprint, geometry);
            ByteBuffer lines = chunk(line);
            int at = offset(line);
            long header = Line.lock(lines, at);
            try {
                if (locate(home, fingerprint, geometry) != line) {
                    continue;
                }
                long event = timestamp;
                if (marks && timestamp > time.watermark()) {
                    event = time.clamp(timestamp, now);
                    time.raise(event, now);
                }
                long highest = time.watermark();
                EventTime.Tick tick = time.tick();
                if (time.isLate(event, highest, tick)) {
                    return TOO_LATE;
                }
                long number = time.numberOf(event, tick);
                header = Line.refresh(lines, at, header, ages, tick.number);
                if (Line.contains(lines, at, header, fingerprint, ages, tick.number, number)) {
                    return DUPLICATE;
                }
                int place = marks ? Line.vacancy(lines, at, header, ages, tick.number) : 0;
                int outcome = FIRST_SEEN;
                if (place < 0 || Line.overflowed(header, fingerprint)) {
                    outcome = judgeElsewhere(keyHigh, keyLow, event, place < 0);
                }
                if (outcome == FULL && shape.evicts && !mayGrow()) {
                    place = Line.oldest(lines, at, header, ages, tick.number);
                    long end = tick.number + ages.skew() - Line.age(lines, at, header, place, ages, tick.number);
                    evictedBefore.accumulateAndGet(time.endOf(end, tick), Math::max);
                    outcome = EVICTED;
                } else if (outcome == FIRST_SEEN && place < 0) {
                    header = Line.overflow(header, fingerprint);
                }
                if (marks && place >= 0 && (outcome == FIRST_SEEN || outcome == EVICTED)) {
                    header = Line.put(lines, at, header, place, fingerprint, number);
                }
                return outcome;
            } finally {
                Line.unlock(lines, at, header);
            }
        }
    }

    private int judgeElsewhere(long keyHigh, long keyLow, long timestamp, boolean marks) {
        if (overflow == null) {
            return marks ? FULL : FIRST_SEEN;
        }
        return overflow.judge(keyHigh, keyLow, timestamp, 0, marks);
    }

    /** Loads the line of a key towards the processor; what is returned means nothing, and must be used for something. */
    long touch(long keyHigh, long keyLow) {
        long line = locate(home(keyLow), fingerprint(keyHigh, keyLow), geometry);
        return Line.touch(chunk(line), offset(line));
    }

    /** The lines there are, the overflow tables' not counted. */
    long lines() {
        long now = geometry;
        return (shape.lines << (int) (now >>> DOUBLINGS_SHIFT)) + (now & SPLIT_MASK);
    }

    /** The memory held, overflow tables included. */
    long bytes() {
        long held = 0;
        for (ByteBuffer chunk : chunks) {
            held += chunk.capacity();
        }
        return overflow == null ? held : held + overflow.bytes();
    }

    /** The end of the newest record dropped for lack of room, in epoch milliseconds; the least long if there is none. */
    long evictedBefore() {
        return evictedBefore.get();
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
        long fingerprint = fingerprint(keyHigh, keyLow);
        long home = home(keyLow);
        long now = geometry;
        long line = locate(home, fingerprint, now);
        ByteBuffer lines = chunk(line);
        int at = offset(line);
        long header = Line.lock(lines, at);
        int records;
        boolean elsewhere;
        try {
            long tick = time.tick().number;
            header = Line.refresh(lines, at, header, ages, tick);
            records = Line.records(lines, at, header, ages, tick);
            elsewhere = records == Line.RECORDS || Line.overflowed(header, fingerprint);
        } finally {
            Line.unlock(lines, at, header);
        }
        int doublings = (int) (now >>> DOUBLINGS_SHIFT);
        boolean split = line % (shape.lines << doublings) < (now & SPLIT_MASK);
        // The bits of the fingerprint that the address took tell nothing apart any more.
        double here = records * (double) (1L << (split ? doublings + 1 : doublings)) / (shape.fingerprintMask + 1.0);
        return here + (elsewhere && overflow != null ? overflow.chanceOfMatch(keyHigh, keyLow) : 0);
    }

    /** Whether the JVM refused memory to grow to the maximum. */
    boolean isStarved() {
        return maximumLines < shape.maximumLines || (overflow != null && overflow.isStarved());
    }

    /** Whether {@link #growNow} would find something to do. */
    boolean mayGrow() {
        return shape.maximumLines > shape.lines && mayGrow(Long.MAX_VALUE);
    }

    private boolean mayGrow(long target) {
        return lines() < Math.min(target, maximumLines)
                || (overflow != null && overflow.mayGrow(lines() / shape.overflowShare));
    }

    /**
     * Splits as many lines as the records ask for, unless another thread does: a doubling begins at {@link #FULLEST} records
     * per line, and ends at one more.
     *
     * @param records that the lines hold
     * @param atMost the lines to split in this call, in this table and each one that it overflows to
     */
    void grow(long records, int atMost) {
        long size = shape.lines << (int) (geometry >>> DOUBLINGS_SHIFT);
        long wanted = Math.min(Math.min(2 * size, records - (FULLEST - 1) * size), maximumLines);
        if (lines() < wanted && growing.tryLock()) {
            try {
                split(wanted, atMost);
            } finally {
                growing.unlock();
            }
        }
    }

    /**
     * Splits lines if this table may grow, or waits for another thread that does.
     *
     * @return the lines split by this thread
     */
    long growNow(int atMost) {
        long before = lines();
        growing.lock();
        try {
            if (lines() != before) {
                return 0;
            }
            split(maximumLines, atMost);
            return lines() - before;
        } finally {
            growing.unlock();
        }
    }

    /** For the holder of the first table's lock. Where the JVM has no more memory to give, a table stays as it is. */
    private void split(long wanted, int atMost) {
        long end = Math.min(wanted, maximumLines);
        try {
            for (int i = 0; i < atMost && lines() < end; i++) {
                split();
            }
        } catch (OutOfMemoryError e) {
            maximumLines = lines();
        }
        if (overflow != null) {
            overflow.split(lines() / shape.overflowShare, atMost);
        }
    }

    private void split() {
        long before = geometry;
        int doublings = (int) (before >>> DOUBLINGS_SHIFT);
        long from = before & SPLIT_MASK;
        long size = shape.lines << doublings;
        long to = from + size;
        if (to >>> shape.chunkShift >= chunks.length) {
            chunks = LineMemory.append(chunks, shape.chunkShift);
        }
        ByteBuffer old = chunk(from);
        ByteBuffer added = chunk(to);
        int oldAt = offset(from);
        int addedAt = offset(to);
        long oldHeader = Line.lock(old, oldAt);
        long addedHeader = Line.lock(added, addedAt);
        try {
            long now = time.tick().number;
            oldHeader = Line.refresh(old, oldAt, oldHeader, ages, now);
            addedHeader = Line.overflowAs(Line.blank(added, addedAt, ages, now), oldHeader);
            for (int i = 0; i < Line.RECORDS; i++) {
                long fingerprint = Line.fingerprint(old, oldAt, oldHeader, i);
                int age = Line.age(old, oldAt, oldHeader, i, ages, now);
                if (age < ages.expired() && (fingerprint >>> doublings & 1) != 0) {
                    addedHeader = Line.put(added, addedAt, addedHeader, i, fingerprint, now + ages.skew() - age);
                    oldHeader = Line.clear(old, oldAt, oldHeader, i, ages, now);
                }
            }
            geometry = from + 1 == size ? (doublings + 1L) << DOUBLINGS_SHIFT : before + 1;
        } finally {
            Line.unlock(added, addedAt, addedHeader);
            Line.unlock(old, oldAt, oldHeader);
        }
    }

    /** Refreshes the lines whose turn it is, at most a 480th of all for each record's life that the watermark moved. */
    void sweep() {
        long granule = time.tick().number / Ages.GRANULE;
        if (granule == sweptGranule) {
            return;
        }
        if (granule - sweptGranule > SWEEP_GRANULES) {
            sweeping.lock();
        } else if (!sweeping.tryLock()) {
            return;
        }
        try {
            long lines = lines();
            long behind = granule - sweptGranule;
            long due = behind <= 0 ? 0 : Math.min(lines, lines * behind / SWEEP_GRANULES + 1);
            for (long i = 0; i < due; i++) {
                sweepCursor = sweepCursor + 1 < lines ? sweepCursor + 1 : 0;
                refresh(sweepCursor);
            }
            sweptGranule = Math.max(sweptGranule, granule);
        } finally {
            sweeping.unlock();
        }
        if (overflow != null) {
            overflow.sweep();
        }
    }

    private void refresh(long line) {
        ByteBuffer lines = chunk(line);
        int at = offset(line);
        long header = Line.lock(lines, at);
        try {
            header = Line.refresh(lines, at, header, ages, time.tick().number);
        } finally {
            Line.unlock(lines, at, header);
        }
    }

    private long fingerprint(long keyHigh, long keyLow) {
        return ((keyHigh & 0xFFFF) << 24 | (keyLow & 0xFF_FFFF)) & shape.fingerprintMask;
    }

    private long home(long keyLow) {
        return Math.multiplyHigh((keyLow * multiplier) >>> 1, shape.lines << 1);
    }

    private long locate(long home, long fingerprint, long geometry) {
        int doublings = (int) (geometry >>> DOUBLINGS_SHIFT);
        long line = home + shape.lines * (fingerprint & (1L << doublings) - 1);
        return line < (geometry & SPLIT_MASK)
                ? line + (shape.lines << doublings) * (fingerprint >>> doublings & 1)
                : line;
    }

    private ByteBuffer chunk(long line) {
        return chunks[(int) (line >>> shape.chunkShift)];
    }

    private int offset(long line) {
        return (int) (line & (1L << shape.chunkShift) - 1) * Line.BYTES;
    }
}
