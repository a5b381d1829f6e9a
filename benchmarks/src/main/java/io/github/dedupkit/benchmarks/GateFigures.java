package io.github.dedupkit.benchmarks;

import java.util.Locale;
import org.openjdk.jmh.util.ListStatistics;
import org.openjdk.jmh.util.Statistics;

/**
 * What a fork measured: nanoseconds per event, over its invocations.
 *
 * @param least of the quickest
 * @param decile one invocation in ten was quicker
 * @param quartile one in four
 * @param median one in two
 */
record GateFigures(double least, double decile, double quartile, double median) {
    private static final int FIGURES = 4;

    static GateFigures of(double[] invocations) {
        Statistics all = new ListStatistics(invocations);
        return new GateFigures(all.getMin(), all.getPercentile(10), all.getPercentile(25), all.getPercentile(50));
    }

    /**
     * What the gate judges: what the quickest invocation took. Whatever else the machine does only adds to the time of code
     * that does the same each time, so the least of many varies least (Chen and Revels, "Robust Benchmarking in Noisy
     * Environments", 2016). What slows down some invocations and spares others is not seen so: counts see it, or the
     * hot-path suite.
     */
    double judged() {
        return least;
    }

    /** All figures times a factor. */
    GateFigures times(double factor) {
        return new GateFigures(least * factor, decile * factor, quartile * factor, median * factor);
    }

    /** Reads what {@link #toString} has written. */
    static GateFigures parse(String text) {
        String[] figures = text.split(",", -1);
        if (figures.length != FIGURES) {
            throw new IllegalArgumentException(
                    "'" + text + "' has " + figures.length + " figures, expected " + FIGURES);
        }
        return new GateFigures(
                Double.parseDouble(figures[0]),
                Double.parseDouble(figures[1]),
                Double.parseDouble(figures[2]),
                Double.parseDouble(figures[3]));
    }

    /** With commas, and three decimals: finer than any clock. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.3f,%.3f,%.3f,%.3f", least, decile, quartile, median);
    }
}
