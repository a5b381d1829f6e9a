package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import io.github.dedupkit.benchmarks.HotPathRun.Row;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dedup bench hot-path}: what an event costs from its id to its verdict. */
@Command(
        name = "hot-path",
        description = {
            "Sends events through each tier as fast as it takes them, in the steady state of a full window of 1h, in a"
                    + " JVM of its own. A wrong verdict ends the row. The figure is all events by all the time on the"
                    + " clock; the lines are those of the report of --quick.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Redis and RocksDB want less: --retained 1e6 --invocations 4. Exit codes:",
            "0 measured; 1 a tier could not be; 2 usage; 70 internal error."
        })
final class HotPathCommand implements Callable<Integer> {
    private static final long MOST_RETAINED = 10_000_000_000L;
    private static final int MOST_THREADS = 256;
    private static final int MOST_ROUNDS = 100;
    private static final int MOST_INVOCATIONS = 10_000;

    @Option(
            names = "--tier",
            paramLabel = "TIER",
            split = ",",
            description = "What to measure, separated by commas: those of memory, and random_access, the memory's own"
                    + " speed (default: those of the report).")
    List<String> tiers =
            HotPathRun.REPORTED.stream().map(Row::toString).distinct().toList();

    @Option(
            names = "--batch",
            paramLabel = "N",
            split = ",",
            defaultValue = "256",
            description = "Events per call, powers of two up to 65536, separated by commas; a rival on the heap takes"
                    + " one at a time (default: ${DEFAULT-VALUE}).")
    List<Integer> batches = List.of();

    @Option(
            names = "--retained",
            paramLabel = "N",
            defaultValue = "2e7",
            description = "New ids in a window (default: ${DEFAULT-VALUE}).")
    String retained = "";

    @Option(
            names = "--id",
            paramLabel = "KIND",
            defaultValue = "STRING_36",
            description = "The kind of id: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    HotPathId id = HotPathId.STRING_36;

    @Option(
            names = "--key-space",
            paramLabel = "HASH",
            defaultValue = "TRUSTED",
            description = "The hash of our stores: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    Hash keySpace = Hash.TRUSTED;

    @Option(
            names = "--origins",
            paramLabel = "WHAT",
            defaultValue = "KEPT",
            description =
                    "What our stores that keep origins get: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    HotPathOrigins origins = HotPathOrigins.KEPT;

    @Option(
            names = "--duplicates",
            paramLabel = "SHARE",
            defaultValue = "0.05",
            description = "Events that repeat an id, up to 0.5 (default: ${DEFAULT-VALUE}).")
    double duplicates;

    @Option(
            names = "--lag",
            paramLabel = "LAG",
            defaultValue = "HALF_WINDOW",
            description =
                    "How long after an id its repeat comes: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    HotPathLag lag = HotPathLag.HALF_WINDOW;

    @Option(
            names = "--disorder",
            paramLabel = "SHARE",
            defaultValue = "0.05",
            description = "Events that come late, up to 0.5 (default: ${DEFAULT-VALUE}).")
    double disorder;

    @Option(
            names = "--hot",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Events that repeat one of 8 ids, up to the duplicates (default: ${DEFAULT-VALUE}).")
    double hot;

    @Option(
            names = "--lateness-ticks",
            paramLabel = "N",
            defaultValue = "1",
            description = "Lateness in minutes, up to 30; threads want more (default: ${DEFAULT-VALUE}).")
    int latenessTicks;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads that share the work (default: ${DEFAULT-VALUE}).")
    int threads;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "1",
            description = "JVMs for each row, of which the median is printed (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--invocations",
            paramLabel = "N",
            defaultValue = "120",
            description = "Chunks of 65,536 events to measure in each JVM, after two thirds as many (default:"
                    + " ${DEFAULT-VALUE}).")
    int invocations;

    @Mixin
    ReportOptions options = new ReportOptions();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        HotPathRun run = run();
        List<String> objections = new ArrayList<>();
        options.report(
                "./dedup bench " + given(),
                spec.commandLine().getOut(),
                ReportTable::markdown,
                () -> run.measure(new ArrayList<>(), objections, err::println));
        objections.forEach(err::println);
        return objections.isEmpty() ? 0 : BenchException.FAILED;
    }

    /** The arguments that decide the figures. */
    private String given() {
        return spec.commandLine().getParseResult().originalArgs().stream()
                .filter(argument -> !argument.equals("--json"))
                .collect(Collectors.joining(" "));
    }

    private HotPathRun run() {
        requireWithin("--threads", threads, MOST_THREADS);
        requireWithin("--rounds", rounds, MOST_ROUNDS);
        requireWithin("--invocations", invocations, MOST_INVOCATIONS);
        long ids = BenchAmount.count("--retained", retained);
        requireWithin("--retained", ids, MOST_RETAINED);
        List<Row> rows = rows();
        HotPathRun run = new HotPathRun(rows, setting(ids), rounds, invocations);
        HotPathRun.requireRoom("--retained", rows, ids);
        return run;
    }

    private HotPathSetting setting(long ids) {
        try {
            batches.forEach(HotPathWorkload::requireBatch);
            HotPathTraffic traffic = new HotPathTraffic(duplicates, lag, disorder, hot, origins);
            return new HotPathSetting(id, keySpace, new HotPathWorkload(ids, latenessTicks, threads, traffic));
        } catch (IllegalArgumentException e) {
            throw BenchException.usage(String.valueOf(e.getMessage()));
        }
    }

    private static void requireWithin(String option, long number, long most) {
        if (number < 1 || number > most) {
            throw BenchException.usage(option + " " + number + " is out of bounds; give 1 to " + most);
        }
    }

    /** Every tier with every batch that it takes. */
    private List<Row> rows() {
        List<@Nullable HotPathTier> named = new ArrayList<>();
        tiers.forEach(name -> named.add(tier(name)));
        return named.stream()
                .flatMap(tier -> batches.stream().map(batch -> Row.of(tier, batch)))
                .distinct()
                .toList();
    }

    private static @Nullable HotPathTier tier(String name) {
        if (name.equalsIgnoreCase(HotPathRun.RANDOM_ACCESS)) {
            return null;
        }
        for (HotPathTier tier : HotPathTier.values()) {
            if (tier.name().equalsIgnoreCase(name)) {
                return tier;
            }
        }
        throw BenchException.usage(String.format(
                Locale.ROOT,
                "--tier %s is no tier; give some of %s, %s",
                name,
                HotPathRun.RANDOM_ACCESS,
                String.join(
                        ", ",
                        List.of(HotPathTier.values()).stream()
                                .map(MemoryCommand::name)
                                .toList())));
    }
}
