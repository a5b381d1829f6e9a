package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
record LatencyReport(long retained, HotPathId id, List<LatencyResult> results) {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};
    private static final String[] NAMES = {"p50", "p90", "p99", "p99.9", "p99.99", "max"};
    private static final double NANOS_PER_MICRO = 1_000;

    /** One table per store and rate: batch size against the time to fill it, and what an event waits. */
    String markdown() {
        List<String> lines = new ArrayList<>();
        for (String name : names()) {
            for (long rate : rates(name)) {
                lines.add(String.format(
                        Locale.ROOT,
                        "### %s at %,d events per second%n%n"
                                + "| batch | fills in, µs | %s | call p50 | call p99.9 | call max |%n|%s",
                        name,
                        rate,
                        String.join(" | ", NAMES),
                        "---:|".repeat(5 + NAMES.length)));
                results.stream()
                        .filter(result -> result.name().equals(name) && result.rate() == rate)
                        .map(LatencyReport::row)
                        .forEach(lines::add);
                lines.add("");
            }
        }
        lines.add(String.format(
                Locale.ROOT,
                "Microseconds from an event's intended arrival to its verdict, the wait for its batch included; *call* is"
                        + " the call alone. One thread, %,d retained ids (%s), Java %s.",
                retained,
                id,
                System.getProperty("java.version")));
        if (results.stream().anyMatch(LatencyResult::isOverloaded)) {
            lines.add("");
            lines.add(
                    "OVERLOADED: the rate is more than the store can take with this batch; its latencies grow for as long"
                            + " as it is measured.");
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static String row(LatencyResult result) {
        return String.format(
                Locale.ROOT,
                "| %d | %s | %s | %s | %s | %s |%s",
                result.batch(),
                micros(result.fillNanos()),
                IntStream.range(0, PERCENTILES.length)
                        .mapToObj(i -> micros(result.latencies().getValueAtPercentile(PERCENTILES[i])))
                        .collect(Collectors.joining(" | ")),
                micros(result.calls().getValueAtPercentile(50)),
                micros(result.calls().getValueAtPercentile(99.9)),
                micros(result.calls().getMaxValue()),
                result.isOverloaded() ? " OVERLOADED" : "");
    }

    private static String micros(long nanos) {
        return String.format(Locale.ROOT, "%,.1f", nanos / NANOS_PER_MICRO);
    }

    /** One object, on one line. Its texts need no escapes. */
    String json() {
        return results.stream()
                .map(LatencyReport::json)
                .collect(Collectors.joining(
                        ",",
                        "{\"retained\":" + retained + ",\"id\":\"" + id
                                + "\",\"threads\":1,\"unit\":\"ns\",\"results\":[",
                        "]}"));
    }

    private static String json(LatencyResult result) {
        return String.format(
                Locale.ROOT,
                "{\"tier\":\"%s\",\"rate\":%d,\"batch\":%d,\"overloaded\":%b,\"fill\":%d,\"latency\":%s,\"call\":%s}",
                result.name(),
                result.rate(),
                result.batch(),
                result.isOverloaded(),
                result.fillNanos(),
                json(result.latencies()),
                json(result.calls()));
    }

    private static String json(Histogram histogram) {
        return IntStream.range(0, PERCENTILES.length)
                .mapToObj(i -> "\"" + NAMES[i] + "\":" + histogram.getValueAtPercentile(PERCENTILES[i]))
                .collect(Collectors.joining(",", "{\"count\":" + histogram.getTotalCount() + ",", "}"));
    }

    private Set<String> names() {
        return results.stream().map(LatencyResult::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Set<Long> rates(String name) {
        return results.stream()
                .filter(result -> result.name().equals(name))
                .map(LatencyResult::rate)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
