package io.github.dedupkit.benchmarks;

import java.util.Arrays;

/**
 * What paired differences say of their centre, without assuming more of them than symmetry: Wilcoxon's signed-rank test
 * with its exact distribution, and the interval and the estimate that belong to it (Wilcoxon, "Individual Comparisons by
 * Ranking Methods", 1945; Hodges and Lehmann, "Estimates of Location Based on Rank Tests", 1963; Hollander, Wolfe and
 * Chicken, "Nonparametric Statistical Methods", 3rd edition, 2013, sections 3.1 to 3.3).
 *
 * <p>All three come from the Walsh averages, the means of each pair of differences and of each with itself: the test
 * counts those on either side of zero. Ties need no ranks then, and a difference of zero counts against both sides, so the
 * level is kept. Immutable.
 */
final class GateSignedRank {
    private final double[] averages;
    private final double[] atMost;

    GateSignedRank(double[] differences) {
        int n = differences.length;
        if (n == 0) {
            throw new IllegalArgumentException("there are no differences; give one or more");
        }
        averages = new double[n * (n + 1) / 2];
        int next = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                averages[next++] = (differences[i] + differences[j]) / 2;
            }
        }
        Arrays.sort(averages);
        atMost = distribution(n);
    }

    /**
     * The probability that the statistic of n differences is at most 0, 1, 2 and so on, if each sign is a coin toss. Each
     * rank enters the sum or does not, so one convolution per rank counts the ways to each sum.
     */
    static double[] distribution(int n) {
        double[] probability = new double[n * (n + 1) / 2 + 1];
        probability[0] = 1;
        for (int rank = 1, most = 0; rank <= n; rank++) {
            most += rank;
            for (int sum = most; sum >= 0; sum--) {
                double without = probability[sum];
                double with = sum >= rank ? probability[sum - rank] : 0;
                probability[sum] = (without + with) / 2;
            }
        }
        Arrays.parallelPrefix(probability, Double::sum);
        return probability;
    }

    /** The Hodges-Lehmann estimate of the median: that of the Walsh averages. */
    double estimate() {
        int middle = averages.length / 2;
        return averages.length % 2 == 1 ? averages[middle] : (averages[middle - 1] + averages[middle]) / 2;
    }

    /** The smallest level at which {@link #interval} does not hold zero; 1 if there is none. */
    double pValue() {
        int notAbove = 0;
        int notBelow = 0;
        for (double average : averages) {
            notAbove += average <= 0 ? 1 : 0;
            notBelow += average >= 0 ? 1 : 0;
        }
        return Math.min(1, 2 * atMost[Math.min(notAbove, notBelow)]);
    }

    /**
     * An interval that misses the median with at most a probability; without ends if there are too few differences.
     *
     * @param level that probability, both ends together
     */
    GateInterval interval(double level) {
        int beyond = 0; // averages beyond either end
        while (beyond < averages.length && 2 * atMost[beyond] <= level) {
            beyond++;
        }
        return beyond == 0
                ? new GateInterval(estimate(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY)
                : new GateInterval(estimate(), averages[beyond - 1], averages[averages.length - beyond]);
    }
}
