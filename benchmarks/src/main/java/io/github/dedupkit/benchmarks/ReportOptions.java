package io.github.dedupkit.benchmarks;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands that report figures have in common. */
final class ReportOptions {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file, as JSON.")
    @Nullable
    Path json;

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
     * Refuses a file that cannot be written, measures, prints a table and writes the file.
     *
     * @param command as it was given, as far as it decides the figures
     * @return the figures
     */
    List<ReportFigure> report(String command, PrintWriter out, Suite suite) throws InterruptedException {
        ReportFile file = json == null ? null : ReportFile.at("--json", json);
        ReportEnvironment environment = ReportEnvironment.now();
        Instant started = InstantSource.system().instant();
        long start = System.nanoTime();
        List<ReportFigure> figures = suite.measure();
        out.println(ReportTable.text(figures));
        if (file != null) {
            long seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
            file.write(new Report(started, seconds, command, environment.ended(), figures).json());
        }
        return figures;
    }
}
