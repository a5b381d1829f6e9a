package io.github.dedupkit.benchmarks;

import java.util.concurrent.locks.LockSupport;

/** Time for an open loop: tells it, and waits for it. */
interface LatencyClock {
    /** Nanoseconds since some moment. */
    long nanos();

    /** Returns at a moment, or at once if it has passed. */
    void await(long nanos);

    /** The machine's; the last stretch of a wait is spun, because a parked thread wakes up late. */
    static LatencyClock system() {
        return new LatencyClock() {
            private static final long SPIN_NANOS = 200_000;

            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void await(long nanos) {
                for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
                    if (left > SPIN_NANOS) {
                        LockSupport.parkNanos(left - SPIN_NANOS);
                    } else {
                        Thread.onSpinWait();
                    }
                }
            }
        };
    }
}
