package io.github.dedupkit.inmemory;

import io.github.dedupkit.Retention;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of fingerprints in {@link FilterLine}s, in front of a smaller one that takes the records of lines that are
 * full. Thread-safe.
 */
final class FilterTable implements Lines {
    /*
     * A key has a home line (from the upper bits of its lower half, or of a multiple of that), a fingerprint (from its
     * lowest bits) and a class (from those of its upper half). Whoever holds the lock of the key's home decides alone
     * about the key, also in the overflow table, whose locks are taken while one of this table is held, never the other
     * way round. A record that finds its line full goes there, and the line's header notes its class; a class without
     * a note has nothing there.
     *
     * The watermark and its tick are read under the lock of a line, after whoever held it before has read them: no line
     * is seen at a tick earlier than its last one.
     */
    private static final long SAMPLE_SEED = 1;
    private static final int SAMPLES = 1024;
    private static final long[] MULTIPLIERS = {1, 0x9E3779B97F4A7C15L, 0xD1342543DE82EF95L, 0xAF251AF3B0F025B5L};

    private final FilterWidth width;
    private final long lines;
    private final long multiplier;
    private final int fingerprintMask;
    private final int chunkShift;
    private final int chunkMask;
    private final int window;
    private final int skew;
    private final int expired;
    private final int generationShift;
    private final EventTime time;
    private final @Nullable FilterTable overflow;
    private final ByteBuffer[] chunks;
    private final LineLocks locks = new LineLocks(this);
    private final Sweeper sweeper;

    FilterTable(FilterWidth width, long lines, int level, Ages ages, EventTime time, @Nullable FilterTable overflow) {
        this.width = width;
        this.lines = lines;
        window = ages.window();
        skew = ages.skew();
        expired = ages.expired();
        generationShift = Integer.SIZE - Integer.numberOfLeadingZeros(expired - 1);
        this.time = time;
        this.overflow = overflow;
        multiplier = MULTIPLIERS[level];
        fingerprintMask = (int) ((1L << width.bits()) - 1);
        chunkShift = LineMemory.shiftFor(lines);
        chunkMask = (1 << chunkShift) - 1;
        chunks = LineMemory.allocate(lines, chunkShift);
        sweeper = new Sweeper(this, ages, FilterLine.STAMPS >> ages.granuleShift(), time.tick().number);
        LineLocks.Left some = locks.left[0];
        if (some.line < 0) { // resolves the fields that a full stack has no room to resolve
            some.header = 0;
            some.line = -1;
        }
    }

    /** The line of a key. */
    long lineOf(long keyLow) {
        return Math.multiplyHigh((keyLow * multiplier) >>> 1, lines << 1);
    }

    /** As {@link LineTable#touch}. */
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
    long elsewhere(long line, long keyHigh, long keyLow) {
        FilterTable elsewhere = overflow;
        if (elsewhere == null) {
            return -1;
        }
        long header = Line.touch(chunk(line), offset(line));
        return FilterLine.overflowed(header, FilterLine.classOf(keyHigh)) || FilterLine.records(header) == width.records
                ? elsewhere.lineOf(keyLow)
                : -1;
    }

