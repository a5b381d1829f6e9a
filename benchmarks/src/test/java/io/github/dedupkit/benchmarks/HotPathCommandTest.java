package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.BenchCommands.Run;
import io.github.dedupkit.benchmarks.HotPathRun.Row;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code dedup bench hot-path}: its rows, that each can be had alone, and what it refuses. */
class HotPathCommandTest {
    private static final Pattern ROW = Pattern.compile("\"subject\" : \"(.*)\",\n.*\"setting\" : \"(.*)\"");

    /** Subject and setting of each figure. */
    private static List<String> rows(String json) {
        return ROW.matcher(json)
                .results()
                .map(row -> row.group(1) + ": " + row.group(2))
                .toList();
    }

    /** A store of ours, a rival, which sees neither key space nor origins, and the memory's speed. */
    @Test
    void eachRowCanBeHadAlone() {
        String given = "hot-path --tier random_access,FINGERPRINT_WIDE,caffeine --batch 256,1024 --retained 1e5"
                + " --invocations 2 --origins confirmed --key-space keyed --id bytes_16 --duplicates 0.5";
        String all = BenchCommands.json(given.split(" ", -1));
        List<String> rows = rows(all);
        String unusual = ", --id BYTES_16 --key-space KEYED --origins CONFIRMED --duplicates 0.5";
        assertEquals(
                List.of(
                        "random_access: 100,000 ids retained, calls of 256",
                        "random_access: 100,000 ids retained, calls of 1024",
                        "fingerprint_wide: 100,000 ids of 16 bytes retained, calls of 256" + unusual,
                        "fingerprint_wide: 100,000 ids of 16 bytes retained, calls of 1024" + unusual,
                        "caffeine: 100,000 ids of 16 bytes retained, calls of 1, --id BYTES_16 --duplicates 0.5"),
                rows);
        List<String> commands = BenchCommands.commands(all);
        assertEquals("./dedup bench " + given, commands.get(0));
        for (int i = 0; i < rows.size(); i++) {
            String command = commands.get(i + 1);
            String alone = BenchCommands.json(BenchCommands.arguments(command));
            assertEquals(List.of(rows.get(i)), rows(alone));
            assertEquals(command, BenchCommands.commands(alone).get(1));
        }
    }

    /** Lines of the report's table, of two rounds and two threads. */
    @Test
    void markdown() {
        Run run = BenchCommands.run(
                ("hot-path --tier fingerprint_narrow --retained 3e5 --threads 2 --lateness-ticks 30 --invocations 2"
                                + " --rounds 2")
                        .split(" ", -1));
        assertEquals(0, run.code(), run.err());
        assertEquals(2, run.err().lines().filter(line -> line.contains(" of 2")).count(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size(), run.out());
        assertTrue(
                lines.get(2)
                        .startsWith(
                                "| hot-path | fingerprint_narrow | 300,000 ids of 36 characters retained, calls of 256,"
                                        + " --threads 2 --lateness-ticks 30 | throughput | "),
                run.out());
        assertTrue(
                lines.get(2)
                        .endsWith(" | million events/s | higher | `./dedup bench hot-path --tier fingerprint_narrow"
                                + " --batch 256 --retained 300000 --threads 2 --lateness-ticks 30 --rounds 2 --invocations"
                                + " 2` |"),
                run.out());
    }

    /** The fork says why; the other tier is measured. */
    @Test
    void aTierThatCannotBeMeasured() {
        Run run = BenchCommands.run(
                "hot-path --tier guava_bloom,fingerprint_narrow --retained 1e5 --invocations 2 --lag w_minus_g"
                        .split(" ", -1));
        assertEquals(1, run.code(), run.err());
        assertTrue(
                run.err()
                        .contains("dedup: guava_bloom could not be measured: java.lang.IllegalArgumentException: lag"
                                + " W_MINUS_G does not fit one Bloom filter"),
                run.err());
        assertTrue(run.out().contains("| hot-path | fingerprint_narrow | "), run.out());
    }

    @Test
    void theReportsRows() {
        BenchCommands.assertCanBeGiven(List.of("./dedup bench hot-path"));
        for (Row row : HotPathRun.REPORTED) {
            assertEquals(row, Row.of(row.tier(), row.batch()));
        }
    }

    @Test
    void badUsage() {
        refused("--tier chest is no tier; give some of random_access, fingerprint_narrow, ", "--tier", "chest");
        refused("batch 100 does not divide a chunk", "--batch", "256,100");
        refused("--retained few is no whole number", "--retained", "few");
        refused("retained 1 is out of bounds", "--retained", "1");
        refused("--retained 1000000000000000000 is out of bounds", "--retained", "1e18");
        refused("--threads 0 is out of bounds; give 1 to 256", "--threads", "0");
        refused("--rounds 101 is out of bounds; give 1 to 100", "--rounds", "101");
        refused("--invocations 0 is out of bounds; give 1 to 10000", "--invocations", "0");
        refused("duplicates 0.6 is no share", "--duplicates", "0.6");
        refused("disorder 0.6 is no share", "--disorder", "0.6");
        refused("hot 0.06 is no share", "--hot", "0.06");
        refused("latenessTicks 31 is out of bounds", "--lateness-ticks", "31");
        refused("retained 3000000 is too few for 2 threads", "--retained", "3e6", "--threads", "2");
        refused("Invalid value for option '--lag'", "--lag", "long");
        refused("Invalid value for option '--origins'", "--origins", "some");
        refused("Invalid value for option '--key-space'", "--key-space", "open");
        refused("Invalid value for option '--id'", "--id", "number");
        if (BenchMemory.availableBytes().isPresent()) {
            refused("give fewer keys or another store", "--retained", "1e10");
        }
    }

    private static void refused(String message, String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "hot-path";
        System.arraycopy(options, 0, arguments, 1, options.length);
        BenchCommands.assertRefused(message, arguments);
    }
}
