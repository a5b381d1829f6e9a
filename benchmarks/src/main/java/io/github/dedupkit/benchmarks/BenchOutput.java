package io.github.dedupkit.benchmarks;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What the commands with one result have in common: it is told as text, or with {@code --json} as one object that says as
 * well how and where it came about. The objects are described in docs/benchmarks/README.md.
 */
final class BenchOutput {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    @Option(names = "--json", description = "Print one JSON object on one line.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command = CommandSpec.create();

    /** What comes between the start of the clock and the result. */
    @FunctionalInterface
    interface Measurement<R extends BenchResult> {
        /** Measures. */
        R measure() throws InterruptedException;
    }

    /** Measures, and prints the result to standard output. */
    <R extends BenchResult> R print(Measurement<R> measurement) throws InterruptedException {
        CommandLine line = command.commandLine();
        if (!json) {
            R result = measurement.measure();
            line.getOut().println(result.text());
            return result;
        }
        ReportEnvironment environment = ReportEnvironment.now();
        Instant started = InstantSource.system().instant();
        long start = System.nanoTime();
        R result = measurement.measure();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("schema", "dedupkit-bench-" + command.name() + "/1");
        fields.put("started", started.toString());
        fields.put("seconds", (System.nanoTime() - start) / NANOS_PER_SECOND);
        fields.put("command", given());
        fields.put("environment", environment.ended().entries());
        fields.put("right", result.isRight());
        fields.putAll(result.fields());
        line.getOut().println(BenchJson.line(fields));
        return result;
    }

    private String given() {
        CommandLine bench = command.root().commandLine();
        return "./dedup bench " + String.join(" ", bench.getParseResult().originalArgs());
    }
}
