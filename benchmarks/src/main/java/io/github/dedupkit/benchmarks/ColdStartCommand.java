package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.ReportFigure.Better;
import io.github.dedupkit.benchmarks.ReportFigure.Source;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dedup bench coldstart}: how long a new process takes until it knows what the last one knew. */
@Command(
        name = "coldstart",
        description = {
            "Brings back the keys of a window in a new JVM: from a snapshot that lies in the page cache, where a store"
                    + " takes one, and by replaying the events, in batches of 512 that are made on the clock. A restore"
                    + " is timed cold, the first in its JVM, and warm, the median of five more. What was brought back"
                    + " is checked. The median of several JVMs is printed.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Promised: a warm restore of 1e7 keys or more reads 1 GB/s or more; with --json",
            "standard error says whether that is held. Exit codes:",
            "0 measured, whether the promise is held or missed; 1 a tier could not be",
            "measured; 2 usage; 70 internal error."
        })
final class ColdStartCommand implements Callable<Integer> {
    static final double PROMISED_GIGABYTES = 1;
    static final long PROMISED_FROM = 10_000_000;

    private static final long LEAST_KEYS = 1_000;
    private static final long MOST_KEYS = 1_000_000_000;
    private static final long SPARE_MIB = 256;
    private static final long MIB = 1 << 20;
    private static final int MOST_ROUNDS = 100;
    private static final String WARM_RATE = "restore warm rate";

    @Option(
            names = "--tier",
            paramLabel = "TIER",
            split = ",",
            description = "What to measure, separated by commas (default: all): ${COMPLETION-CANDIDATES}.")
    List<ColdStartTier> tiers = List.of(ColdStartTier.values());

