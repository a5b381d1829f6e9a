package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import io.github.dedupkit.benchmarks.HotPathTier.Memory;
import io.github.dedupkit.benchmarks.ReportFigure.Better;
import io.github.dedupkit.benchmarks.ReportFigure.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Rows of the hot path, each once a round in a JMH fork of its own. A figure is the whole time of a run over all its
 * events, a row's the median over the rounds. {@code build/measure-hot-path.sh} has more rows, and judges their ratios.
 *
 * @param rows to measure
 * @param setting of all of them; {@link RandomAccessBenchmark} has its retained ids and threads only
 * @param rounds of which every other one takes the rows in the opposite order
 * @param invocations of 65,536 events that are measured; two thirds as many come before them
 */
record HotPathRun(List<Row> rows, HotPathSetting setting, int rounds, int invocations) {
    static final String RANDOM_ACCESS = "random_access";

    private static final int BATCH = 256;
    private static final Set<String> OF_OUR_STORES = Set.of("keySpace", "origins");
    private static final long MIB = 1 << 20;
    private static final long SPARE_MIB = 1024;
    private static final long HEAP_BYTES_PER_KEY = 400;
    private static final long DIRECT_BYTES_PER_KEY = 40;

    /** Our stores by the batch and by the call, their rivals, and the memory's own speed. */
    static final List<Row> REPORTED = List.of(
            new Row(null, BATCH),
            new Row(HotPathTier.FINGERPRINT_NARROW, BATCH),
            new Row(HotPathTier.FINGERPRINT_NARROW, 1),
            new Row(HotPathTier.FINGERPRINT_WIDE, BATCH),
            new Row(HotPathTier.FINGERPRINT_WIDE, 1),
            new Row(HotPathTier.CAFFEINE_STORE, BATCH),
            new Row(HotPathTier.CAFFEINE_STORE, 1),
            new Row(HotPathTier.CONCURRENT_HASH_MAP, 1),
            new Row(HotPathTier.CAFFEINE, 1),
            new Row(HotPathTier.GUAVA_CACHE, 1),
            new Row(HotPathTier.GUAVA_BLOOM, 1));

    /**
     * A row.
     *
     * @param tier that is measured; null for {@link RandomAccessBenchmark}
     * @param batch events per call
     */
    record Row(@Nullable HotPathTier tier, int batch) {
        /** A row of a tier that may know single calls only. */
        static Row of(@Nullable HotPathTier tier, int batch) {
            return new Row(tier, tier == null || tier.takesBatches() ? batch : 1);
        }

        @Override
        public String toString() {
            return tier == null ? RANDOM_ACCESS : MemoryCommand.name(tier);
        }

        private String benchmark() {
            return (tier == null ? RandomAccessBenchmark.class : HotPathBenchmark.class).getSimpleName();
        }
    }

    /** Of the suite's usual traffic, once. */
    static HotPathRun usual(List<Row> rows, long retained, int invocations) {
        return new HotPathRun(rows, usual(retained), 1, invocations);
    }

    private static HotPathSetting usual(long retained) {
        return new HotPathSetting(HotPathId.STRING_36, Hash.TRUSTED, new HotPathWorkload(retained, 1, 1));
    }

    /** The tiers of the rows. */
    List<HotPathTier> tiers() {
        return rows.stream().map(Row::tier).filter(Objects::nonNull).distinct().toList();
    }

    /** Refuses what would drive the machine out of memory, before anything is measured. */
    static void requireRoom(String option, List<Row> rows, long retained) {
        for (Row row : rows) {
            BenchMemory.requireAvailable(
                    option + " " + retained + " in " + row,
                    (double) MIB * SPARE_MIB + (double) bytesPerKey(row) * retained);
        }
    }

    private static long bytesPerKey(Row row) {
        return onHeap(row) ? HEAP_BYTES_PER_KEY : DIRECT_BYTES_PER_KEY;
    }

    private static boolean onHeap(Row row) {
        return row.tier() != null && row.tier().memory == Memory.HEAP;
    }

    /**
     * Measures row by row; one that cannot be measured is added to the objections, and the others still are.
     *
     * @param raw gets what JMH knows of each fork
     */
    List<ReportFigure> measure(Collection<RunResult> raw, List<String> objections, Consumer<String> progress) {
        Map<Row, List<HotPathFigure>> measured = new LinkedHashMap<>();
        rows.forEach(row -> measured.put(row, new ArrayList<>()));
        for (int round = 1; round <= rounds; round++) {
            for (Row row : HotPathRounds.inOrderOf(round, List.copyOf(measured.keySet()))) {
                progress.accept("hot-path: " + row + ", calls of " + row.batch()
                        + (rounds == 1 ? "" : ", round " + round + " of " + rounds));
                try {
                    RunResult result = run(row);
                    raw.add(result);
                    measured.getOrDefault(row, List.of())
                            .add(HotPathFigure.of(result.getPrimaryResult().getStatistics()));
                } catch (BenchException e) {
                    measured.remove(row);
                    objections.add("dedup: " + e.getMessage());
                }
            }
        }
        List<ReportFigure> figures = new ArrayList<>();
        measured.forEach((row, ofRow) -> figures.add(source(row)
                .figure(
                        "throughput",
                        threads() * 1e3 / HotPathFigure.median(ofRow).whole(),
                        "million events/s",
                        Better.HIGHER)));
        return figures;
    }

