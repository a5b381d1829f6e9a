package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.ContentionRun.Figure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * What came of a {@link ContentionRun}, for people or for programs.
 *
 * @param run what was run
 * @param figures round by round
 */
record ContentionReport(ContentionRun run, List<Figure> figures) implements BenchResult {
    static final double LEAST_RATIO = 0.5;

    /** What so many threads reach of the first number's throughput, by the median of the rounds. */
    double ratio(int threads) {
        List<Figure> first = of(run.threads().get(0));
        List<Figure> some = of(threads);
        return BenchStatistics.median(IntStream.range(0, run.rounds())
                .mapToDouble(
                        round -> some.get(round).perSecond() / first.get(round).perSecond()));
    }

    private double perSecond(int threads) {
        return BenchStatistics.median(of(threads).stream().mapToDouble(Figure::perSecond));
    }

    private Histogram calls(int threads) {
        Histogram calls = new Histogram(ContentionRun.DIGITS);
        of(threads).forEach(figure -> calls.add(figure.calls()));
        return calls;
    }

    private List<Figure> of(int threads) {
        return figures.stream().filter(figure -> figure.threads() == threads).toList();
    }

    private long wrong() {
        return figures.stream().mapToLong(Figure::wrong).sum();
    }

    /** Whether all verdicts were right, and each number of threads reached its share. */
    @Override
    public boolean isRight() {
        return wrong() == 0 && run.threads().stream().allMatch(threads -> ratio(threads) >= LEAST_RATIO);
    }

    @Override
    public String text() {
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
        Histogram calls = calls(threads);
        return format(
                "%4d threads: %6.1f million/s, %.2f of %d threads' (at least %.2f); a call %,d ns at p50, %,d at p99.9,"
                        + " %,d at most; %,d calls",
                threads,
                perSecond(threads) / 1e6,
                ratio(threads),
                run.threads().get(0),
                LEAST_RATIO,
                calls.getValueAtPercentile(50),
                calls.getValueAtPercentile(99.9),
                calls.getMaxValue(),
                calls.getTotalCount());
    }

    @Override
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("store", run.store().toString());
        fields.put("keys", run.keys().toString());
        fields.put("batch", run.batch());
        fields.put("rounds", run.rounds());
        fields.put("seconds_each", run.seconds());
        fields.put("wrong", wrong());
        fields.put("results", run.threads().stream().map(this::result).toList());
        return fields;
    }

    private Map<String, Object> result(int threads) {
        Histogram calls = calls(threads);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("threads", threads);
        result.put("events_per_second", Math.round(perSecond(threads)));
        result.put("ratio", ratio(threads));
        result.put("calls", calls.getTotalCount());
        result.put("call_p50_nanos", calls.getValueAtPercentile(50));
        result.put("call_p99.9_nanos", calls.getValueAtPercentile(99.9));
        result.put("call_max_nanos", calls.getMaxValue());
        return result;
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