    @Option(
            names = "--keys",
            paramLabel = "N",
            split = ",",
            defaultValue = "1e6,1e7",
            description = "Keys in a window, separated by commas (default: ${DEFAULT-VALUE}).")
    List<String> keys = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "JVMs for each figure (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Mixin
    ReportOptions options = new ReportOptions();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        List<Long> counts = keys.stream().map(ColdStartCommand::count).toList();
        if (rounds < 1 || rounds > MOST_ROUNDS) {
            throw BenchException.usage("--rounds " + rounds + " is out of bounds; give 1 to " + MOST_ROUNDS);
        }
        counts.forEach(count -> requireRoom("--keys", tiers, count));
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        List<ReportFigure> figures = options.report(
                "./dedup bench coldstart --tier "
                        + String.join(
                                ",", tiers.stream().map(ColdStartTier::toString).toList()) + " --keys "
                        + String.join(",", keys) + " --rounds " + rounds,
                out,
                ReportTable::text,
                () -> measure(tiers, counts, rounds, err::println));
        promises(figures).forEach(options.json ? err::println : out::println);
        return 0;
    }

    private static long count(String text) {
        long count = BenchAmount.count("--keys", text);
        if (count < LEAST_KEYS || count > MOST_KEYS) {
            throw BenchException.usage("--keys " + text + " is out of bounds; give " + LEAST_KEYS + " to " + MOST_KEYS);
        }
        return count;
    }

    /** Refuses what finds no room in memory or on disk, before anything is measured. */
    static void requireRoom(String option, List<ColdStartTier> tiers, long keys) {
        for (ColdStartTier tier : tiers) {
            String what = option + " " + keys + " in " + tier;
            BenchMemory.requireAvailable(what, (double) keys * tier.bytesPerKey / 2);
            BenchFiles.requireRoom(what, (double) keys * tier.fileBytesPerKey);
        }
    }

    /** Measures tier by tier. */
    static List<ReportFigure> measure(
            List<ColdStartTier> tiers, List<Long> counts, int rounds, Consumer<String> progress)
            throws InterruptedException {
        List<ReportFigure> figures = new ArrayList<>();
        for (ColdStartTier tier : tiers) {
            for (long count : counts) {
                progress.accept(String.format(Locale.ROOT, "coldstart: %s, %,d keys", tier, count));
                figures.addAll(measure(tier, count, rounds));
            }
        }
        return figures;
    }

    private static List<ReportFigure> measure(ColdStartTier tier, long keys, int rounds) throws InterruptedException {
        long[][] replays = new long[rounds][];
        long[][] restores = new long[rounds][];
        for (int i = 0; i < rounds; i++) {
            try (BenchDirectory directory = BenchDirectory.temporary()) { // one snapshot at a time
                replays[i] = run("replay", tier, keys, directory);
                restores[i] = tier.hasSnapshot() ? run("restore", tier, keys, directory) : new long[3];
            }
        }
        return figures(tier, keys, rounds, median(replays), median(restores));
    }

    private static long[] run(String what, ColdStartTier tier, long keys, BenchDirectory directory)
            throws InterruptedException {
        Path file = directory.path().resolve("snapshot");
        long memory = SPARE_MIB + tier.bytesPerKey * keys / MIB;
        List<String> options = List.of(
                "-XX:+UseSerialGC",
                "-Xmx" + (tier.hasSnapshot() ? SPARE_MIB : memory) + "m",
                // A restored store that was closed gives its memory back when it is collected.
                "-XX:MaxDirectMemorySize=" + 3 * memory + "m",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError");
        String line = BenchFork.run(
                directory,
                ColdStartProbe.class,
                options,
                List.of(what, tier.name(), String.valueOf(keys), file.toString()));
        return Stream.of(line.split(" ", -1)).mapToLong(Long::parseLong).toArray();
    }

    /** Number by number. */
    private static long[] median(long[][] rounds) {
        long[] medians = new long[rounds[0].length];
        for (int i = 0; i < medians.length; i++) {
            int at = i;
            medians[i] = Math.round(BenchStatistics.median(Arrays.stream(rounds).mapToDouble(round -> round[at])));
        }
        return medians;
    }

    /**
     * Names the times, which are in nanoseconds.
     *
     * @param replay the replay, the snapshot and the bytes of its file
     * @param restore the first restore, the others and the bytes of the file
     */
    static List<ReportFigure> figures(ColdStartTier tier, long keys, int rounds, long[] replay, long[] restore) {
        Source source = new Source(
                "coldstart",
                tier.toString(),
                String.format(Locale.ROOT, "%,d keys", keys),
                "./dedup bench coldstart --tier " + tier + " --keys " + keys + " --rounds " + rounds);
        List<ReportFigure> figures = new ArrayList<>();
        figures.add(source.figure("replay", replay[0] / 1e6, "ms", Better.LOWER));
        figures.add(source.figure("replay rate", keys * 1e3 / replay[0], "million keys/s", Better.HIGHER));
        if (tier.hasSnapshot()) {
            figures.add(source.figure("snapshot size", replay[2] / 1e6, "MB", Better.LOWER));
            figures.add(source.figure("snapshot", (double) replay[2] / replay[1], "GB/s", Better.HIGHER));
            figures.add(source.figure("restore cold", restore[0] / 1e6, "ms", Better.LOWER));
            figures.add(source.figure("restore warm", restore[1] / 1e6, "ms", Better.LOWER));
            figures.add(source.figure("restore cold rate", (double) restore[2] / restore[0], "GB/s", Better.HIGHER));
            figures.add(source.figure(WARM_RATE, (double) restore[2] / restore[1], "GB/s", Better.HIGHER));
            figures.add(source.figure("restored", keys * 1e3 / restore[1], "million keys/s", Better.HIGHER));
        }
        return figures;
    }

    /** A line for each figure that something is promised about. */
    static List<String> promises(List<ReportFigure> figures) {
        return figures.stream()
                .filter(figure -> figure.name().equals(WARM_RATE))
                .filter(figure -> Long.parseLong(figure.setting().replaceAll("\\D", "")) >= PROMISED_FROM)
                .map(figure -> String.format(
                        Locale.ROOT,
                        "promise: %s, %s, restored at %.0f GB/s or more: %s (%.2f)",
                        figure.subject(),
                        figure.setting(),
                        PROMISED_GIGABYTES,
                        figure.value() >= PROMISED_GIGABYTES ? "held" : "missed",
                        figure.value()))
                .toList();
    }
}