    /**
     * Marks a key, or looks whether it is marked.
     *
     * @param request what to do
     * @param line the key's
     * @param timestamp the event's time
     * @param now the present, at least where the timestamp is ahead of the watermark
     * @return as {@link LineTable#mark}; of a late event that is recorded all the same, TOO_LATE unless it is known
     */
    int ask(FilterRequest request, long keyHigh, long keyLow, long line, long timestamp, long now) {
        ByteBuffer memory = chunk(line);
        int at = offset(line);
        long header = Line.tryLock(memory, at);
        if ((header & Line.LOCKED) != 0) {
            header = locks.await(memory, at);
        }
        try {
            long event = timestamp;
            if (request.records && timestamp > time.watermark()) {
                event = time.clamp(timestamp, now);
                time.raise(event, now);
            }
            long highest = time.watermark();
            EventTime.Tick tick = time.tick();
            boolean late = time.isLate(event, highest, tick);
            long present = tick.number;
            long passed = present + skew - time.numberOf(event, tick);
            if (late && (request.judges || passed >= expired)) {
                return LineTable.TOO_LATE;
            }
            int age = (int) passed;
            int since = FilterLine.since(memory, at, present);
            long fresh =
                    FilterLine.later(header, present, since, generationShift); // also where it is 0: seldom predictable
            int fingerprint = (int) keyLow & fingerprintMask;
            int found = FilterLine.find(memory, at, fresh, width, fingerprint, age, window);
            if (found >= 0) {
                if (!request.judges) {
                    fresh = FilterLine.renew(memory, at, fresh, width, found, age);
                    FilterLine.stamp(memory, at, present);
                    header = fresh;
                }
                return LineTable.DUPLICATE;
            }
            fresh = FilterLine.makeRoom(fresh, width, expired);
            boolean full = FilterLine.records(fresh) == width.records;
            int keyClass = FilterLine.classOf(keyHigh);
            if (full || FilterLine.overflowed(fresh, keyClass)) {
                int outcome = askElsewhere(full ? request : request.withoutRecord(), keyHigh, keyLow, event);
                if (outcome == LineTable.DUPLICATE && !request.judges) { // noted as late as its record is now
                    fresh = FilterLine.overflow(fresh, keyClass);
                    FilterLine.stamp(memory, at, present);
                    header = fresh;
                }
                late |= outcome == LineTable.TOO_LATE; // the watermark may have moved meanwhile
                if (outcome == LineTable.DUPLICATE
                        || outcome == LineTable.FULL
                        || (request.judges && outcome == LineTable.TOO_LATE)) {
                    return outcome;
                }
            }
            if (request.records) {
                fresh = full
                        ? FilterLine.overflow(fresh, keyClass)
                        : FilterLine.put(memory, at, fresh, width, fingerprint, age);
                FilterLine.stamp(memory, at, present); // last: a word is slow to read of which a part was just written
                header = fresh; // with the stamp, or not at all
            }
            return late ? LineTable.TOO_LATE : LineTable.FIRST_SEEN;
        } finally {
            try {
                Line.unlock(memory, at, header);
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

    private int askElsewhere(FilterRequest request, long keyHigh, long keyLow, long timestamp) {
        FilterTable elsewhere = overflow;
        if (elsewhere == null) {
            return request.records ? LineTable.FULL : LineTable.FIRST_SEEN;
        }
        return elsewhere.ask(request, keyHigh, keyLow, elsewhere.lineOf(keyLow), timestamp, 0);
    }

    @Override
    public long lines() {
        return lines;
    }

    @Override
    public long baseLines() {
        return lines;
    }

    @Override
    public @Nullable FilterTable overflow() {
        return overflow;
    }

    @Override
    public long stampedTicks() {
        return FilterLine.STAMPS;
    }

    @Override
    public SnapshotHeader header(
            Retention retention, EventTime.Saved saved, List<SnapshotHeader.Level> levels, byte @Nullable [] position) {
        return new SnapshotHeader(
                SnapshotContents.FILTER,
                retention,
                width.bits(),
                FilterPlan.OVERFLOW_SHARE,
                saved,
                Long.MIN_VALUE,
                levels,
                position);
    }

    /** The memory held, overflow tables included. */
    long bytes() {
        return lines * Line.BYTES + (overflow == null ? 0 : overflow.bytes());
    }

    /** The records that there are places for, overflow tables included. */
    long places() {
        return bytes() / Line.BYTES * width.records;
    }

    /** The probability that a new key is taken for another now, estimated from what some keys would be compared with. */
    double falseDuplicateProbability() {
        SplittableRandom random = new SplittableRandom(SAMPLE_SEED);
        double compared = 0;
        for (int i = 0; i < SAMPLES; i++) {
            compared += compared(random);
        }
        return Math.min(1, compared / SAMPLES / (1L << width.bits()));
    }

    /** The records in some line, and those that keys of that line are compared with elsewhere, on average. */
    private double compared(SplittableRandom random) {
        long header = refreshed(random.nextLong(lines));
        int records = FilterLine.records(header);
        double part = records == width.records ? 1 : FilterLine.overflowed(header); // a full line sends every key on
        FilterTable elsewhere = part == 0 ? null : overflow;
        return records + (elsewhere == null ? 0 : part * elsewhere.compared(random));
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

    @Override
    public void refresh(long line) {
        refreshed(line);
    }

    private long refreshed(long line) {
        return refresh(line, null, 0);
    }

    @Override
    public void copy(long line, ByteBuffer to, int at) {
        refresh(line, to, at);
    }

    /** Makes a line fit for the present, and copies it if so wanted; returns its header. */
    private long refresh(long line, @Nullable ByteBuffer to, int toAt) {
        ByteBuffer memory = chunk(line);
        int at = offset(line);
        long header = locks.take(memory, at);
        try {
            long present = time.tick().number;
            int since = FilterLine.since(memory, at, present);
            long fresh = FilterLine.dropExpired(FilterLine.later(header, present, since, generationShift), expired);
            FilterLine.stamp(memory, at, present);
            header = fresh;
            if (to != null) {
                to.put(toAt, memory, at, Line.BYTES);
                Line.unlock(to, toAt, header);
            }
            return header;
        } finally {
            try {
                Line.unlock(memory, at, header);
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

    @Override
    public ByteBuffer chunk(long line) {
        return chunks[(int) (line >>> chunkShift)];
    }

    @Override
    public int offset(long line) {
        return ((int) line & chunkMask) * Line.BYTES;
    }
}
