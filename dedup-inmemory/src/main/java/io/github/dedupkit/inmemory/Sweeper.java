package io.github.dedupkit.inmemory;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Refreshes a table's lines in turn as the watermark moves: stamps of lines come round after 2^15 granules, and each line is
 * refreshed four times as often. Thread-safe.
 */
final class Sweeper {
    private static final int ROUND = Line.STAMPS / 4;

    private final LineTable table;
    private final ReentrantLock sweeping = new ReentrantLock();
    private volatile long swept;

    /** Guarded by {@link #sweeping}. */
    private long cursor;

    Sweeper(LineTable table, long tick) {
        this.table = table;
        swept = tick / Ages.GRANULE;
    }

    boolean isDue(long tick) {
        return tick / Ages.GRANULE != swept;
    }

    /**
     * Refreshes the lines whose turn it is: one in 8,192 for each granule that the watermark moved, and one more. Another thread's turn is not
     * waited for, unless a whole round is due.
     */
    void sweep(long tick) {
        long granule = tick / Ages.GRANULE;
        if (granule - swept > ROUND) {
            sweeping.lock();
        } else if (!sweeping.tryLock()) {
            return;
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
            sweeping.unlock();
        }
    }
}
