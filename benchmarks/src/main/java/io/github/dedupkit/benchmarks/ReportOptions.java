package io.github.dedupkit.benchmarks;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** What the commands that report figures have in common. */
final class ReportOptions {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    @Option(names = "--json", description = "Print one JSON object, with the environment, in place of the table.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    /** What is measured between the opening of the report and its end. */
    @FunctionalInterface
    interface Suite {
        /** Measures. */
        List<ReportFigure> measure() throws InterruptedException;
    }

    /**
     * Measures, and prints the figures: as a table, or as JSON.
     *
     * @param command as it was given, as far as it decides the figures
     * @param table how they are printed unless as JSON
     * @return the figures
     */
    List<ReportFigure> report(String command, PrintWriter out, Function<List<ReportFigure>, String> table, Suite suite)
            throws InterruptedException {
        ReportEnvironment environment = ReportEnvironment.now();
        Instant started = InstantSource.system().instant();
        long start = System.nanoTime();
        List<ReportFigure> figures = suite.measure();
        long seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        if (json) {
            out.print(new Report(started, seconds, command, environment.ended(), figures).json());
            out.flush();
        } else {
            out.println(table.apply(figures));
        }
        return figures;
    }
}
