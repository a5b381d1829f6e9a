package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * What an open loop measured, for people and for programs.
 *
 * @param retained ids in the window
 * @param id the kind of id
 * @param results of operating points
 */
record LatencyReport(long retained, HotPathId id, List<LatencyResult> results) implements BenchResult {
    /** A quantile with fewer values beyond it is not told. */
    static final long LEAST_BEYOND = 30;

    /** For one, how many lie beyond a quantile: one in so many. */
    private static final double[] BEYOND_ONE_IN = {2, 10, 100, 1_000, 10_000};

    private static final String[] QUANTILES = {"p50", "p90", "p99", "p99.9", "p99.99"};
    private static final int MEDIAN = 0;
    private static final int P99_9 = 3;
    private static final double NANOS_PER_MICRO = 1_000;

    /** Of the time measured; less is the reading of the clock. */
    private static final double LEAST_STOPPED = 1e-3;

    /** No report comes of wrong verdicts: the run fails. */
    @Override
    public boolean isRight() {
        return true;
    }

    /** One table per store and rate: batch size against the time to fill it, and what an event waits. */
    @Override
    public String text() {
        List<String> lines = new ArrayList<>();
        tables().values().forEach(table -> lines.addAll(table(table)));
        lines.add(format(
                "Microseconds from an event's intended arrival to its verdict, the wait for its batch included; *call* is"
                        + " the call alone; - where fewer than %d values lie beyond. One thread, %,d retained ids (%s),"
                        + " Java %s.",
                LEAST_BEYOND, retained, id, System.getProperty("java.version")));
        if (results.stream().anyMatch(LatencyResult::isOverloaded)) {
            lines.add("");
            lines.add(
                    "OVERLOADED: the rate is more than the store can take with this batch; its latencies grow for as long"
                            + " as it is measured.");
        }
        return String.join(System.lineSeparator(), lines);
    }

    /** The results of one store at one rate. */
    private Map<String, List<LatencyResult>> tables() {
        return results.stream()
                .collect(Collectors.groupingBy(
                        result -> format("%s at %,d events per second", result.name(), result.rate()),
                        LinkedHashMap::new,
                        Collectors.toList()));
    }

    private static List<String> table(List<LatencyResult> results) {
        LatencyResult first = results.get(0);
        List<String> lines = new ArrayList<>();
        lines.add(format("### %s at %,d events per second", first.name(), first.rate()));
        lines.add("");
        lines.add("| batch | fills in, µs | events | " + String.join(" | ", QUANTILES)
                + " | max | call p50 | call p99.9 | call max |");
        lines.add("|" + "---:|".repeat(7 + QUANTILES.length));
        results.forEach(result -> lines.add(row(result)));
        lines.add("");
        lines.add(beyond(results));
        lines.add("");
        return lines;
    }

    private static String row(LatencyResult result) {
        return format(
                "| %d | %s | %,d | %s | %s | %s | %s | %s |%s",
                result.batch(),
                micros(result.fillNanos()),
                result.events(),
                IntStream.range(0, QUANTILES.length)
                        .mapToObj(i -> micros(result.latencies(), i))
                        .collect(Collectors.joining(" | ")),
                micros(result.latencies().getMaxValue()),
                micros(result.calls(), MEDIAN),
                micros(result.calls(), P99_9),
                micros(result.calls().getMaxValue()),
                result.isOverloaded() ? " OVERLOADED" : "");
    }

    /** What the quantiles of a table rest on, and for how long at most the clock of a row was stopped. */
    private static String beyond(List<LatencyResult> results) {
        long events = results.stream().mapToLong(LatencyResult::events).max().orElse(0);
        String counts = IntStream.range(0, QUANTILES.length)
                .mapToObj(i -> format("%s %,d", QUANTILES[i], beyond(events, i)))
                .collect(Collectors.joining(", "));
        double stopped =
                results.stream().mapToDouble(LatencyReport::stoppedShare).max().orElse(0);
        return format("Of %,d events, so many lie beyond: %s.", events, counts)
                + (stopped < LEAST_STOPPED
                        ? ""
                        : format(
                                " The store was helped to forget with the clock stopped, for up to %.1f %% of the time.",
                                stopped * 100));
    }

    private static double stoppedShare(LatencyResult result) {
        double stopped = result.stoppedNanos();
        return stopped / (stopped + result.nanosUntil(result.events()));
    }

    private static long beyond(long count, int quantile) {
        return Math.round(count / BEYOND_ONE_IN[quantile]);
    }

    /** Empty where too few values lie beyond. */
    private static OptionalLong quantile(Histogram histogram, int quantile) {
        return beyond(histogram.getTotalCount(), quantile) < LEAST_BEYOND
                ? OptionalLong.empty()
                : OptionalLong.of(histogram.getValueAtPercentile(100 - 100 / BEYOND_ONE_IN[quantile]));
    }

    private static String micros(Histogram histogram, int quantile) {
        OptionalLong nanos = quantile(histogram, quantile);
        return nanos.isPresent() ? micros(nanos.getAsLong()) : "-";
    }

    private static String micros(long nanos) {
        return format("%,.1f", nanos / NANOS_PER_MICRO);
    }

    @Override
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("retained", retained);
        fields.put("id", id.name());
        fields.put("threads", 1);
        fields.put("unit", "ns");
        fields.put("least_beyond", LEAST_BEYOND);
        fields.put("results", results.stream().map(LatencyReport::fields).toList());
        return fields;
    }

    private static Map<String, Object> fields(LatencyResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("tier", result.name());
        fields.put("rate", result.rate());
        fields.put("batch", result.batch());
        fields.put("overloaded", result.isOverloaded());
        fields.put("fill", result.fillNanos());
        fields.put("stopped", result.stoppedNanos());
        fields.put("latency", fields(result.latencies()));
        fields.put("call", fields(result.calls()));
        return fields;
    }

    private static Map<String, Object> fields(Histogram histogram) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("count", histogram.getTotalCount());
        for (int i = 0; i < QUANTILES.length; i++) {
            fields.put(QUANTILES[i], quantile(histogram, i));
        }
        fields.put("max", histogram.getMaxValue());
        return fields;
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
