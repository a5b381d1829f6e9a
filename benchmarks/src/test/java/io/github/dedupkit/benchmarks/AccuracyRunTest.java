package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.AccuracyRun.Outcome;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small streams: what is counted is what was estimated, and what is wrong is found. */
class AccuracyRunTest {
    private static final long KEYS = 20_000;
    private static final long LOOK_UPS = 100_000;
    private static final int BITS = 10;

    private static Outcome stream(AccuracyTier tier, int percent, int bits) {
        return new AccuracyRun(tier, KEYS, percent, bits, LOOK_UPS).stream();
    }

    @ParameterizedTest
    @CsvSource({
        "NARROW_REFUSES, 50",
        "NARROW_REFUSES, 100",
        "NARROW_GROWS, 100",
        "NARROW_GROWS, 150",
        "NARROW_EVICTS, 150",
        "WIDE_REFUSES, 50",
        "WIDE_REFUSES, 100",
        "GUAVA_BLOOM, 100",
        "GUAVA_BLOOM, 150"
    })
    void theCountAgreesWithTheEstimate(AccuracyTier tier, int percent) {
        Outcome outcome = stream(tier, percent, BITS);
        assertEquals("", outcome.objection(), outcome::toString);
        assertTrue(outcome.counted() > 40, outcome::toString);
        assertEquals(0, outcome.refused(), outcome::toString);
    }

    /** Eight times the bits, an eighth of the false duplicates. */
    @Test
    void theBitsOfTheKeysDecide() {
        double many = stream(AccuracyTier.NARROW_REFUSES, 100, 8).counted();
        double few = stream(AccuracyTier.NARROW_REFUSES, 100, 11).counted();
        assertEquals(8, many / few, 1.5);
    }

    @Test
    void whatTiersDoBeyondTheirDesignLoad() {
        Outcome refuses = stream(AccuracyTier.NARROW_REFUSES, 150, BITS);
        assertTrue(refuses.refused() > LOOK_UPS / 20, refuses::toString);
        Outcome grows = stream(AccuracyTier.NARROW_GROWS, 150, BITS);
        assertTrue(grows.strain().startsWith("grown to "), grows::toString);
        Outcome evicts = stream(AccuracyTier.NARROW_EVICTS, 150, BITS);
        assertTrue(evicts.strain().startsWith("drops the oldest: effective window "), evicts::toString);
        assertEquals("", stream(AccuracyTier.NARROW_EVICTS, 50, BITS).strain());
    }

    @Test
    void anExactStoreIsNeverWrong() {
        Outcome exact = stream(AccuracyTier.CAFFEINE_STORE, 100, BITS);
        assertEquals(0, exact.counted());
        assertEquals("", exact.objection());
    }

    /** At 40 bits nothing is seen, and the bound says how little that proves. */
    @Test
    void theRealFingerprint() {
        Outcome real = stream(AccuracyTier.NARROW_REFUSES, 100, AccuracyKeys.REAL_BITS);
        assertEquals(0, real.counted());
        assertEquals(3.0 / LOOK_UPS, real.interval().high(), 0.01 / LOOK_UPS);
        assertTrue(real.planned() < 1e-11, real::toString);
    }

    @Test
    void objections() {
        AccuracyRun run = new AccuracyRun(AccuracyTier.NARROW_REFUSES, KEYS, 100, BITS, LOOK_UPS);
        assertEquals("", new Outcome(run, 1e-3, 1e-3, 100, 0, "").objection());
        assertEquals("", new Outcome(run, 1e-3, 1e-3, 130, 0, "").objection());
        assertEquals("more false duplicates than planned", new Outcome(run, 1e-3, 1e-3, 200, 0, "").objection());
        assertEquals("the estimate is off", new Outcome(run, 1e-2, 1e-3, 300, 0, "").objection());
        assertEquals("the estimate is off", new Outcome(run, 1e-2, 1e-3, 20, 0, "").objection());
        AccuracyRun overloaded = new AccuracyRun(AccuracyTier.NARROW_REFUSES, KEYS, 150, BITS, LOOK_UPS);
        assertEquals("", new Outcome(overloaded, 1e-3, 2e-3, 200, 0, "").objection());
    }

    @Test
    void keysDiffer() {
        for (int bits : new int[] {1, 12, 24, AccuracyKeys.REAL_BITS}) {
            AccuracyKeys keys = new AccuracyKeys(bits);
            Set<Long> lows = new HashSet<>();
            long fingerprints = 0;
            for (long number = 0; number < 10_000; number++) {
                lows.add(keys.low(number));
                fingerprints |= (keys.high(number) & 0xFFFF) << 24 | (keys.low(number) & 0xFF_FFFF);
            }
            assertEquals(10_000, lows.size());
            assertEquals(bits, Long.bitCount(fingerprints));
        }
        assertThrows(IllegalArgumentException.class, () -> new AccuracyKeys(0));
        assertThrows(IllegalArgumentException.class, () -> new AccuracyKeys(25));
    }
}
