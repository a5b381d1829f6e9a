package io.github.dedupkit.inmemory;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;

/** For a filter what {@link Block} is for a table: the unjudged items among 256 of a batch, with the lines of their keys. */
final class FilterBlock {
    /** What the batch came to so far. */
    final MarkTally tally = new MarkTally();

    private final long[] lines = new long[Block.SIZE];
    private final long[] elsewhere = new long[Block.SIZE];
    private int from;
    private int to;
    private long lowest;
    private long highest;

    /** Takes the unjudged items from an index on, and loads their lines; returns how many there are. */
    int take(FilterTable table, EventBatch batch, int first) {
        from = first;
        to = Math.min(first + Block.SIZE, batch.size());
        lowest = Long.MAX_VALUE;
        highest = 0;
        int taken = 0;
        for (int i = from; i < to; i++) {
            long line = -1;
            if (batch.verdict(i) == Verdict.UNJUDGED) {
                long timestamp = batch.timestamp(i);
                lowest = Math.min(lowest, timestamp);
                highest = Math.max(highest, timestamp);
                line = table.lineOf(batch.keyLow(i));
                taken++;
            }
            lines[i - from] = line;
        }
        load(table, batch);
        return taken;
    }

    /** Loads the lines, as many at once as the processor can, then those that they overflowed to. */
    private void load(FilterTable table, EventBatch batch) {
        int count = to - from;
        long touched = table.touch(lines, count);
        FilterTable overflow = table.overflow();
        if (overflow != null) {
            int located = 0;
            for (int i = 0; i < count; i++) {
                if (lines[i] >= 0) {
                    long there = table.elsewhere(lines[i], batch.keyHigh(from + i), batch.keyLow(from + i));
                    elsewhere[located] = there;
                    located += there < 0 ? 0 : 1;
                }
            }
            touched |= overflow.touch(elsewhere, located);
        }
        if (touched == -1) {
            Thread.onSpinWait(); // keeps the loads alive
        }
    }

    /** The first index. */
    int from() {
        return from;
    }

    /** The index after the last one. */
    int to() {
        return to;
    }

    /** The line of an item, negative if it was not taken. */
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
