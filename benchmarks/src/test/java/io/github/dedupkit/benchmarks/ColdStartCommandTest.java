package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.BenchCommands.Run;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code dedup bench coldstart}: its figures and promises, and what it refuses. */
class ColdStartCommandTest {
    @Test
    void aSmallRun() {
        String[] arguments = {"coldstart", "--tier", "wide,caffeine_store", "--keys", "20_000", "--rounds", "1"};
        Run run = BenchCommands.run(arguments);
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size(), run.out());
        assertTrue(lines.get(1).startsWith("wide            20,000 keys"), run.out());
        assertTrue(lines.get(2).startsWith("caffeine_store  20,000 keys"), run.out());
        assertTrue(lines.get(2).endsWith("-"), run.out()); // no snapshot
        String json = BenchCommands.json(arguments);
        assertTrue(json.contains("\"restore warm rate\""), json);
        List<String> commands = BenchCommands.commands(json);
        assertEquals("./dedup bench " + String.join(" ", arguments), commands.get(0));
        assertTrue(commands.contains("./dedup bench coldstart --tier wide --keys 20000 --rounds 1"), json);
        BenchCommands.assertCanBeGiven(commands);
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
    }

    /** Snapshots of a million million keys: more than any disk holds, whatever the memory. */
    @Test
    void noRoomOnDisk() {
        BenchException refusal =
                assertThrows(BenchException.class, () -> BenchFiles.requireRoom("--keys 1e18 in wide", 1e18 * 22));
        String message = String.valueOf(refusal.getMessage());
        assertTrue(
                message.matches("--keys 1e18 in wide takes about [0-9,]+ MB of disk, and .+ has [0-9,]+ MB left; give"
                        + " fewer keys, or name a directory with room by DEDUP_JAVA_OPTS=-Djava.io.tmpdir=DIR"),
                message);
        assertEquals(BenchException.USAGE, refusal.exitCode());
        BenchFiles.requireRoom("nothing", 0);
    }

    /** What is refused for lack of room is not less than what is written. */
    @Test
    void theRoomOfASnapshot() throws Exception {
        for (ColdStartTier tier : List.of(ColdStartTier.NARROW, ColdStartTier.WIDE)) {
            List<ReportFigure> figures = ColdStartCommand.measure(List.of(tier), List.of(200_000L), 1, ignored -> {});
            double bytesPerKey = figures.stream()
                            .filter(figure -> figure.name().equals("snapshot size"))
                            .findFirst()
                            .orElseThrow()
                            .value()
                    * 1e6
                    / 200_000;
            assertTrue(bytesPerKey <= tier.fileBytesPerKey, tier + ": " + bytesPerKey);
            assertTrue(bytesPerKey > 0.7 * tier.fileBytesPerKey, tier + ": " + bytesPerKey);
        }
    }
}
