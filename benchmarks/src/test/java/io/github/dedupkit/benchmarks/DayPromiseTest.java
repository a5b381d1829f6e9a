package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised, at which settings, and when it is missed. */
class DayPromiseTest {
    private static final double A_BILLION_A_DAY = 0.0864;

    private static DayReport report(long events, int hours, String store, long bytes, double seconds) {
        return report(events, hours, store, 2, bytes, seconds);
    }

    private static DayReport report(long events, int hours, String store, int threads, long bytes, double seconds) {
        DayStream stream = new DayStream(events, A_BILLION_A_DAY, 0.05, 0.005, 1);
        DayPlan plan = new DayPlan(stream, Retention.ofWindow(Duration.ofHours(hours)), 512, null);
        DayTally tally = new DayTally(events - 50, 0, 50, 0, 0, 0, 1);
        return new DayReport(
                new DayRun(plan, DayKeys.Kind.BITS, threads),
                store,
                new DayRun.Outcome(tally, (long) (seconds * 1e9)),
                0,
                0,
                OptionalLong.of(bytes),
                OptionalLong.empty());
    }

    private static List<String> kept(DayReport report) {
        return DayPromise.kept(report).stream().map(String::valueOf).toList();
    }

    @Test
    void held() {
        DayReport hour = report(1_000_000_000, 1, "table", 511_999_999, 66);
        assertEquals(
                List.of("table below 512,000,000 bytes: held", "at least 15 million ids/s with two threads: held"),
                kept(hour));
        assertTrue(hour.keepsPromises());
        assertTrue(hour.text().endsWith("promise: at least 15 million ids/s with two threads: held"), hour.text());
        assertEquals(
                Map.of("table below 512,000,000 bytes", true, "at least 15 million ids/s with two threads", true),
                hour.fields().get("promises"));
        DayReport day = report(1_000_000_000, 24, "table", 10_900_000_000L, 500);
        assertEquals(List.of("table below 11,000,000,000 bytes: held"), kept(day));
    }

    @Test
    void missed() {
        DayReport large = report(1_000_000_000, 1, "table", 512_000_000, 66);
        assertEquals("table below 512,000,000 bytes: missed", kept(large).get(0));
        assertFalse(large.keepsPromises());
        DayReport slow = report(1_000_000_000, 1, "table", 500_000_000, 67);
        assertEquals(
                "at least 15 million ids/s with two threads: missed", kept(slow).get(1));
        assertFalse(slow.keepsPromises());
        assertTrue(slow.isRight()); // the truth is another matter
        assertEquals(
                Map.of("table below 512,000,000 bytes", true, "at least 15 million ids/s with two threads", false),
                slow.fields().get("promises"));
    }

    /** More threads, or fewer, say nothing of two. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8})
    void throughputIsPromisedOfTwoThreadsOnly(int threads) {
        DayReport slow = report(1_000_000_000, 1, "table", threads, 511_999_999, 1_000);
        assertEquals(List.of("table below 512,000,000 bytes: held"), kept(slow));
        assertTrue(slow.keepsPromises());
        assertFalse(slow.text().contains("ids/s with"), slow.text());
        assertTrue(DayPromise.isMade(slow.run(), DayStore.TABLE));
        assertFalse(DayPromise.isMade(slow.run(), DayStore.WIDE));
    }

    @Test
    void promisesAreNotJudgedWhereNoneAreMade() {
        BenchCommands.assertRefused(
                "--promises: nothing is promised of this setting; give --events 1e9",
                "day",
                "--events",
                "1e6",
                "--promises");
    }

    @Test
    void nothingIsPromisedElsewhere() {
        for (DayReport other : List.of(
                report(100_000_000, 1, "table", 1, 1),
                report(1_000_000_000, 2, "table", 1, 1),
                report(1_000_000_000, 1, "wide", 1, 1))) {
            assertEquals(List.of(), kept(other));
            assertTrue(other.keepsPromises());
            assertEquals(Map.of(), other.fields().get("promises"));
        }
    }
}
