package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dedup bench gate}: whether a change made the library slower, larger, or wrong. */
@Command(
        name = "gate",
        exitCodeOnInvalidInput = GateResult.USAGE,
        description = {
            "Runs these benchmarks against two builds of the library: first what can be counted, which is the same"
                    + " anywhere, then short timings of both in turn until they are decided. docs/benchmarks/gate says"
                    + " how, and how often it is right.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Writes gate.md, gate.json, gate-junit.xml and gate.csv into --out, and gate.md to standard output.",
            "",
            "Exit codes: 0 no regression; 1 a regression; 2 the machine moved so much",
            "that the timings are invalid, or the gate could not run; 3 usage."
        })
final class GateCommand implements Callable<Integer> {
    @Option(
            names = "--base",
            required = true,
            paramLabel = "REV|JAR",
            description = "The library before the change: a git revision, which is built, or jars, or directories of"
                    + " dedup-*.jar, separated as on a class path.")
    String base = "";

    @Option(
            names = "--head",
            paramLabel = "REV|JAR",
            description = "The library with the change, likewise (default: the one that runs this).")
    @Nullable
    String head;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            defaultValue = "6m",
            description = "No round of timings but the first begins that would not end within it, the build of the base"
                    + " included (default: ${DEFAULT-VALUE}).")
    String budget = "";

    @Option(
            names = "--threshold",
            paramLabel = "SHARE",
            description = "The least slow-down that is a regression (default: 0.05).")
    double threshold = GateSettings.THRESHOLD;

    @Option(names = "--out", paramLabel = "DIR", description = "Where results go (default: target/gate).")
    @Nullable
    Path out;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        try {
            long start = System.nanoTime();
            long deadline = start + BenchAmount.duration("--budget", budget).toNanos();
            GateResult result = run(start, deadline, GateSettings.of(threshold));
            GateFiles.write(result, directory());
            spec.commandLine().getOut().println(GateMarkdown.of(result));
            return result.exitCode();
        } catch (BenchException e) {
            err.println("dedup: " + e.getMessage());
            return e.exitCode() == BenchException.USAGE ? GateResult.USAGE : GateResult.INVALID;
        } catch (IOException | RuntimeException e) {
            err.println("dedup: the gate could not run:");
            e.printStackTrace(err);
            return GateResult.INVALID;
        }
    }

    private GateResult run(long start, long deadline, GateSettings settings) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Path directory = directory();
        GateFiles.clear(directory);
        try (BenchDirectory work = BenchDirectory.in(directory)) {
            GateLibrary library = new GateLibrary(root(), directory, work);
            List<Path> before = library.find("--base", base);
            List<Path> with = head == null ? GateClassPath.library() : library.find("--head", head);
            GateForks forks = new GateForks(work, before, with);
            err.println("gate: counting");
            List<GateFinding> counts = GateComparison.compare(forks.count(GateSide.BASE), forks.count(GateSide.HEAD));
            long left = Math.max(0, deadline - System.nanoTime());
            err.println("gate: timing, up to " + settings.mostRounds() + " rounds, for "
                    + BenchAmount.text(Duration.ofSeconds(left / 1_000_000_000)) + " at most");
            GateRounds.Outcome timings = new GateRounds(
                            forks, settings, System::nanoTime, line -> err.println("gate: " + line))
                    .run(deadline);
            String headName = head == null ? "the library that runs this" : head;
            return new GateResult(base, headName, settings, counts, timings, (System.nanoTime() - start) / 1e9);
        }
    }

    /** The directory for results, made and found writable before anything is measured. */
    private Path directory() {
        Path directory = out == null ? root().resolve("target/gate") : out;
        try {
            Files.delete(Files.createTempFile(Files.createDirectories(directory), "gate", ".tmp"));
            return directory.toAbsolutePath();
        } catch (IOException e) {
            throw BenchException.usage(
                    "--out " + directory + " cannot be written to (" + e + "); give a directory that can");
        }
    }

    /** The project's directory: that of the module which this class was built in, however deep its target goes. */
    static Path root() {
        Path here = GateClassPath.source(GateCommand.class);
        while (here != null && !Files.isDirectory(here.resolve("benchmarks/src"))) {
            here = here.getParent();
        }
        if (here == null) {
            throw BenchException.failed(
                    "the gate runs in a clone of the project only; start it with ./dedup bench gate");
        }
        return here;
    }
}
