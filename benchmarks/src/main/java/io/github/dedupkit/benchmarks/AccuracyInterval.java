package io.github.dedupkit.benchmarks;

import org.hipparchus.analysis.solvers.BisectionSolver;
import org.hipparchus.special.Beta;

/**
 * What a count of successes says about their probability: the exact interval of Clopper and Pearson, The Use of
 * Confidence or Fiducial Limits Illustrated in the Case of the Binomial (1934). Where nothing was counted, there is an
 * upper bound only, and all of the error is spent on it: at 95 % about 3/n.
 *
 * @param low the least probability that is not refuted
 * @param high the greatest one
 */
record AccuracyInterval(double low, double high) {
    private static final int EVALUATIONS = 1_000;
    private static final double ACCURACY = 1e-10;

    /** The smallest number whose logarithm is searched. */
    private static final double LEAST = 1e-300;

    /**
     * Of a count.
     *
     * @param error the probability that the interval misses the true one, at most
     */
    static AccuracyInterval of(long counted, long trials, double error) {
        if (trials < 1 || counted < 0 || counted > trials) {
            throw new IllegalArgumentException(
                    counted + " of " + trials + " is no count; give 0 to " + trials + ", of 1 or more");
        }
        double low = counted == 0 ? 0 : quantile(counted == trials ? error : error / 2, counted, trials - counted + 1);
        double high =
                counted == trials ? 1 : quantile(1 - (counted == 0 ? error : error / 2), counted + 1, trials - counted);
        return new AccuracyInterval(low, high);
    }

    /**
     * Of a beta distribution: searched by the logarithm, for it may be as small as one in billions, and by halves, for
     * far out in the tail the function is rounded to steps that quicker methods stumble over.
     */
    private static double quantile(double probability, long alpha, long beta) {
        double logarithm = new BisectionSolver(ACCURACY)
                .solve(
                        EVALUATIONS,
                        x -> Beta.regularizedBeta(Math.exp(x), (double) alpha, (double) beta) - probability,
                        Math.log(LEAST),
                        0);
        return Math.exp(logarithm);
    }

    boolean contains(double probability) {
        return low <= probability && probability <= high;
    }
}
