package io.github.dedupkit.benchmarks;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/** Hands out batches in their order, and holds back a thread that is too far ahead of another. Thread-safe. */
final class DayPace {
    /** No more batches. */
    static final long END = -1;

    /** A cache line or two for each thread's place. */
    private static final int STRIDE = 16;

    private static final int SPINS = 1 << 10;
    private static final long PAUSE_NANOS = 20_000;

    private final long batches;
    private final long lead;
    private final int threads;
    private final AtomicLong next = new AtomicLong();

    /** For each thread, a batch before which it has none in hand. It only rises. */
    private final AtomicLongArray places;

    private volatile boolean stopped;

    DayPace(long batches, long lead, int threads) {
        this.batches = batches;
        this.lead = lead;
        this.threads = threads;
        places = new AtomicLongArray((threads + 1) * STRIDE);
    }

    /**
     * Finishes the thread's last batch and waits for the next one's turn.
     *
     * @param thread 0 to threads - 1
     * @return a batch, all before it but the last {@code lead} being finished; or {@link #END}
     */
    long next(int thread) {
        int place = (thread + 1) * STRIDE;
        places.set(place, next.get()); // before the claim: no claimed batch is ever unknown to the others
        long batch = next.getAndIncrement();
        if (batch >= batches) {
            places.set(place, Long.MAX_VALUE);
            return END;
        }
        places.set(place, batch);
        for (int other = 0; other < threads; other++) {
            int spins = 0;
            while (places.get((other + 1) * STRIDE) < batch - lead) {
                if (stopped) {
                    return END;
                }
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
        return stopped ? END : batch;
    }

    /** The batches handed out so far, about. */
    long begun() {
        return Math.min(next.get(), batches);
    }

    /** Lets every thread end, also those that wait for a thread that failed. */
    void stop() {
        stopped = true;
    }
}
