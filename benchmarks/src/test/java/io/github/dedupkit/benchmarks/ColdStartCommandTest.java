package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.BenchCommands.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dedup bench coldstart}: its figures and promises, and what it refuses. */
class ColdStartCommandTest {
    @TempDir
    Path directory;

    @Test
    void aSmallRun() throws Exception {
        Path json = directory.resolve("coldstart.json");
        Run run = BenchCommands.run(
                "coldstart",
                "--tier",
                "wide,caffeine_store",
                "--keys",
                "20_000",
                "--rounds",
                "1",
                "--json",
                json.toString());
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size(), run.out());
        assertTrue(lines.get(1).startsWith("wide            20,000 keys"), run.out());
        assertTrue(lines.get(2).startsWith("caffeine_store  20,000 keys"), run.out());
        assertTrue(lines.get(2).endsWith("-"), run.out()); // no snapshot
        assertTrue(Files.readString(json).contains("\"restore warm rate\""));
    }

    /** 1e7 keys in 110 MB: replayed in 1 s, written in 0.2 s, restored in 0.44 s, then in 0.1 s. */
    @Test
    void figuresAndPromises() {
        long[] replay = {1_000_000_000, 200_000_000, 110_000_000};
        List<ReportFigure> figures = ColdStartCommand.figures(
                ColdStartTier.NARROW, 10_000_000, 1, replay, new long[] {440_000_000, 100_000_000, 110_000_000});
        assertEquals(
                "replay=1000.0, replay rate=10.0, snapshot size=110.0, snapshot=0.55, restore cold=440.0,"
                        + " restore warm=100.0, restore cold rate=0.25, restore warm rate=1.1, restored=100.0",
                figures.stream()
                        .map(figure -> figure.name() + "=" + figure.value())
                        .collect(Collectors.joining(", ")));
        assertEquals(
                List.of("promise: narrow, 10,000,000 keys, restored at 1 GB/s or more: held (1.10)"),
                ColdStartCommand.promises(figures));
        List<ReportFigure> slow = ColdStartCommand.figures(
                ColdStartTier.NARROW, 10_000_000, 1, replay, new long[] {440_000_000, 111_000_000, 110_000_000});
        assertEquals(
                List.of("promise: narrow, 10,000,000 keys, restored at 1 GB/s or more: missed (0.99)"),
                ColdStartCommand.promises(slow));
        List<ReportFigure> small = ColdStartCommand.figures(
                ColdStartTier.NARROW, 9_999_999, 1, replay, new long[] {440_000_000, 111_000_000, 110_000_000});
        assertEquals(List.of(), ColdStartCommand.promises(small));
    }

    @Test
    void badUsage() {
        BenchCommands.assertRefused("Invalid value for option '--tier'", "coldstart", "--tier", "chest");
        BenchCommands.assertRefused("--keys 0 is no whole number above 0", "coldstart", "--keys", "0");
        BenchCommands.assertRefused("--keys 999 is out of bounds", "coldstart", "--keys", "1e6,999");
        BenchCommands.assertRefused("--rounds 0 is out of bounds; give 1 to 100", "coldstart", "--rounds", "0");
        Path nowhere = directory.resolve("none").resolve("file");
        BenchCommands.assertRefused("cannot be written", "coldstart", "--json", nowhere.toString());
    }
}
