package io.github.dedupkit;

import static io.github.dedupkit.Refusals.assertIllegalArgument;
import static io.github.dedupkit.Refusals.assertNullNamed;
import static io.github.dedupkit.Refusals.none;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Window W, lateness L, tick g and future skew S: defaults, bounds, and what they owe each other. */
class RetentionTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration MILLI = Duration.ofMillis(1);

    @Test
    void defaults() {
        assertRetention(3_600_000, 60_000, 60_000, 60_000, Retention.ofWindow(HOUR));
        assertRetention(86_400_000, 1_440_000, 1_440_000, 1_440_000, Retention.ofWindow(Duration.ofDays(1)));
        assertRetention(60, 1, 1, 1, Retention.ofWindow(Duration.ofMillis(60)));
        assertRetention(59, 1, 1, 1, Retention.ofWindow(Duration.ofMillis(59)));
        assertRetention(2, 1, 1, 1, Retention.ofWindow(Duration.ofMillis(2)));
        assertRetention(1, 1, 1, 0, Retention.ofWindow(MILLI));
        // No divisor near a sixtieth: the tick falls to the largest below it.
        long odd = 3_600_001;
        assertRetention(
                odd,
                largestDivisorUpTo(odd, odd / 60),
                largestDivisorUpTo(odd, odd / 60),
                largestDivisorUpTo(odd, odd / 60),
                Retention.ofWindow(Duration.ofMillis(odd)));
    }

    @Test
    void theDefaultTickDividesTheLatenessToo() {
        Retention both =
                Retention.builder(HOUR).lateness(Duration.ofSeconds(90)).build();
        assertRetention(3_600_000, 90_000, 45_000, 90_000, both);
        assertRetention(
                3_600_000,
                0,
                60_000,
                0,
                Retention.builder(HOUR).lateness(Duration.ZERO).build());
        assertRetention(
                3_600_000,
                7,
                1,
                7,
                Retention.builder(HOUR).lateness(Duration.ofMillis(7)).build());
        assertRetention(
                3_600_000,
                3_600_000,
                60_000,
                0,
                Retention.builder(HOUR).lateness(HOUR).build());
        assertRetention(
                3_600_000,
                2_400_000,
                60_000,
                1_200_000,
                Retention.builder(HOUR).lateness(Duration.ofMinutes(40)).build());
    }

    @Test
    void everyValueCanBeSet() {
        Retention retention = Retention.builder(HOUR)
                .futureSkew(MILLI)
                .tick(Duration.ofMinutes(5))
                .lateness(Duration.ofMinutes(10))
                .build();
        assertRetention(3_600_000, 600_000, 300_000, 1, retention);
        assertEquals("window PT1H, lateness PT10M, tick PT5M, future skew PT0.001S", retention.toString());
        assertRetention(
                3_600_000,
                3_600_000,
                3_600_000,
                0,
                Retention.builder(HOUR).tick(HOUR).build());
        assertRetention(
                3_600_000,
                1_800_000,
                60_000,
                1_800_000,
                Retention.builder(HOUR)
                        .lateness(Duration.ofMinutes(30))
                        .futureSkew(Duration.ofMinutes(30))
                        .build());
        assertRetention(
                3_153_600_000_000L,
                1,
                1,
                0,
                Retention.builder(Duration.ofDays(36_500))
                        .tick(MILLI)
                        .lateness(MILLI)
                        .futureSkew(Duration.ZERO)
                        .build());
    }

    @Test
    void windowBounds() {
        assertEquals(1, Retention.ofWindow(MILLI).windowMillis());
        assertEquals(
                3_153_600_000_000L, Retention.ofWindow(Duration.ofDays(36_500)).windowMillis());
        for (Duration bad : List.of(
                Duration.ZERO,
                MILLI.negated(),
                HOUR.negated(),
                Duration.ofDays(36_500).plus(MILLI))) {
            assertIllegalArgument(
                    "window " + bad + " is out of bounds; give 1 ms to 36500 days", () -> Retention.ofWindow(bad));
        }
        for (Duration huge : List.of(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MIN_VALUE))) {
            assertIllegalArgument(
                    "window " + huge + " is out of bounds; give at most 36500 days", () -> Retention.ofWindow(huge));
        }
    }

    @Test
    void valuesAreWholeMilliseconds() {
        Duration odd = Duration.ofNanos(1_500_000);
        assertIllegalArgument(
                "window PT0.0015S is no whole number of milliseconds; round it", () -> Retention.ofWindow(odd));
        assertIllegalArgument(
                "lateness PT0.0015S is no whole number of milliseconds; round it",
                () -> Retention.builder(HOUR).lateness(odd).build());
        assertIllegalArgument(
                "tick PT0.0015S is no whole number of milliseconds; round it",
                () -> Retention.builder(HOUR).tick(odd).build());
        assertIllegalArgument(
                "futureSkew PT-0.000000001S is no whole number of milliseconds; round it",
                () -> Retention.builder(HOUR).futureSkew(Duration.ofNanos(-1)).build());
    }

    @Test
    void latenessBounds() {
        assertIllegalArgument(
                "lateness PT-0.001S is negative; give 0 or more",
                () -> Retention.builder(HOUR).lateness(MILLI.negated()).build());
        assertIllegalArgument(
                "lateness PT1H0.001S exceeds the window PT1H; widen the window to at least lateness + future skew",
                () -> Retention.builder(HOUR).lateness(HOUR.plus(MILLI)).build());
        assertIllegalArgument(
                "lateness PT2562047788015H12M55.807S exceeds the window PT1H; widen the window to at least lateness +"
                        + " future skew",
                () -> Retention.builder(HOUR)
                        .lateness(Duration.ofMillis(Long.MAX_VALUE))
                        .build());
    }

    @Test
    void tickBounds() {
        for (Duration bad : List.of(Duration.ZERO, MINUTE.negated(), HOUR.plus(MILLI))) {
            assertIllegalArgument(
                    "tick " + bad + " is out of bounds; give 1 ms to the window PT1H",
                    () -> Retention.builder(HOUR).tick(bad).build());
        }
        assertIllegalArgument(
                "tick PT7M does not divide the window PT1H; give a divisor of it",
                () -> Retention.builder(HOUR).tick(Duration.ofMinutes(7)).build());
        assertIllegalArgument(
                "tick PT1M does not divide the lateness PT1M30S; round the lateness to a multiple of the tick",
                () -> Retention.builder(HOUR)
                        .tick(MINUTE)
                        .lateness(Duration.ofSeconds(90))
                        .build());
    }

    @Test
    void futureSkewBounds() {
        assertIllegalArgument(
                "futureSkew PT-0.001S is out of bounds; give 0 to the lateness PT1M",
                () -> Retention.builder(HOUR).futureSkew(MILLI.negated()).build());
        assertIllegalArgument(
                "futureSkew PT1M0.001S is out of bounds; give 0 to the lateness PT1M",
                () -> Retention.builder(HOUR).futureSkew(MINUTE.plus(MILLI)).build());
        assertIllegalArgument(
                "lateness PT31M + futureSkew PT30M exceed the window PT1H; widen the window or lower one of them",
                () -> Retention.builder(HOUR)
                        .lateness(Duration.ofMinutes(31))
                        .futureSkew(Duration.ofMinutes(30))
                        .build());
    }

    @Test
    void nullIsNamed() {
        assertNullNamed("window", () -> Retention.ofWindow(none()));
        assertNullNamed("window", () -> Retention.builder(none()));
        assertNullNamed("lateness", () -> Retention.builder(HOUR).lateness(none()));
        assertNullNamed("tick", () -> Retention.builder(HOUR).tick(none()));
        assertNullNamed("futureSkew", () -> Retention.builder(HOUR).futureSkew(none()));
    }

    @Test
    void equalByValue() {
        Retention hour = Retention.ofWindow(HOUR);
        Retention same = Retention.builder(Duration.ofMinutes(60)).tick(MINUTE).build();
        assertEquals(hour, same);
        assertEquals(hour.hashCode(), same.hashCode());
        assertNotEquals(hour, Retention.ofWindow(Duration.ofHours(2)));
        assertNotEquals(
                hour, Retention.builder(HOUR).lateness(Duration.ofMinutes(2)).build());
        assertNotEquals(
                hour, Retention.builder(HOUR).tick(MILLI).lateness(MINUTE).build());
        assertNotEquals(hour, Retention.builder(HOUR).futureSkew(Duration.ZERO).build());
        assertNotEquals(hour, "PT1H");
    }

    @Test
    void valuesFitEachOtherForAnyWindow() {
        SplittableRandom random = new SplittableRandom(2026);
        for (int i = 0; i < 10_000; i++) {
            long w = 1 + random.nextLong(1L << (1 + random.nextInt(27)));
            if (i % 10 == 0) {
                w = BigInteger.valueOf(w).nextProbablePrime().longValueExact();
            }
            Duration window = Duration.ofMillis(w);
            assertFits(w, Retention.ofWindow(window));
            long l = random.nextLong(w + 1);
            Retention late =
                    Retention.builder(window).lateness(Duration.ofMillis(l)).build();
            assertEquals(l, late.latenessMillis());
            assertFits(w, late);
            long g = late.tickMillis();
            assertFits(w, Retention.builder(window).tick(Duration.ofMillis(g)).build());
        }
    }

    @Test
    void theDefaultTickIsTheLargestThatFits() {
        for (long w = 1; w <= 5_000; w++) {
            Retention retention = Retention.ofWindow(Duration.ofMillis(w));
            assertEquals(largestDivisorUpTo(w, Math.max(1, w / 60)), retention.tickMillis(), "window " + w);
        }
    }

    private static void assertFits(long w, Retention r) {
        assertEquals(w, r.windowMillis());
        assertTrue(r.tickMillis() >= 1 && r.tickMillis() <= w, r::toString);
        assertEquals(0, w % r.tickMillis(), r::toString);
        assertEquals(0, r.latenessMillis() % r.tickMillis(), r::toString);
        assertTrue(r.latenessMillis() >= 0 && r.futureSkewMillis() >= 0, r::toString);
        assertTrue(r.futureSkewMillis() <= r.latenessMillis(), r::toString);
        assertTrue(r.latenessMillis() + r.futureSkewMillis() <= w, r::toString);
    }

    private static long largestDivisorUpTo(long value, long bound) {
        long divisor = bound;
        while (value % divisor != 0) {
            divisor--;
        }
        return divisor;
    }

    private static void assertRetention(long w, long l, long g, long s, Retention actual) {
        assertEquals(
                List.of(w, l, g, s),
                List.of(
                        actual.windowMillis(),
                        actual.latenessMillis(),
                        actual.tickMillis(),
                        actual.futureSkewMillis()));
        assertFits(w, actual);
    }
}
