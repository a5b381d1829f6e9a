package io.github.dedupkit.inmemory;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * Refreshes a table's lines in turn as the watermark moves: stamps of lines come round after 2^11 granules, and each line's
 * turn comes four times as often. Thread-safe.
 */
final class Sweeper {
    /*
     * A thread takes steps first, then the lines that are due for them, and refreshes these alone: nobody waits for a
     * thread that is held up, or does its work. Its lines then wait for the next round, and there are three more.
     */
    private static final int STEPS_PER_GRANULE = 16;

    private static final int ROUND = Line.STAMPS / 4 * STEPS_PER_GRANULE;

    /** The part of the steps due that a call takes; the next ones take the rest. */
    private static final int PART = 8;

    private static final AtomicLongFieldUpdater<Sweeper> TAKEN =
            AtomicLongFieldUpdater.newUpdater(Sweeper.class, "taken");

    private static final AtomicLongFieldUpdater<Sweeper> CURSOR =
            AtomicLongFieldUpdater.newUpdater(Sweeper.class, "cursor");

    private final LineTable table;
    private final Ages ages;

    /** The steps taken since the first granule. */
    private volatile long taken;

    /** The line whose turn is next. */
    private volatile long cursor;

    Sweeper(LineTable table, Ages ages, long tick) {
        this.table = table;
        this.ages = ages;
        taken = due(tick);
    }

    private long due(long tick) {
        return ages.granuleOf(tick) * STEPS_PER_GRANULE;
    }

    boolean isDue(long tick) {
        return due(tick) > taken;
    }

    /**
     * Refreshes lines whose turn it is: an eighth of those due, or one in 8,192 if that is more, and one more. A granule
     * makes one in 512 due.
     */
    void sweep(long tick) {
        long due = due(tick);
        for (long before = taken; before < due; before = taken) {
            long steps = (due - before + PART - 1) / PART;
            if (TAKEN.compareAndSet(this, before, before + steps)) {
                long lines = table.lines();
                refresh(lines * steps / ROUND + 1, lines);
                return;
            }
        }
    }

    private void refresh(long count, long lines) {
        long from = cursor;
        while (!CURSOR.compareAndSet(this, from, (from + count) % lines)) {
            from = cursor;
        }
        for (long i = 0; i < count; i++) {
            table.refresh((from + i) % lines);
        }
    }
}
