package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
            assertEquals(0L, report.fields().get("lost"));
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

    /** No second is held against others that are not there. */
    @Test
    void aShortRunIsNotJudgedByItsSeconds() throws Exception {
        GrowthRun run = new GrowthRun(10_000, 100_000, 1, 100, false);
        try (DeduplicationStore store = run.open()) {
            GrowthReport report = report(run, store);
            assertTrue(report.text().contains("too short to judge its seconds"), report.text());
            assertTrue(BenchJson.line(report.fields()).contains("\"worst_ratio\":null,"), report.text());
            assertTrue(report.isRight(), "by its verdicts");
        }
    }

    @Test
    void aSlowSecondIsFoundOut() {
        GrowthMeter meter = new GrowthMeter(1_000, 0);
        long keys = 0;
        for (int second = 1; second <= 5; second++) {
            keys += second == 5 ? 49_000 : 100_000;
            meter.at(second * 1_000_000_000L, keys);
        }
        GrowthReport report = new GrowthReport(
                new GrowthRun(1_000, keys, 1, 100, false),
                new GrowthRun.Outcome(meter, keys, 0, 0, 1),
                1e-9,
                1,
                OptionalLong.empty());
        assertFalse(report.isRight());
        assertTrue(report.text().contains("the slowest second 0.49 of the median"), report.text());
        assertEquals(OptionalDouble.of(0.49), report.fields().get("worst_ratio"));
    }

    /** The caller closes the table next. */
    @Test
    void anInterruptedRunLeavesNoThread() throws Exception {
        GrowthRun run = new GrowthRun(10_000, 50_000_000, 2, 100, false);
        try (DeduplicationStore store = run.open()) {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> run.fill(store, BenchProgress.none()));
            assertTrue(store.stats().firstSeen() < run.to(), "it was interrupted");
            assertEquals(
                    List.of(),
                    Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(name -> name.startsWith("growth-"))
                            .toList());
        }
    }

    @Test
    void whatCannotGrowIsRefused() {
        assertThrows(BenchException.class, () -> new GrowthRun(1_000, 1_999, 1, 100, false));
        assertThrows(BenchException.class, () -> new GrowthRun(1_000, 2_000, 0, 100, false));
        assertThrows(BenchException.class, () -> new GrowthRun(1_000, 2_000, 1, 1, false));
    }

    @ParameterizedTest
    @CsvSource({
        "1e15, --to 1000000000000000 is out of bounds; give 2 to 68719476736",
        "1e18, --to 1000000000000000000 is out of bounds; give 2 to 68719476736",
        "1e19, --to 1e19 is no whole number above 0",
        "1e6, --to 1000000 is less than twice --from 1000000"
    })
    void whatIsTooMuchIsRefused(String to, String message) {
        BenchCommands.assertRefused(message, "growth", "--to", to);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the machine's memory is known on Linux only")
    void whatTheMachineHasNoRoomForIsRefused() {
        BenchCommands.assertRefused(
                "--to 6e10 in wide takes about 1,200,000 MB of memory, and the machine has ",
                "growth",
                "--store",
                "wide",
                "--to",
                "6e10");
    }
}
