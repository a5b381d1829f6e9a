package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.ContentionRun.Figure;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * What came of a {@link ContentionRun}, for people.
 *
 * @param run what was run
 * @param figures round by round
 */
record ContentionReport(ContentionRun run, List<Figure> figures) {
    static final double LEAST_RATIO = 0.5;

    /** What so many threads reach of the first number's throughput, by the median of the rounds. */
    double ratio(int threads) {
        List<Figure> first = of(run.threads().get(0));
        List<Figure> some = of(threads);
        double[] ratios = new double[run.rounds()];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = some.get(round).perSecond() / first.get(round).perSecond();
        }
        return median(ratios);
    }

    private List<Figure> of(int threads) {
        return figures.stream().filter(figure -> figure.threads() == threads).toList();
    }

    private static double median(double[] some) {
        double[] sorted = some.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private long wrong() {
        return figures.stream().mapToLong(Figure::wrong).sum();
    }

    /** Whether every promise was kept. */
    boolean isRight() {
        return wrong() == 0 && run.threads().stream().allMatch(threads -> ratio(threads) >= LEAST_RATIO);
    }

    /** Lines of text. */
    String text() {
        return format(
                        "contention: keys %s, %s, %s; %d rounds of %d s; wrong=%d%n",
                        run.keys(),
                        run.store(),
                        run.batch() == 1 ? "single calls" : "batches of " + run.batch(),
                        run.rounds(),
                        run.seconds(),
                        wrong())
                + run.threads().stream().map(this::line).collect(Collectors.joining(System.lineSeparator()));
    }

    private String line(int threads) {
        List<Figure> some = of(threads);
        Histogram calls = new Histogram(2);
        some.forEach(figure -> calls.add(figure.calls()));
        return format(
                "%4d threads: %6.1f million/s, %.2f of %d threads' (at least %.2f); a call %,d ns at p50, %,d at p99.9,"
                        + " %,d at most; %,d calls",
                threads,
                median(some.stream().mapToDouble(Figure::perSecond).toArray()) / 1e6,
                ratio(threads),
                run.threads().get(0),
                LEAST_RATIO,
                calls.getValueAtPercentile(50),
                calls.getValueAtPercentile(99.9),
                calls.getMaxValue(),
                calls.getTotalCount());
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
