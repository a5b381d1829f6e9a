package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The margins of a plan, and what it refuses. */
class DayPlanTest {
    private static final DayStream DAY = new DayStream(1_000_000_000, 0.0864, 0.05, 0.005, 1);

    @Test
    void theMarginsOfTheDay() {
        DayPlan plan = new DayPlan(DAY, Retention.ofWindow(Duration.ofHours(1)), 512, null);
        assertEquals(255, plan.lead());
        assertEquals(256 * 512, plan.distance());
        // 131,072 events are 11,324.6 ms of the minute, and rounding takes two more.
        assertEquals(Duration.ofMillis(60_000 - 11_325 - 2), plan.disorder());
        assertEquals((3_600_000 - 48_673 - 2) / 0.0864 - 64, (double) plan.furthestLag(), 1);
        assertTrue((plan.leastStaleLag() - 1) * 0.0864 - 2 <= 3_600_000 + 60_000 + 48_673);
        assertTrue(plan.leastStaleLag() * 0.0864 - 2 > 3_600_000 + 60_000 + 48_673);
        // 1e9 events a day, 62 minutes: all of the first 131,072, and 95 % of the others.
        assertEquals(Math.ceil(43_055_556 * 0.95 + 131_072 * 0.05), (double) plan.expectedKeys(), 1);
        assertEquals(Math.ceil(42_361_112 * 0.95 + 131_072 * 0.05), (double) plan.retainedKeys(), 1);
    }

    /** A thousand million events in the window, duplicates among them, in less than 11 GB. */
    @Test
    void theLargestWindowThatIsMeasured() {
        DayStream stream = new DayStream(1_100_000_000, 0.0864, 0.05, 0.005, 1);
        DayPlan plan = new DayPlan(stream, Retention.ofWindow(Duration.ofHours(24)), 512, null);
        assertEquals(1_000_000_000, plan.windowEvents());
        assertTrue(plan.expectedKeys() * 64 / 6.7 * 9 / 8 < 11e9, plan.expectedKeys() + " keys");
    }

    @Test
    void aShortStreamNeedsRoomForNoMoreThanItsEvents() {
        DayStream brief = new DayStream(1_000, 0.0864, 0.05, 0.005, 1);
        assertEquals(1_000, new DayPlan(brief, Retention.ofWindow(Duration.ofHours(1)), 512, null).expectedKeys());
    }

    @Test
    void aShortLatenessKeepsThreadsCloser() {
        DayPlan plan = new DayPlan(DAY, DayPlans.seconds(60, 1), 512, null);
        assertEquals(4, plan.lead()); // a quarter of 11,574 events is 5.6 batches
        assertEquals(5 * 512, plan.distance());
    }

    @Test
    void aBatchTooLargeForTheLateness() {
        BenchException refused =
                assertThrows(BenchException.class, () -> new DayPlan(DAY, DayPlans.seconds(60, 1), 3_000, null));
        assertEquals(BenchException.USAGE, refused.exitCode());
        assertTrue(message(refused).startsWith("--batch 3000 takes 259.2 ms at this --rate"), message(refused));
        assertTrue(message(refused).contains("which is 1000 ms; give a smaller batch"), message(refused));
    }

    @Test
    void disorderThatMayBeLate() {
        DayPlan plan = new DayPlan(DAY, DayPlans.seconds(60, 1), 512, null);
        long longest = plan.disorder().toMillis();
        assertEquals(1_000 - 222 - 2, longest);
        new DayPlan(DAY, DayPlans.seconds(60, 1), 512, Duration.ofMillis(longest));
        BenchException refused = assertThrows(
                BenchException.class,
                () -> new DayPlan(DAY, DayPlans.seconds(60, 1), 512, Duration.ofMillis(longest + 1)));
        assertTrue(
                message(refused).startsWith("--disorder 777ms may be late: threads are up to 2560"), message(refused));
    }

    @Test
    void disorderThatLeavesNoWindowForDuplicates() {
        Retention retention = Retention.builder(Duration.ofSeconds(1))
                .lateness(Duration.ofSeconds(1))
                .build();
        assertEquals(Duration.ofMillis(500), new DayPlan(DAY, retention, 512, null).disorder());
        BenchException refused =
                assertThrows(BenchException.class, () -> new DayPlan(DAY, retention, 512, Duration.ofMillis(775)));
        assertTrue(
                message(refused).startsWith("--disorder 775ms leaves too little of the window of 1000 ms"),
                message(refused));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 1 | 0 | 0 | --events 0 is out of bounds; give 1 to 100000000000",
                "100000000001 | 1 | 0 | 0 | --events 100000000001 is out of bounds",
                "3153600001 | 1000 | 0 | 0 | --events 3153600001 at this --rate take 36500 days",
                "1 | 1 | -0.1 | 0 | --duplicates -0.1 is no share; give 0 to 0.9",
                "1 | 1 | NaN | 0 | --duplicates NaN is no share",
                "1 | 1 | 0 | 0.95 | --stale 0.95 is no share",
                "1 | 1 | 0.5 | 0.45 | --duplicates 0.5 and --stale 0.45 are more than 0.9"
            })
    void streamsThatAreRefused(long events, double millis, double duplicates, double stale, String message) {
        BenchException refused =
                assertThrows(BenchException.class, () -> new DayStream(events, millis, duplicates, stale, 1));
        assertEquals(BenchException.USAGE, refused.exitCode());
        assertTrue(message(refused).startsWith(message), message(refused));
    }

    private static String message(BenchException refused) {
        return String.valueOf(refused.getMessage());
    }
}
