package io.github.dedupkit.benchmarks;

import java.util.stream.DoubleStream;

/** What several measurements judge by. */
final class BenchStatistics {
    /** A right store exceeds {@link #mostByChance} in so large a share of its runs, at most. */
    private static final double CHANCE = 1e-6;

    private BenchStatistics() {}

    /** The median, of an even number of values the mean of the middle two; NaN of none. */
    static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted.length == 0 ? Double.NaN : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** The most rare events that chance explains where so many are expected: Chernoff's bound on a Poisson variable. */
    static long mostByChance(double expected) {
        long more = (long) expected + 1;
        while (Math.exp(more - expected + more * Math.log(expected / more)) > CHANCE) {
            more++;
        }
        return more - 1;
    }
}
