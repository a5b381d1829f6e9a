package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However a run ends, its threads have ended before. */
@Timeout(60)
class BenchThreadsTest {
    private final AtomicInteger ended = new AtomicInteger();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private void untilStopped() {
        try {
            stopped.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        ended.incrementAndGet();
    }

    private void run(List<Runnable> tasks) throws InterruptedException {
        BenchThreads.run("test", tasks, stopped::countDown, 1, () -> {});
    }

    @Test
    void theLastLookIsAfterTheEnd() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        BenchThreads.run(
                "test",
                Collections.nCopies(5, (Runnable) ended::incrementAndGet),
                stopped::countDown,
                1,
                () -> seen.set(ended.get()));
        assertEquals(5, seen.get());
    }

    @Test
    void anInterruptWaitsForThem() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> run(Collections.nCopies(3, (Runnable) this::untilStopped)));
        assertEquals(3, ended.get());
        assertFalse(Thread.interrupted(), "the exception tells of it");
    }

    @Test
    void aFailureStopsTheOthers() {
        RuntimeException failure = new IllegalArgumentException("broken");
        Runnable broken = () -> {
            throw failure;
        };
        assertSame(
                failure,
                assertThrows(
                        RuntimeException.class, () -> run(List.of(this::untilStopped, broken, this::untilStopped))));
        assertEquals(2, ended.get());
    }

    @Test
    void anErrorIsThrownAsItIs() {
        assertTrue(assertThrows(
                        AssertionError.class,
                        () -> run(List.of(() -> {
                            throw new AssertionError("wrong");
                        })))
                .toString()
                .contains("wrong"));
    }
}
