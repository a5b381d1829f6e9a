package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which retentions fit, and whether the remedy for one that does not is one. */
class AgesTest {
    private static final Pattern SMALLEST = Pattern.compile("the smallest tick that fits is (\\d+) ms");
    private static final Pattern ROUNDER = Pattern.compile("round the lateness to a multiple of (\\d+) ms");

    @Test
    void aRetentionInTicks() {
        assertEquals(new Ages(60, 10, 5), Ages.of(retention(60_000, 10_000, 5_000, 1_000)));
        assertEquals(new Ages(60, 10, 6), Ages.of(retention(60_000, 10_000, 5_001, 1_000)), "S is rounded up");
        assertEquals(new Ages(60, 10, 0), Ages.of(retention(60_000, 10_000, 0, 1_000)));
        assertEquals(76, Ages.of(retention(60_000, 10_000, 5_000, 1_000)).expired());
    }

    @ParameterizedTest
    @CsvSource({"236, 0, 0", "235, 1, 0", "118, 118, 0", "118, 59, 59", "200, 20, 16"})
    void asManyTicksAsAnAgeHoldsFitAndOneMoreDoesNot(int window, int lateness, int skew) {
        assertEquals(new Ages(window, lateness, skew), Ages.of(retention(window, lateness, skew, 1)));
        Retention more = retention(window + 1, lateness, skew, 1);
        String refusal = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Ages.of(more))
                .getMessage());
        assertTrue(refusal.contains("are 237 ticks (" + more + ")") && refusal.contains("hold 236;"), refusal);
    }

    @Test
    void aPartOfATickOfSkewTakesAWholeOne() {
        Retention retention = retention(1_180, 1_180 - 10, 7, 5);
        String refusal = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Ages.of(retention))
                .getMessage());
        assertTrue(refusal.contains("are 472 ticks"), refusal); // 236 + 234 + 2
    }

    /** The tick that the refusal names fits, and no smaller one that divides W and L does. */
    @ParameterizedTest
    @CsvSource({
        "3600000, 900000, 900000, 1000",
        "3600000, 900000, 1, 1000",
        "86400000, 3600000, 0, 60000",
        "86400000, 86400000, 0, 60000",
        "1800000, 0, 0, 1",
        "237, 0, 0, 1",
        "1000, 1000, 0, 1",
        "1000003, 0, 0, 1", // a prime
        "3153600000000, 788400000000, 86400000, 3600000", // a century
        "44100, 22050, 11025, 25"
    })
    void theSmallestTickThatFitsIsNamed(long window, long lateness, long skew, long tick) {
        Retention wanted = retention(window, lateness, skew, tick);
        String refusal = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Ages.of(wanted))
                .getMessage());
        Matcher named = SMALLEST.matcher(refusal);
        assertTrue(named.find(), refusal);
        long smallest = Long.parseLong(named.group(1));
        Ages ages = Ages.of(retention(window, lateness, skew, smallest));
        assertTrue(ages.window() + ages.lateness() + ages.skew() <= Ages.MAX_TICKS, ages.toString());
        LongStream.range(Math.max(1, smallest - 1_000_000), smallest)
                .filter(smaller -> window % smaller == 0 && lateness % smaller == 0)
                .max()
                .ifPresent(smaller -> assertThrows(
                        IllegalArgumentException.class,
                        () -> Ages.of(retention(window, lateness, skew, smaller)),
                        smaller + " ms fit as well, and " + refusal));
    }

    /** Where no tick fits, the refusal names what to round the lateness to, and any multiple of that fits then. */
    @ParameterizedTest
    @CsvSource({"3600000, 1", "3600000, 61017", "1000003, 500000", "86400000, 1000", "3153600000000, 86400000"})
    void whereNoTickFitsARounderLatenessIsNamed(long window, long lateness) {
        Retention wanted = retention(window, lateness, 0, 1);
        String refusal = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Ages.of(wanted))
                .getMessage());
        Matcher named = ROUNDER.matcher(refusal);
        assertTrue(refusal.contains("no tick fits") && named.find(), refusal);
        LongStream.rangeClosed(1, lateness)
                .filter(tick -> window % tick == 0 && lateness % tick == 0)
                .forEach(tick -> assertThrows(
                        IllegalArgumentException.class, () -> Ages.of(retention(window, lateness, 0, tick))));
        long rounder = Long.parseLong(named.group(1));
        for (long rounded = 0; rounded <= window; rounded += rounder) {
            long skew = Math.min(rounded, window - rounded);
            Ages ages = Ages.of(retention(window, rounded, skew, rounder));
            assertTrue(ages.window() + ages.lateness() + ages.skew() <= Ages.MAX_TICKS, ages.toString());
        }
    }

    private static Retention retention(long window, long lateness, long skew, long tick) {
        return Retention.builder(Duration.ofMillis(window))
                .lateness(Duration.ofMillis(lateness))
                .tick(Duration.ofMillis(tick))
                .futureSkew(Duration.ofMillis(skew))
                .build();
    }
}
