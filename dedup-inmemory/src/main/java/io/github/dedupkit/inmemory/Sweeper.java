package io.github.dedupkit.inmemory;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Refreshes a table's lines in turn as the watermark moves: stamps of lines come round after 2^15 granules, and each line is
 * refreshed four times as often. Thread-safe.
 */
final class Sweeper {
    private static final int ROUND = Line.STAMPS / 4;

    private static final AtomicIntegerFieldUpdater<Sweeper> BUSY =
            AtomicIntegerFieldUpdater.newUpdater(Sweeper.class, "busy");

    private final LineTable table;
    private final Ages ages;
    private volatile long swept;

    /** 1 while a thread sweeps. No lock, which a thread with a full stack could not give back. */
    private volatile int busy;

    /** Of the thread that sweeps. */
    private long cursor;

    Sweeper(LineTable table, Ages ages, long tick) {
        this.table = table;
        this.ages = ages;
        swept = ages.granuleOf(tick);
    }

    boolean isDue(long tick) {
        return ages.granuleOf(tick) != swept;
    }

    /**
     * Refreshes the lines whose turn it is: one in 8,192 for each granule that the watermark moved, and one more.
     * Another thread's turn is not waited for, unless a whole round is due.
     */
    void sweep(long tick) {
        long granule = ages.granuleOf(tick);
        while (busy != 0 || !BUSY.compareAndSet(this, 0, 1)) {
            if (granule - swept <= ROUND) {
                return;
            }
            Thread.onSpinWait();
        }
        try {
            long lines = table.lines();
            long behind = granule - swept;
            long due = behind <= 0 ? 0 : Math.min(lines, lines * behind / ROUND + 1);
            for (long i = 0; i < due; i++) {
                cursor = cursor + 1 < lines ? cursor + 1 : 0;
                table.refresh(cursor);
            }
            swept = Math.max(swept, granule);
        } finally {
            busy = 0;
        }
    }
}
