package io.github.dedupkit.benchmarks;

import java.util.Locale;

/**
 * A change as the logarithm of a ratio, worse above zero.
 *
 * @param estimate of its median
 * @param lower end of the interval around it
 * @param upper end
 */
record GateInterval(double estimate, double lower, double upper) {
    boolean excludesZero() {
        return lower > 0 || upper < 0;
    }

    /** From end to end, as a share: 0.1 if the upper end stands for a tenth more than the lower one. */
    double width() {
        return Math.expm1(upper - lower);
    }

    /** A logarithm of a ratio as a change in percent. */
    static String percent(double logarithm) {
        return String.format(Locale.ROOT, "%+.1f %%", 100 * Math.expm1(logarithm));
    }

    @Override
    public String toString() {
        return lower == Double.NEGATIVE_INFINITY
                ? percent(estimate) + " (no interval: too few rounds)"
                : percent(estimate) + " (" + percent(lower) + " to " + percent(upper) + ")";
    }
}
