package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.HotPathTier.Memory;
import io.github.dedupkit.benchmarks.ReportFigure.Better;
import io.github.dedupkit.benchmarks.ReportFigure.Source;
import java.util.ArrayList;
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

/** {@code dedup bench memory}: what a retained key costs, as the process sees it. */
@Command(
        name = "memory",
        description = {
            "Fills each tier with the ids of a window, 36 characters each, in a JVM of its own, and reads what the"
                    + " process holds: resident memory, heap after a collection, direct memory and disk, less what it"
                    + " held when empty; of Redis the server's used_memory instead; RocksDB is flushed and compacted"
                    + " first. Beside it: what the store states,"
                    + " and the formula of its data structure."
                    + " Divided by the ids of a window W; a store that keeps lateness L as well is not spared that"
                    + " sixtieth.",
            ""
        },
        footerHeading = "%n",
        footer = "Exit codes: 0 measured; 1 a tier could not be; 2 usage; 70 internal error.")
final class MemoryCommand implements Callable<Integer> {
    private static final long LEAST_KEYS = 1_000;
    private static final long MIB = 1 << 20;
    private static final long SPARE_MIB = 256;
    private static final long HEAP_BYTES_PER_KEY = 400;
    private static final long DIRECT_BYTES_PER_KEY = 40;

    /** Of the tables, and of those that they are compacted into. */
    private static final long DISK_BYTES_PER_KEY = 200;

    @Option(
            names = "--tier",
            paramLabel = "TIER",
            split = ",",
            description = "What to measure, separated by commas (default: all): ${COMPLETION-CANDIDATES}.")
    List<HotPathTier> tiers = List.of(HotPathTier.values());

    @Option(
            names = "--keys",
            paramLabel = "N",
            split = ",",
            defaultValue = "1e6",
            description = "Ids in a window, separated by commas (default: ${DEFAULT-VALUE}).")
    List<String> keys = List.of();

    @Mixin
    ReportOptions options = new ReportOptions();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        List<Long> counts = keys.stream().map(text -> count("--keys", text)).toList();
        counts.forEach(count -> requireRoom("--keys", tiers, count));
        Consumer<String> progress = line -> spec.commandLine().getErr().println(line);
        String command = "./dedup bench memory --tier "
                + String.join(",", tiers.stream().map(MemoryCommand::name).toList()) + " --keys "
                + String.join(",", keys);
        List<String> objections = new ArrayList<>();
        options.report(
                command,
                spec.commandLine().getOut(),
                ReportTable::text,
                () -> measure(tiers, counts, objections, progress));
        objections.forEach(progress);
        return objections.isEmpty() ? 0 : BenchException.FAILED;
    }

    private static long count(String option, String text) {
        long count = BenchAmount.count(option, text);
        if (count < LEAST_KEYS) {
            throw BenchException.usage(option + " " + text + " is too few to tell them from the process itself; give "
                    + LEAST_KEYS + " or more");
        }
        return count;
    }

    /** Refuses what finds no room in memory or on disk, before anything is measured. */
    static void requireRoom(String option, List<HotPathTier> tiers, long keys) {
        for (HotPathTier tier : tiers) {
            double need = (double) keys * bytesPerKey(tier) / 2 + MIB * SPARE_MIB;
            BenchMemory.requireAvailable(option + " " + keys + " in " + name(tier), need);
            if (tier.memory == Memory.DISK) {
                BenchFiles.requireRoom(option + " " + keys + " in " + name(tier), (double) keys * DISK_BYTES_PER_KEY);
            }
        }
    }

    private static long bytesPerKey(HotPathTier tier) {
        return tier.memory == Memory.HEAP || tier.memory == Memory.NETWORK ? HEAP_BYTES_PER_KEY : DIRECT_BYTES_PER_KEY;
    }

    /** Measures tier by tier; one that cannot be measured is added to the objections, and the others still are. */
    static List<ReportFigure> measure(
            List<HotPathTier> tiers, List<Long> counts, List<String> objections, Consumer<String> progress)
            throws InterruptedException {
        List<ReportFigure> figures = new ArrayList<>();
        for (HotPathTier tier : tiers) {
            for (long count : counts) {
                progress.accept(String.format(Locale.ROOT, "memory: %s, %,d keys", name(tier), count));
                try {
                    figures.addAll(figures(tier, count, probe(tier, count)));
                } catch (BenchException e) {
                    objections.add("dedup: " + e.getMessage());
                }
            }
        }
        return figures;
    }

    private static long[] probe(HotPathTier tier, long keys) throws InterruptedException {
        try (BenchDirectory directory = BenchDirectory.temporary()) {
            String line = BenchFork.run(
                    directory, MemoryProbe.class, jvmOptions(tier, keys), List.of(tier.name(), String.valueOf(keys)));
            return Stream.of(line.split(" ", -1)).mapToLong(Long::parseLong).toArray();
        }
    }

    /**
     * The serial collector compacts, and gives back what it does not need. The young generation has one size, is
     * touched from the start, and so is no part of the growth; the old one starts with next to nothing.
     */
    private static List<String> jvmOptions(HotPathTier tier, long keys) {
        long heap = SPARE_MIB + (tier.memory == Memory.HEAP ? HEAP_BYTES_PER_KEY * keys / MIB : 0);
        long direct = SPARE_MIB + DIRECT_BYTES_PER_KEY * keys / MIB;
        return List.of(
                "-XX:+UseSerialGC",
                "-Xmn32m",
                "-Xms34m",
                "-Xmx" + heap + "m",
                "-XX:+AlwaysPreTouch",
                "-XX:MarkSweepDeadRatio=0",
                "-XX:-ShrinkHeapInSteps",
                "-XX:MaxDirectMemorySize=" + direct + "m",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError");
    }

    static List<ReportFigure> figures(HotPathTier tier, long keys, long[] bytes) {
        Source source = new Source(
                "memory",
                name(tier),
                String.format(
                        Locale.ROOT, "%,d keys%s", keys, tier.memory == Memory.DISK ? ", flushed and compacted" : ""),
                "./dedup bench memory --tier " + name(tier) + " --keys " + keys);
        List<ReportFigure> figures = new ArrayList<>();
        if (tier.memory == Memory.NETWORK) { // the ids are in the server, and what this process holds is its client
            figures.add(source.figure("used_memory", (double) bytes[4] / keys, "bytes/key", Better.LOWER));
            return figures;
        }
        int what = tier.memory == Memory.DISK ? 3 : 0; // what the ids cost; the others explain it
        String[] names = {"resident", "heap", "direct", "disk", "stated"};
        for (int i = 0; i < names.length; i++) {
            if (bytes[i] != 0 && (i < names.length - 1 || bytes[i] > 0)) {
                Better better = i == what ? Better.LOWER : Better.NEITHER;
                figures.add(source.figure(names[i], Math.max(0, (double) bytes[i] / keys), "bytes/key", better));
            }
        }
        MemoryFormula.bytesPerKey(tier, keys)
                .ifPresent(formula -> figures.add(source.figure("formula", formula, "bytes/key", Better.NEITHER)));
        return figures;
    }

    static String name(HotPathTier tier) {
        return tier.name().toLowerCase(Locale.ROOT);
    }
}
