package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateSignedRankTest {
    private static final double EXACT = 1e-12;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8, 12})
    void distributionIsThatOfAllSigns(int n) {
        double[] expected = new double[n * (n + 1) / 2 + 1];
        for (int signs = 0; signs < 1 << n; signs++) {
            int sum = 0;
            for (int rank = 1; rank <= n; rank++) {
                sum += (signs >> (rank - 1) & 1) * rank;
            }
            expected[sum] += 1.0 / (1 << n);
        }
        Arrays.parallelPrefix(expected, Double::sum);
        double[] found = GateSignedRank.distribution(n);
        for (int sum = 0; sum < expected.length; sum++) {
            assertEquals(expected[sum], found[sum], EXACT, "P(W <= " + sum + ") of " + n);
        }
    }

    /** The largest W that is significant at 5 %, two-sided, as printed in any table of the test. */
    @Test
    void criticalValuesAreThoseOfTheTables() {
        int[] critical = {0, 2, 3, 5, 8, 10, 13, 17, 21, 25};
        for (int n = 6; n < 6 + critical.length; n++) {
            double[] atMost = GateSignedRank.distribution(n);
            assertTrue(2 * atMost[critical[n - 6]] <= 0.05, "n = " + n);
            assertTrue(2 * atMost[critical[n - 6] + 1] > 0.05, "n = " + n);
        }
    }

    /** Depression scores before and after (Hollander and Wolfe, example 3.1): W = 40 of 45, estimate -0.46. */
    @Test
    void aPublishedExample() {
        double[] before = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
        double[] after = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
        double[] fell = new double[before.length];
        for (int i = 0; i < fell.length; i++) {
            fell[i] = before[i] - after[i];
        }
        GateSignedRank test = new GateSignedRank(fell);
        assertEquals(2 * 0.01953125, test.pValue(), EXACT);
        assertEquals(0.46, test.estimate(), 1e-9);
        GateInterval interval = test.interval(0.04);
        assertEquals(0.01, interval.lower(), 1e-9);
        assertEquals(0.786, interval.upper(), 1e-9);
    }

    @Test
    void aDifferenceOfZeroCountsAgainstBothSides() {
        assertEquals(2 * 1 / 32.0, new GateSignedRank(new double[] {1, 2, 3, 4, 5}).pValue(), EXACT);
        assertEquals(2 * 2 / 32.0, new GateSignedRank(new double[] {0, 2, 3, 4, 5}).pValue(), EXACT);
        assertEquals(1, new GateSignedRank(new double[] {0, 0, 0, 0, 0}).pValue(), EXACT);
    }

    @Test
    void theIntervalExcludesZeroExactlyWhenTheTestRejectsIt() {
        SplittableRandom random = new SplittableRandom(3);
        int rejected = 0;
        for (int run = 0; run < 2_000; run++) {
            double[] differences = new double[4 + random.nextInt(12)];
            for (int i = 0; i < differences.length; i++) {
                differences[i] = Math.round(10 * (random.nextDouble() - 0.3)); // ties and zeros among them
            }
            GateSignedRank test = new GateSignedRank(differences);
            double level = 0.001 + 0.2 * random.nextDouble();
            boolean excludes = test.interval(level).excludesZero();
            assertEquals(test.pValue() <= level, excludes, Arrays.toString(differences) + " at " + level);
            rejected += excludes ? 1 : 0;
        }
        assertTrue(rejected > 200 && rejected < 1_800, rejected + " of 2000 rejected");
    }

    @Test
    void theIntervalMissesTheMedianNoMoreOftenThanItSays() {
        SplittableRandom random = new SplittableRandom(4);
        int missed = 0;
        int runs = 20_000;
        for (int run = 0; run < runs; run++) {
            double[] differences = new double[10];
            for (int i = 0; i < differences.length; i++) {
                double tail = Math.tan(Math.PI * (random.nextDouble() - 0.5)); // Cauchy: no mean, no variance
                differences[i] = 7 + tail;
            }
            GateInterval interval = new GateSignedRank(differences).interval(0.05);
            missed += interval.lower() > 7 || interval.upper() < 7 ? 1 : 0;
        }
        double exact = 2 * GateSignedRank.distribution(10)[8]; // the largest level up to 5 %
        assertEquals(exact, (double) missed / runs, 4 * Math.sqrt(exact * (1 - exact) / runs));
    }

    @Test
    void tooFewDifferencesGiveNoInterval() {
        GateInterval interval = new GateSignedRank(new double[] {1, 1.1, 1.2, 1.3, 1.4}).interval(0.05);
        assertFalse(interval.excludesZero());
        assertEquals(Double.POSITIVE_INFINITY, interval.width());
        assertTrue(interval.toString().contains("too few rounds"), interval.toString());
        String message =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> new GateSignedRank(new double[0]))
                        .getMessage());
        assertTrue(message.contains("give one or more"), message);
    }
}
