package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import io.github.dedupkit.benchmarks.RandomAccessBenchmark.Lines;
import io.github.dedupkit.benchmarks.RandomAccessBenchmark.Visits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomAccessBenchmarkTest {
    private static final int RETAINED = 20_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 256, 65_536})
    void everyVisitArrives(int batch) {
        Lines lines = lines(batch, 1);
        visit(lines, visits(0, 1));
        lines.requireAll();
    }

    @Test
    void threadsHaveLinesOfTheirOwn() throws InterruptedException {
        Lines lines = lines(256, 2);
        Thread other = new Thread(() -> visit(lines, visits(1, 2)));
        other.start();
        visit(lines, visits(0, 2));
        other.join();
        lines.requireAll();
    }

    @Test
    void aVisitLeftOutIsNoticed() {
        Lines lines = lines(256, 1);
        Visits visits = visits(0, 1);
        visit(lines, visits);
        visits.enter(lines);
        assertTrue(assertThrows(IllegalStateException.class, lines::requireAll)
                .toString()
                .contains("262144 accesses arrived of 327680"));
    }

    @Test
    void theMemoryIsAsLargeAsTheTable() {
        HotPathSetting setting =
                new HotPathSetting(HotPathId.BYTES_16, Hash.TRUSTED, new HotPathWorkload(RETAINED, 1, 1));
        try (HotPathSubject table = HotPathTier.FINGERPRINT_NARROW.open(setting)) {
            assertEquals(table.bytes().orElseThrow(), lines(1, 1).bytes());
        }
    }

    @Test
    void aBatchThatDoesNotDivideAnInvocationIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> lines(100, 1));
    }

    private static void visit(Lines lines, Visits visits) {
        RandomAccessBenchmark benchmark = new RandomAccessBenchmark();
        for (int i = 0; i < 4; i++) {
            visits.draw(lines);
            benchmark.visit(lines, visits);
            visits.enter(lines);
        }
    }

    private static Visits visits(int thread, int threads) {
        Visits visits = new Visits();
        visits.open(thread, threads);
        return visits;
    }

    private static Lines lines(int batch, int threads) {
        Lines lines = new Lines();
        lines.retained = RETAINED;
        lines.batch = batch;
        lines.open(threads);
        return lines;
    }
}
