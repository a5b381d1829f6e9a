package io.github.dedupkit.bloom;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the tests of the ring share. */
final class BloomStores {
    /** One tick, in milliseconds. */
    static final long TICK = 1_000;

    /** A whole number of ticks: the start of 2026. */
    static final long START = 1_767_225_600_000L;

    private static final KeySpace KEYS = KeySpace.trusted("dedupkit/test");

    private BloomStores() {}

    static DedupKey key(long index) {
        return KEYS.key(index);
    }

    /** A retention of so many ticks. */
    static Retention retention(int window, int lateness, int skew) {
        return Retention.builder(Duration.ofMillis(window * TICK))
                .lateness(Duration.ofMillis(lateness * TICK))
                .tick(Duration.ofMillis(TICK))
                .futureSkew(Duration.ofMillis(skew * TICK))
                .build();
    }

    /** As many ticks as are allowed, the few of a usual ring, and a future skew that ends inside a tick. */
    static List<Retention> oddRetentions() {
        return List.of(
                retention(64, 64, 0),
                retention(8, 1, 1),
                Retention.builder(Duration.ofMillis(200))
                        .lateness(Duration.ofMillis(20))
                        .tick(Duration.ofMillis(10))
                        .futureSkew(Duration.ofMillis(7))
                        .build());
    }

    /**
     * Fails if so many hits would be seen in less than one of twenty runs that have as many as expected on average: if the
     * lower bound of a 95 % interval for their mean, by the normal approximation, is above the expected number.
     */
    static void assertNotAbove(double expected, long hits, String what) {
        double bound = expected + 1.645 * Math.sqrt(expected);
        assertTrue(hits <= bound, what + ": " + hits + " false duplicates, where " + expected + " are stated");
    }

    /** What a thread does. */
    interface ThreadBody {
        void run(int thread) throws Exception;
    }

    /** Runs a body on several threads and rethrows what any of them threw. */
    static void onThreads(int threads, ThreadBody body) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                results.add(pool.submit(() -> {
                    body.run(thread);
                    return null;
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
