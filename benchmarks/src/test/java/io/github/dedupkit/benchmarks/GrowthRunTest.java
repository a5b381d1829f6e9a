package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowthRunTest {
    private static GrowthReport report(GrowthRun run, DeduplicationStore store) throws InterruptedException {
        return new GrowthReport(run, run.fill(store, BenchProgress.none()), 1e-9, 1 << 20, OptionalLong.empty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTableGrowsAndEveryVerdictIsRight(boolean wide) throws Exception {
        GrowthRun run = new GrowthRun(10_000, 500_000, 3, 100, wide);
        try (DeduplicationStore store = run.open()) {
            long before = store.stats().bytes().orElseThrow();
            GrowthReport report = report(run, store);
            assertEquals(500_000, report.outcome().firstSeen());
            assertEquals(500_000, store.stats().firstSeen());
            assertTrue(store.stats().duplicates() > 20_000, store.stats().toString());
            assertEquals(0, report.outcome().lost() + report.outcome().admitted());
            assertTrue(store.stats().bytes().orElseThrow() > 8 * before, "it grew");
            assertTrue(report.text().contains("lost=0 admitted=0"), report.text());
            assertTrue(report.json().contains("\"lost\":0"), report.json());
        }
    }

    /** A table that drops what does not fit admits duplicates, which are found. */
    @Test
    void aWrongStoreIsFoundOut() throws Exception {
        GrowthRun run = new GrowthRun(1_000, 50_000, 2, 100, false);
        try (DeduplicationStore forgets = FingerprintDeduplicationStore.builder(
                        Retention.builder(Duration.ofHours(1)).build(), 1_000)
                .evictOldestWhenFull()
                .buildNarrow()) {
            GrowthReport report = report(run, forgets);
            assertTrue(report.outcome().admitted() > 1_000, report.text());
            assertFalse(report.isRight());
        }
    }

    @Test
    void whatCannotGrowIsRefused() {
        assertThrows(BenchException.class, () -> new GrowthRun(1_000, 1_999, 1, 100, false));
        assertThrows(BenchException.class, () -> new GrowthRun(1_000, 2_000, 0, 100, false));
        assertThrows(BenchException.class, () -> new GrowthRun(1_000, 2_000, 1, 1, false));
    }
}
