package io.github.dedupkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Repeats calls of a store that end without an answer: at once, then after pauses that double from 1 to 100 milliseconds,
 * until they add up to a limit or the thread is interrupted. Immutable.
 */
final class Patience {
    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final long LONGEST_PAUSE_NANOS = 100_000_000;

    private final long limitNanos;

    Patience(Duration limit) {
        limitNanos = limit.toNanos();
    }

    void run(Runnable call) {
        get(() -> {
            call.run();
            return call;
        });
    }

    <R> R get(Supplier<R> call) {
        long waited = -1;
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            try {
                return call.get();
            } catch (StoreUnavailableException e) {
                if (waited >= limitNanos
                        || (waited >= 0 && Thread.currentThread().isInterrupted())) {
                    throw e;
                }
            }
            if (waited < 0) { // at once, even if interrupted: most lost answers are single ones
                waited = 0;
                continue;
            }
            long nanos = Math.min(pause, Math.max(1, limitNanos - waited));
            LockSupport.parkNanos(nanos);
            waited += nanos;
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
    }
}
