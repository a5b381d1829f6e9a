package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.HotPathRun.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dedup bench --quick}: every suite, at sizes of seconds. */
class QuickRunTest {
    @TempDir
    Path directory;

    private static QuickRun small(Row... rows) {
        return new QuickRun(HotPathRun.usual(List.of(rows), 100_000, 2), 20_000, 2_000, 20_000, 1_000_000, 20_000);
    }

    @Test
    void everySuite() throws Exception {
        Path out = directory.resolve("out");
        List<String> progress = new ArrayList<>();
        List<String> objections = small(new Row(null, 256), new Row(HotPathTier.FINGERPRINT_NARROW, 256))
                .into(out, progress::add);
        assertEquals(List.of(), objections);
        assertEquals(List.of("jmh.json", "report.json", "report.md"), names(out));
        List<String> lines = Files.readAllLines(out.resolve("report.md"));
        for (String figure : new String[] {
            "| day | table | ",
            "| hot-path | random_access | ",
            "| hot-path | fingerprint_narrow | ",
            "| memory | fingerprint_narrow | ",
            "| accuracy | narrow_evicts | ",
            "| coldstart | wide | 20,000 keys | restore warm rate | ",
            "| coldstart | caffeine_store | 2,000 keys | replay | "
        }) {
            assertTrue(lines.stream().anyMatch(line -> line.startsWith(figure)), () -> figure + " in " + lines);
        }
        assertTrue(Files.readString(out.resolve("jmh.json")).contains("HotPathBenchmark.judge"));
        assertTrue(progress.get(0).matches("\\[ *\\d+ s] day: table, 1,000,000 events"), progress::toString);
        assertTrue(progress.get(progress.size() - 1)
                .endsWith(out.resolve("report.md").toString()));
    }

    /** The fork refuses a batch that does not divide a chunk; the report says the rest. */
    @Test
    void aRowThatCannotBeMeasured() throws Exception {
        Path out = directory.resolve("out");
        List<String> objections =
                small(new Row(HotPathTier.FINGERPRINT_NARROW, 7)).into(out, ignored -> {});
        assertEquals(
                List.of("dedup: fingerprint_narrow could not be measured: java.lang.IllegalArgumentException: batch 7"
                        + " does not divide a chunk's 65536 events; give a power of two up to that"),
                objections);
        assertTrue(Files.readString(out.resolve("report.md")).contains("| memory | fingerprint_narrow | "));
    }

    /** No tier has so few keys, and that is found late. */
    @Test
    void nothingIsLeftOfARunThatFails() throws IOException {
        QuickRun failing = new QuickRun(HotPathRun.usual(List.of(), 100_000, 2), 20_000, 2_000, 20_000, 1_000_000, 0);
        assertThrows(BenchException.class, () -> failing.into(directory.resolve("out"), ignored -> {}));
        assertEquals(List.of(), names(directory));
    }

    @Test
    void badUsage() throws IOException {
        BenchCommands.assertRefused("exists already", "--quick", "--out", directory.toString());
        Path nowhere = directory.resolve("none").resolve("out");
        BenchCommands.assertRefused("cannot be made", "--quick", "--out", nowhere.toString());
        BenchCommands.assertRefused("--out out is for --quick; give both, or neither", "--out", "out");
        BenchCommands.assertRefused("--quick and --out do not go with day; give them alone", "--quick", "day");
        BenchCommands.assertRefused("do not go with memory", "--out", "out", "memory", "--keys", "1e4");
        assertEquals(List.of(), names(directory));
    }

    /** Without it, one of the rivals would be missing from the report and nobody would notice. */
    @Test
    void theRowsOfTheReport() {
        List<HotPathTier> tiers = QuickRun.DEFAULT.hotPath().tiers();
        assertTrue(tiers.containsAll(List.of(
                HotPathTier.FINGERPRINT_NARROW,
                HotPathTier.FINGERPRINT_WIDE,
                HotPathTier.CAFFEINE_STORE,
                HotPathTier.CONCURRENT_HASH_MAP,
                HotPathTier.CAFFEINE,
                HotPathTier.GUAVA_CACHE,
                HotPathTier.GUAVA_BLOOM)));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
