package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.BenchCommands.Run;
import io.github.dedupkit.benchmarks.ReportFigure.Better;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dedup bench memory}: what processes hold, and what is refused. */
class MemoryCommandTest {
    @TempDir
    Path directory;

    private static double figure(List<ReportFigure> figures, HotPathTier tier, String name) {
        return figures.stream()
                .filter(figure -> figure.subject().equals(MemoryCommand.name(tier)))
                .filter(figure -> figure.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " of " + tier + " in " + figures))
                .value();
    }

    /** Processes of their own: the heap is what the formula says, the direct memory what the store says. */
    @Test
    void whatProcessesHold() throws Exception {
        HotPathTier narrow = HotPathTier.FINGERPRINT_NARROW;
        HotPathTier map = HotPathTier.CONCURRENT_HASH_MAP;
        List<String> objections = new ArrayList<>();
        List<String> progress = new ArrayList<>();
        List<ReportFigure> figures =
                MemoryCommand.measure(List.of(narrow, map), List.of(300_000L), objections, progress::add);
        assertEquals(List.of(), objections);
        assertEquals(
                List.of("memory: fingerprint_narrow, 300,000 keys", "memory: concurrent_hash_map, 300,000 keys"),
                progress);
        assertEquals(figure(figures, narrow, "stated"), figure(figures, narrow, "direct"), 0.2);
        assertEquals(figure(figures, narrow, "formula"), figure(figures, narrow, "direct"), 0.5);
        assertTrue(figure(figures, narrow, "heap") < 4, figures::toString);
        assertEquals(figure(figures, map, "formula"), figure(figures, map, "heap"), 10);
        assertTrue(figures.stream().allMatch(figure -> figure.command().contains(" --keys 300000")), figures::toString);
        if (BenchMemory.residentBytes().isPresent()) {
            double resident = figure(figures, map, "resident");
            assertTrue(resident > 80 && resident < 240, "resident " + resident);
        }
    }

    /** The tier's process finds too little heap; the one after it is still measured. */
    @Test
    void aTierThatCannotBeMeasured() throws Exception {
        List<String> objections = new ArrayList<>();
        List<ReportFigure> figures = MemoryCommand.measure(
                List.of(HotPathTier.FINGERPRINT_NARROW), List.of(-1L, 10_000L), objections, ignored -> {});
        assertEquals(1, objections.size(), objections::toString);
        assertTrue(objections.get(0).startsWith("dedup: MemoryProbe FINGERPRINT_NARROW -1 ended with exit code 1: "));
        assertTrue(objections.get(0).contains("retained -1 is out of bounds"), objections.get(0));
        assertFalse(figures.isEmpty());
    }

    @Test
    void tableAndJson() {
        String[] arguments = {"memory", "--tier", "fingerprint_wide", "--keys", "20_000"};
        Run run = BenchCommands.run(arguments);
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().lines().findFirst().orElseThrow().contains("stated [bytes/key]"), run.out());
        assertEquals(2, run.out().lines().count(), run.out());
        List<String> commands = BenchCommands.commands(BenchCommands.json(arguments));
        assertEquals("./dedup bench memory --tier fingerprint_wide --keys 20_000", commands.get(0));
        BenchCommands.assertCanBeGiven(commands);
    }

    /** The server's memory is the tier's: the client's is not told. */
    @Test
    void usedMemory() throws Exception {
        HotPathServers.require(HotPathTier.REDIS_SADD);
        List<String> objections = new ArrayList<>();
        List<HotPathTier> tiers = List.of(HotPathTier.REDIS_SET_NX_PX, HotPathTier.REDIS_SADD);
        List<ReportFigure> figures = MemoryCommand.measure(tiers, List.of(20_000L), objections, ignored -> {});
        assertEquals(List.of(), objections);
        assertEquals(2, figures.size(), figures::toString);
        for (ReportFigure figure : figures) {
            assertEquals("used_memory", figure.name());
            assertEquals(Better.LOWER, figure.better());
            assertTrue(figure.value() > 40 && figure.value() < 400, figure::toString); // an id has 36 bytes
        }
        double expiring = figure(figures, HotPathTier.REDIS_SET_NX_PX, "used_memory");
        assertTrue(expiring > figure(figures, HotPathTier.REDIS_SADD, "used_memory"), figures::toString);
    }

    /** An id of 36 bytes and a timestamp of 8, once: not in a log as well, nor in memory only. */
    @Test
    void rocksDbAtRest() throws Exception {
        List<ReportFigure> figures = MemoryCommand.measure(
                List.of(HotPathTier.ROCKSDB_GET_PUT), List.of(300_000L), new ArrayList<>(), ignored -> {});
        double disk = figure(figures, HotPathTier.ROCKSDB_GET_PUT, "disk");
        assertTrue(disk > 30 && disk < 60, "disk " + disk);
        for (ReportFigure figure : figures) {
            assertEquals(figure.name().equals("disk") ? Better.LOWER : Better.NEITHER, figure.better(), figure.name());
            assertEquals("300,000 keys, flushed and compacted", figure.setting());
        }
    }

    @Test
    void badUsage() {
        BenchCommands.assertRefused("Invalid value for option '--tier'", "memory", "--tier", "chest");
        BenchCommands.assertRefused("--keys 0 is no whole number above 0", "memory", "--keys", "0");
        BenchCommands.assertRefused("--keys 999 is too few", "memory", "--keys", "1e6,999");
        BenchCommands.assertRefused("Unmatched argument", "memory", "--json", "file");
        if (BenchMemory.availableBytes().isPresent()) {
            BenchCommands.assertRefused("give fewer keys or another store", "memory", "--keys", "1e13");
        }
    }

    @Test
    void whatIsNotHeldIsNotPrinted() {
        List<ReportFigure> figures =
                MemoryCommand.figures(HotPathTier.GUAVA_CACHE, 1_000_000, new long[] {150_000_000, -5, 0, 0, -1});
        assertEquals(
                List.of("resident", "heap", "formula"),
                figures.stream().map(ReportFigure::name).toList());
        assertEquals(150, figures.get(0).value());
        assertEquals(0, figures.get(1).value());
    }

    /** Worked out by hand for a million ids: 80 of text, 32 of node, 2^21 references of 4. */
    @Test
    void formulas() {
        double bins = 4.0 * (1 << 21) / 1e6;
        assertEquals(112 + bins, formula(HotPathTier.CONCURRENT_HASH_MAP), 1e-9);
        assertEquals(152 + bins, formula(HotPathTier.CAFFEINE), 1e-9);
        assertEquals(144 + bins, formula(HotPathTier.GUAVA_CACHE), 1e-9);
        assertEquals(10.746 * 62 / 60, formula(HotPathTier.FINGERPRINT_NARROW), 0.01);
        assertEquals(18.947 * 62 / 60, formula(HotPathTier.FINGERPRINT_WIDE), 0.01);
        assertEquals(28.755, MemoryFormula.bitsPerKey(1e-6), 1e-3);
    }

    private static double formula(HotPathTier tier) {
        return MemoryFormula.bytesPerKey(tier, 1_000_000).orElseThrow();
    }

    @Test
    void useIsADifference() throws IOException {
        MemoryUse before = new MemoryUse(10, 20, 30, 40);
        assertEquals(new MemoryUse(1, 2, 3, 4), new MemoryUse(11, 22, 33, 44).since(before));
        Path inner = Files.createDirectory(directory.resolve("inner"));
        Files.write(inner.resolve("file"), new byte[77]);
        assertEquals(77, BenchFiles.bytes(directory));
        BenchFiles.delete(inner);
        assertEquals(0, BenchFiles.bytes(directory));
        assertFalse(Files.exists(inner));
    }
}
