package io.github.dedupkit.inmemory;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;

/**
 * Some items of a batch, with the lines of their keys: located first, then loaded all together, so that their cache misses
 * overlap. Not thread-safe.
 */
final class Block {
    /** The most items: their lines stay in the first cache. */
    static final int SIZE = 256;

    /** What the batch came to so far. */
    final MarkTally tally = new MarkTally();

    private final long[] lines = new long[SIZE];
    private final long[] elsewhere = new long[SIZE];
    private int from;
    private int to;
    private long lowest;
    private long highest;

    /**
     * Takes the items with a verdict, from an index on.
     *
     * @return how many there are
     */
    int locate(LineTable table, EventBatch batch, int first, Verdict verdict) {
        begin(batch, first);
        int located = 0;
        for (int i = from; i < to; i++) {
            if (batch.verdict(i) == verdict) {
                long timestamp = batch.timestamp(i);
                lowest = Math.min(lowest, timestamp);
                highest = Math.max(highest, timestamp);
                lines[i - from] = table.lineOf(batch.keyHigh(i), batch.keyLow(i));
                located++;
            } else {
                lines[i - from] = -1;
            }
        }
        return located;
    }

    /** Takes the items with an origin, from an index on. */
    void locateOrigins(LineTable table, EventBatch batch, int first) {
        begin(batch, first);
        for (int i = from; i < to; i++) {
            lines[i - from] = batch.origin(i) == 0 ? -1 : table.lineOf(batch.keyHigh(i), batch.keyLow(i));
        }
    }

    private void begin(EventBatch batch, int first) {
        from = first;
        to = Math.min(first + SIZE, batch.size());
        lowest = Long.MAX_VALUE;
        highest = 0;
    }

    /** Loads the lines, as many at once as the processor can, then those that they overflowed to. */
    void touch(LineTable table, EventBatch batch) {
        int count = to - from;
        long touched = table.touch(lines, count);
        LineTable overflow = table.overflow();
        if (overflow != null) {
            touched |= overflow.touch(elsewhere, locateElsewhere(table, batch, count));
        }
        if (touched == -1) {
            Thread.onSpinWait(); // keeps the loads alive
        }
    }

    private int locateElsewhere(LineTable table, EventBatch batch, int count) {
        long now = table.tick();
        int located = 0;
        for (int i = 0; i < count; i++) {
            long line = lines[i];
            if (line >= 0) {
                long there = table.elsewhere(line, batch.keyHigh(from + i), batch.keyLow(from + i), now);
                elsewhere[located] = there;
                located += there < 0 ? 0 : 1;
            }
        }
        return located;
    }

    /** The first index. */
    int from() {
        return from;
    }

    /** The index after the last one. */
    int to() {
        return to;
    }

    /** Whether an item was taken. */
    boolean has(int index) {
        return lines[index - from] >= 0;
    }

    /** The line of an item, as it was when it was located. */
    long line(int index) {
        return lines[index - from];
    }

    /** The earliest timestamp taken. */
    long lowest() {
        return lowest;
    }

    /** The latest timestamp taken. */
    long highest() {
        return highest;
    }
}
