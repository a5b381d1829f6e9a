package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The interval of Clopper and Pearson, against its definition by the tails of the binomial distribution. */
class AccuracyIntervalTest {
    private static final double ERROR = 0.05;

    @Test
    void theTailsBeyondItsEndsHoldHalfOfTheError() {
        for (int trials : new int[] {2, 10, 37}) {
            for (int counted = 1; counted < trials; counted++) {
                AccuracyInterval interval = AccuracyInterval.of(counted, trials, ERROR);
                assertEquals(ERROR / 2, 1 - atMost(counted - 1, trials, interval.low()), 1e-7);
                assertEquals(ERROR / 2, atMost(counted, trials, interval.high()), 1e-7);
            }
        }
    }

    /** As R's binom.test has it. */
    @Test
    void oneInTen() {
        AccuracyInterval interval = AccuracyInterval.of(1, 10, ERROR);
        assertEquals(0.002528579, interval.low(), 1e-8);
        assertEquals(0.445016117, interval.high(), 1e-8);
    }

    @Test
    void whereNothingIsCountedTheBoundIsThreeInAll() {
        AccuracyInterval interval = AccuracyInterval.of(0, 1_000_000, ERROR);
        assertEquals(0, interval.low());
        assertEquals(1 - Math.pow(ERROR, 1e-6), interval.high(), 1e-12);
        assertEquals(3e-6, interval.high(), 1e-8);
    }

    @Test
    void whereAllAreCountedThereIsALowerBoundOnly() {
        AccuracyInterval interval = AccuracyInterval.of(20, 20, ERROR);
        assertEquals(Math.pow(ERROR, 1 / 20.0), interval.low(), 1e-8);
        assertEquals(1, interval.high());
    }

    /** Normal approximation: 1.96 standard deviations. */
    @Test
    void largeCounts() {
        AccuracyInterval interval = AccuracyInterval.of(100_000, 100_000_000, ERROR);
        double deviation = Math.sqrt(1e-3 * (1 - 1e-3) / 1e8);
        assertEquals(1e-3 - 1.96 * deviation, interval.low(), 0.02 * deviation);
        assertEquals(1e-3 + 1.96 * deviation, interval.high(), 0.02 * deviation);
        assertTrue(interval.contains(1e-3));
        assertFalse(interval.contains(1.1e-3));
    }

    /** Six standard deviations out, where the distribution function has few digits left. */
    @Test
    void farOutInTheTail() {
        for (long counted : new long[] {1, 20, 100, 849, 12_836}) {
            AccuracyInterval interval = AccuracyInterval.of(counted, 100_000, 1e-6);
            double share = counted / 1e5;
            assertTrue(interval.low() > 0 && interval.low() < share && share < interval.high(), interval::toString);
            assertTrue(interval.high() < share * 25, interval::toString);
        }
    }

    @Test
    void whatIsNoCount() {
        assertThrows(IllegalArgumentException.class, () -> AccuracyInterval.of(0, 0, ERROR));
        assertThrows(IllegalArgumentException.class, () -> AccuracyInterval.of(-1, 5, ERROR));
        assertThrows(IllegalArgumentException.class, () -> AccuracyInterval.of(6, 5, ERROR));
    }

    /** The probability of so many or fewer, term by term. */
    private static double atMost(int most, int trials, double probability) {
        double term = Math.pow(1 - probability, trials);
        double sum = term;
        for (int i = 1; i <= most; i++) {
            term *= (trials - i + 1) * probability / (i * (1 - probability));
            sum += term;
        }
        return sum;
    }
}