    private RunResult run(Row row) {
        try (BenchDirectory directory = BenchDirectory.temporary()) {
            Path log = directory.path().resolve("jmh.log");
            ChainedOptionsBuilder options = new OptionsBuilder()
                    .include("\\." + row.benchmark() + "\\.")
                    .forks(1)
                    .threads(threads())
                    .warmupIterations(invocations * 2 / 3)
                    .measurementIterations(invocations)
                    .param("retained", String.valueOf(setting.workload().retained()))
                    .param("batch", String.valueOf(row.batch()))
                    .jvmArgs("-XX:-UsePerfData") // not those of this JVM, which may name another collector
                    .jvmArgsPrepend(BenchFork.options(directory).toArray(new String[0]))
                    .jvmArgsAppend(jvmArgs(row))
                    .shouldFailOnError(true)
                    .output(log.toString());
            if (row.tier() != null) {
                options.param("tier", row.tier().name());
                parameters(setting).forEach(options::param);
            }
            try {
                return new Runner(options.build()).runSingle();
            } catch (RunnerException e) {
                throw BenchException.failed(row + " could not be measured: " + reason(log, e));
            }
        }
    }

    /** Huge pages, and for what is on the heap one that is seldom collected. */
    private String[] jvmArgs(Row row) {
        long retained = setting.workload().retained();
        long heap = SPARE_MIB + (onHeap(row) ? HEAP_BYTES_PER_KEY * retained / MIB : 0);
        return new String[] {
            "-XX:+UseParallelGC",
            "-XX:+UseTransparentHugePages",
            "-Xms" + heap + "m",
            "-Xmx" + heap + "m",
            "-XX:MaxDirectMemorySize=" + (SPARE_MIB + DIRECT_BYTES_PER_KEY * retained / MIB) + "m"
        };
    }

    /** Why a fork failed: the first words in its log below JMH's own, or why there was none. */
    private static String reason(Path log, RunnerException failure) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.dropWhile(line -> !line.endsWith("<failure>") && !line.startsWith("<forked VM failed"))
                    .skip(1)
                    .filter(line -> !line.isBlank() && !line.startsWith("<"))
                    .findFirst()
                    .orElse(String.valueOf(failure.getMessage()));
        } catch (IOException | UncheckedIOException e) {
            return failure.getMessage() + "; and JMH's log cannot be read (" + e + ")";
        }
    }

    private int threads() {
        return (int) (setting.workload().stretch() / HotPathWorkload.CHUNK);
    }

    /** The parameters of {@link HotPathBenchmark} that are the same in all rows, by their names there. */
    private static Map<String, String> parameters(HotPathSetting setting) {
        HotPathWorkload workload = setting.workload();
        HotPathTraffic traffic = workload.traffic();
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("id", setting.id().name());
        parameters.put("keySpace", setting.keySpace().name());
        parameters.put("origins", traffic.origins().name());
        parameters.put("duplicates", String.valueOf(traffic.duplicates()));
        parameters.put("lag", traffic.lag().name());
        parameters.put("disorder", String.valueOf(traffic.disorder()));
        parameters.put("hot", String.valueOf(traffic.hot()));
        parameters.put("latenessTicks", String.valueOf(workload.latenessMillis() / HotPathWorkload.TICK_MILLIS));
        return parameters;
    }

    private Source source(Row row) {
        long retained = setting.workload().retained();
        String unusual = unusual(row);
        return new Source(
                "hot-path",
                row.toString(),
                String.format(
                        Locale.ROOT,
                        "%,d ids%s retained, calls of %d%s",
                        retained,
                        row.tier() == null
                                ? ""
                                : setting.id() == HotPathId.STRING_36 ? " of 36 characters" : " of 16 bytes",
                        row.batch(),
                        unusual.isEmpty() ? "" : "," + unusual),
                "./dedup bench hot-path --tier " + row + " --batch " + row.batch() + " --retained " + retained + unusual
                        + (rounds == 1 ? "" : " --rounds " + rounds) + " --invocations " + invocations);
    }

    /** What a row has that is not usual, as options of the command. */
    private String unusual(Row row) {
        StringBuilder options = new StringBuilder(threads() == 1 ? "" : " --threads " + threads());
        HotPathTier tier = row.tier();
        if (tier != null) {
            Map<String, String> usual = parameters(usual(setting.workload().retained()));
            parameters(setting).forEach((name, value) -> {
                if (!value.equals(usual.get(name)) && (tier.isOurs() || !OF_OUR_STORES.contains(name))) {
                    String option = name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
                    options.append(" --").append(option).append(' ').append(value);
                }
            });
        }
        return options.toString();
    }

    /** What JMH knows of forks, as it writes it. */
    static String json(Collection<RunResult> raw) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream to = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, to).writeOut(raw);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
