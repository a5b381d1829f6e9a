package io.github.dedupkit.inmemory;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Refreshes a table's lines in turn as the watermark moves: stamps of lines come round after so many granules, and each line
 * is refreshed four times as often. Thread-safe.
 */
final class Sweeper {
    /*
     * Whoever finds a whole round due waits, having moved the watermark by a life at most: 15 granules, or 2 where a round is
     * short. A line is thus refreshed within two rounds, of the four in which stamps come round, and as many granules for
     * each thread that waits: enough for hundreds of threads that all jump at once.
     */
    /** A call sweeps for this part of a round at most; a jump of the watermark makes no more due. */
    private static final int SHARE = 512;

    /** Where a thread was held up for so long that half a round is due, a call sweeps for this part of it. */
    private static final int PART = 8;

    private static final AtomicIntegerFieldUpdater<Sweeper> BUSY =
            AtomicIntegerFieldUpdater.newUpdater(Sweeper.class, "busy");

    private final Lines table;
    private final Ages ages;
    private final int round;
    private volatile long swept;

    /** 1 while a thread sweeps. No lock, which a thread with a full stack could not give back. */
    private volatile int busy;

    /** Of the thread that sweeps. */
    private long cursor;

    /**
     * Begins.
     *
     * @param stamps how many granules the stamps of lines tell apart
     * @param tick the present one
     */
    Sweeper(Lines table, Ages ages, int stamps, long tick) {
        this.table = table;
        this.ages = ages;
        round = stamps / 4;
        swept = ages.granuleOf(tick);
    }

    boolean isDue(long tick) {
        return ages.granuleOf(tick) > swept;
    }

    /**
     * Refreshes lines whose turn it is: a round's share for each granule that the watermark moved, and one more. Another
     * thread's turn is not waited for, unless a whole round is due; what it leaves behind, the next calls share.
     */
    void sweep(long tick) {
        long granule = ages.granuleOf(tick);
        while (busy != 0 || !BUSY.compareAndSet(this, 0, 1)) {
            if (granule - swept <= round) {
                return;
            }
            Thread.onSpinWait();
        }
        try {
            long lines = table.lines();
            long before = swept;
            long behind = Math.max(0, granule - before);
            long taken = Math.min(behind, behind <= round / 2 ? round / SHARE : behind / PART);
            long due = taken == 0 ? 0 : Math.min(lines, lines * taken / round + 1);
            for (long i = 0; i < due; i++) {
                cursor = cursor + 1 < lines ? cursor + 1 : 0;
                table.refresh(cursor);
            }
            swept = before + taken;
        } finally {
            busy = 0;
        }
    }
}
