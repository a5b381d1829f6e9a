package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what other processes do: they have a clock of their own. */
final class BenchProcesses {
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int PAUSE_MILLIS = 10;

    private BenchProcesses() {}

    /** Fails after a minute. */
    static void await(BooleanSupplier reached) throws InterruptedException {
        long start = System.nanoTime();
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() - start > LONGEST_NANOS) {
                fail("not so after a minute");
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }
}
