package io.github.dedupkit.inmemory;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Refreshes a table's lines in turn as the watermark moves: stamps of lines come round after 2^11 granules, and each line is
 * refreshed twice as often at least. Thread-safe.
 */
final class Sweeper {
    /** The granules that all lines are owed a refresh in; what is owed may be another round late. */
    private static final int ROUND = Line.STAMPS / 4;

    /** What a call pays of what is owed: so many lines, or this share if that is more. */
    static final int LINES_PER_CALL = 1024;

    private static final int SHARE_PER_CALL = 8;

    private static final AtomicIntegerFieldUpdater<Sweeper> BUSY =
            AtomicIntegerFieldUpdater.newUpdater(Sweeper.class, "busy");

    private final LineTable table;
    private final Ages ages;

    /** The granule up to which lines are counted as owed. */
    private volatile long counted;

    private volatile long owed;

    /** 1 while a thread sweeps. No lock, which a thread with a full stack could not give back. */
    private volatile int busy;

    /** Of the thread that sweeps. */
    private long cursor;

    Sweeper(LineTable table, Ages ages, long tick) {
        this.table = table;
        this.ages = ages;
        counted = ages.granuleOf(tick);
    }

    boolean isDue(long tick) {
        return owed > 0 || ages.granuleOf(tick) != counted;
    }

    /**
     * Refreshes some of the lines whose turn it is: for each granule that the watermark moved, one in 512 and one more are
     * owed. Another thread's turn is not waited for, unless a whole round is due.
     *
     * @return how many were refreshed
     */
    long sweep(long tick) {
        long granule = ages.granuleOf(tick);
        while (busy != 0 || !BUSY.compareAndSet(this, 0, 1)) {
            if (granule - counted <= ROUND) {
                return 0;
            }
            Thread.onSpinWait();
        }
        try {
            long lines = table.lines();
            long behind = Math.max(0, granule - counted);
            long due = owed + (behind == 0 ? 0 : lines * behind / ROUND + 1);
            long now = due < lines ? Math.min(due, Math.max(LINES_PER_CALL, due / SHARE_PER_CALL)) : lines;
            for (long i = 0; i < now; i++) {
                cursor = cursor + 1 < lines ? cursor + 1 : 0;
                table.refresh(cursor);
            }
            owed = due < lines ? due - now : 0;
            counted = Math.max(counted, granule); // last: an error in between leaves it due
            return now;
        } finally {
            busy = 0;
        }
    }
}
