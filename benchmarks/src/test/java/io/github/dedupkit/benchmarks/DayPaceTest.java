package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each batch once, and none before its turn. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DayPaceTest {
    private static final int BATCHES = 20_000;

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "2, 5", "3, 1", "4, 0", "4, 2", "4, 255", "8, 3"})
    void noBatchBeginsBeforeItsTurn(int threads, int lead) throws Exception {
        DayPace pace = new DayPace(BATCHES, lead, threads);
        AtomicIntegerArray finished = new AtomicIntegerArray(BATCHES);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Integer>> early = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                early.add(pool.submit(() -> {
                    int unfinished = 0;
                    for (long batch = pace.next(thread); batch != DayPace.END; batch = pace.next(thread)) {
                        for (long before = Math.max(0, batch - lead - 20); before < batch - lead; before++) {
                            unfinished += finished.get((int) before) == 0 ? 1 : 0;
                        }
                        finished.incrementAndGet((int) batch);
                    }
                    return unfinished;
                }));
            }
            for (Future<Integer> unfinished : early) {
                assertEquals(0, unfinished.get());
            }
        } finally {
            pool.shutdownNow();
        }
        for (int batch = 0; batch < BATCHES; batch++) {
            assertEquals(1, finished.get(batch), "batch " + batch);
        }
        assertEquals(BATCHES, pace.begun());
    }

    @Test
    void stoppedWhileItWaits() throws Exception {
        DayPace pace = new DayPace(BATCHES, 0, 2);
        assertEquals(0, pace.next(0));
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Long> waiting = pool.submit(() -> pace.next(1));
            while (pace.begun() < 2) {
                Thread.onSpinWait();
            }
            assertTrue(!waiting.isDone(), "batch 1 before batch 0 was finished");
            pace.stop();
            assertEquals(DayPace.END, waiting.get());
        } finally {
            pool.shutdownNow();
        }
    }
}
