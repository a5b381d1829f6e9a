package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.HotPathTier.Memory;
import io.github.dedupkit.benchmarks.ReportFigure.Better;
import io.github.dedupkit.benchmarks.ReportFigure.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * A look at the hot path: one JMH fork a row, so that a row has the noise of one run. A figure is the whole time of a
 * run over all its events. {@code build/measure-hot-path.sh} interleaves rounds, and judges.
 *
 * @param rows to measure
 * @param retained ids in a window
 * @param invocations of 65,536 events that are measured; half as many come before them
 */
record QuickHotPath(List<Row> rows, long retained, int invocations) {
    private static final int BATCH = 256;
    private static final long MIB = 1 << 20;
    private static final long SPARE_MIB = 1024;
    private static final long HEAP_BYTES_PER_KEY = 400;
    private static final long DIRECT_BYTES_PER_KEY = 40;

    /** Our stores by the batch and by the call, their rivals, and the memory's own speed. */
    static final List<Row> ROWS = List.of(
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
        @Override
        public String toString() {
            return tier == null ? "random_access" : MemoryCommand.name(tier);
        }

        private String benchmark() {
            return (tier == null ? RandomAccessBenchmark.class : HotPathBenchmark.class).getSimpleName();
        }

        private boolean onHeap() {
            return tier != null && tier.memory == Memory.HEAP;
        }
    }

    /** The tiers of the rows. */
    List<HotPathTier> tiers() {
        return rows.stream().map(Row::tier).filter(Objects::nonNull).distinct().toList();
    }

    /**
     * Measures row by row.
     *
     * @param raw what JMH knows goes there, as JSON
     */
    List<ReportFigure> measure(Path raw, Consumer<String> progress) {
        List<ReportFigure> figures = new ArrayList<>();
        List<RunResult> results = new ArrayList<>();
        for (Row row : rows) {
            progress.accept("hot-path: " + row + ", calls of " + row.batch());
            RunResult result = run(row);
            results.add(result);
            double nanos = result.getPrimaryResult().getScore();
            figures.add(source(row).figure("throughput", 1e3 / nanos, "million events/s", Better.HIGHER));
        }
        write(results, raw);
        return figures;
    }

    private RunResult run(Row row) {
        Path directory = BenchFiles.temporary();
        Path log = directory.resolve("jmh.log");
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + row.benchmark() + "\\.")
                .forks(1)
                .warmupIterations(invocations / 2)
                .measurementIterations(invocations)
                .param("retained", String.valueOf(retained))
                .param("batch", String.valueOf(row.batch()))
                .jvmArgs("-XX:-UsePerfData") // not those of this JVM, which may name another collector
                .jvmArgsAppend(jvmArgs(row).toArray(new String[0]))
                .shouldFailOnError(true)
                .output(log.toString());
        if (row.tier() != null) {
            options.param("tier", row.tier().name());
        }
        try {
            RunResult result = new Runner(options.build()).runSingle();
            BenchFiles.delete(directory);
            return result;
        } catch (RunnerException e) {
            throw BenchException.failed(
                    row + " could not be measured (" + e.getMessage() + "); JMH's words are in " + log);
        }
    }

    /** Huge pages, and for what is on the heap one that is seldom collected. */
    private List<String> jvmArgs(Row row) {
        long heap = SPARE_MIB + (row.onHeap() ? HEAP_BYTES_PER_KEY * retained / MIB : 0);
        return List.of(
                "-XX:+UseParallelGC",
                "-XX:+UseTransparentHugePages",
                "-Xms" + heap + "m",
                "-Xmx" + heap + "m",
                "-XX:MaxDirectMemorySize=" + (SPARE_MIB + DIRECT_BYTES_PER_KEY * retained / MIB) + "m");
    }

    private Source source(Row row) {
        return new Source(
                "hot-path",
                row.toString(),
                String.format(Locale.ROOT, "%,d ids of 36 characters retained, calls of %d", retained, row.batch()),
                "java -jar benchmarks/target/benchmarks.jar " + row.benchmark() + " -foe true"
                        + (row.tier() == null ? "" : " -p tier=" + row.tier().name())
                        + " -p batch=" + row.batch() + " -p retained=" + retained + " -wi " + invocations / 2 + " -i "
                        + invocations + " -jvmArgsAppend \"" + String.join(" ", jvmArgs(row)) + "\"");
    }

    private static void write(List<RunResult> results, Path raw) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream to = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, to).writeOut(results);
        }
        try {
            Files.write(raw, bytes.toByteArray());
        } catch (IOException e) {
            throw BenchException.failed("cannot write " + raw + " (" + e + "); is the disk full?");
        }
    }
}
