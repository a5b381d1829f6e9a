package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.BenchCommands.Run;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code dedup bench filter}: its tables, its JSON, its exit codes, and what it refuses. */
class FilterCommandTest {
    private static final FilterRun.Prober RIGHT = (setting, seed) -> outcome(0, 10, 100.0 * seed);

    private static FilterOutcome outcome(long falseNew, long falseDuplicates, double nanos) {
        return new FilterOutcome(
                95_000, 5_000, falseNew, falseDuplicates, nanos, nanos / 2, 4_000, 1e-3, OptionalDouble.empty());
    }

    private static Run run(FilterRun.Prober prober, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(new FilterCommand(prober))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }

    /** In processes of their own. */
    @Test
    void aSmallRun() {
        Run run = BenchCommands.run(("filter --keys 2e4 --look-ups 2e5 --false-positive 1e-2 --rounds 2 --batch 64"
                        + " --tier fingerprint_filter,guava_2,split_block_4")
                .split(" ", -1));
        assertEquals(0, run.code(), run.err());
        assertTrue(
                run.out().startsWith("| filter | calls of | keys in W | load | p | ns per key (chunks) |"), run.out());
        assertTrue(run.out().contains("\n| guava_2 | 1 | 20,000 | 100 % | 1.0e-02 |"), run.out());
        assertTrue(run.out().contains("\n| split_block_4 | 64 | 20,000 | 100 % | 1.0e-02 |"), run.out());
        assertTrue(run.out().contains("| p | bits per key | memory | machines of 64 GB |"), run.out());
        assertTrue(run.out().contains("times the throughput of guava_2"), run.out());
        List<String> progress = run.err().lines().toList();
        assertEquals(6, progress.size(), run.err());
        assertEquals("filter: fingerprint_filter, 20,000 keys, p 1.0e-02, calls of 64, round 1 of 2", progress.get(0));
        assertEquals("filter: split_block_4, 20,000 keys, p 1.0e-02, calls of 64, round 2 of 2", progress.get(3));
    }

    @Test
    void asJson() throws Exception {
        Run run = run(
                RIGHT,
                "--false-positive",
                "1e-3",
                "--keys",
                "2e4",
                "--tier",
                "fingerprint_filter,guava_8",
                "--batch",
                "256,1",
                "--json");
        assertEquals(0, run.code(), run.err());
        Map<String, @Nullable Object> fields = BenchJsonReader.object(run.out());
        assertEquals("dedupkit-bench-filter/1", fields.get("schema"));
        assertEquals(true, fields.get("right"));
        assertEquals(3L, fields.get("rounds"));
        List<Map<String, @Nullable Object>> results = BenchJsonReader.objects(fields, "results");
        assertEquals(3, results.size());
        Map<String, @Nullable Object> first = results.get(0);
        assertEquals("fingerprint_filter", first.get("tier"));
        assertEquals(20_000L, first.get("keys"));
        assertEquals(200.0, first.get("nanos_per_key"));
        assertEquals(100.0, first.get("nanos_per_key_chunks"));
        assertEquals(100.0, first.get("nanos_per_key_least"));
        assertEquals(300.0, first.get("nanos_per_key_most"));
        assertEquals(1.6, first.get("bits_per_key"));
        assertEquals(3L * 95_000, first.get("new"));
        assertEquals(3L * 10, first.get("false_duplicates"));
        assertEquals(0L, first.get("false_new"));
        assertEquals(null, first.get("estimated"));
        assertEquals(
                List.of(
                        "20,000 keys, p 1.0e-03: at least 30.0 times the throughput of guava_8: 1.00 (1.00)",
                        "20,000 keys, p 1.0e-03: at most 1.2 times the bits of guava_8: 1.00"),
                List.copyOf(BenchJsonReader.object(fields, "promises").keySet()));
    }

    /** The quickest of the rings is the one to be beaten. */
    @Test
    void promises() {
        Map<FilterTier, Double> nanos = Map.of(
                FilterTier.FINGERPRINT_FILTER,
                50.0,
                FilterTier.GUAVA_2,
                1_600.0,
                FilterTier.GUAVA_8,
                3_000.0,
                FilterTier.SPLIT_BLOCK_2,
                70.0,
                FilterTier.SPLIT_BLOCK_8,
                55.0);
        Run run = run(
                (setting, seed) -> outcome(0, 10, nanos.getOrDefault(setting.tier(), 0.0)),
                "--false-positive",
                "1e-3",
                "--keys",
                "2e4",
                "--batch",
                "256",
                "--tier",
                "fingerprint_filter,guava_2,guava_8,split_block_2,split_block_8");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("at least 30.0 times the throughput of guava_2: 32.00 (32.00), held"), run.out());
        assertTrue(
                run.out().contains("at least 1.2 times the throughput of split_block_8: 1.10 (1.10), missed"),
                run.out());
        assertTrue(
                run.out()
                        .contains(
                                "| 20,000 | 1.0e-03 | 50.0 (25.0) | - | 1.6 | 1.0e-03 | guava_2: 1,600.0 (800.0) | 32.00 (32.00) | 1.6 |"
                                        + " split_block_8: 55.0 (27.5) | 1.10 (1.10) | 1.6 |"),
                run.out());
    }

    /** One wrong answer in one of the rounds. */
    @Test
    void oneFalseNewEndsWithOne() {
        Run run = run(
                (setting, seed) -> outcome(seed == 2 ? 1 : 0, 10, 1),
                "--false-positive",
                "1e-3",
                "--keys",
                "2e4",
                "--tier",
                "guava_2");
        assertEquals(1, run.code());
        assertTrue(run.out().contains("wrong: guava_2, 20,000 keys, p 1.0e-03, calls of 1: 1 of 15000"), run.out());
        assertTrue(run.err().contains("dedup: guava_2, 20,000 keys, p 1.0e-03, calls of 1: 1 of 15000"), run.err());
    }

    @Test
    void tooManyFalseDuplicatesEndWithOne() {
        Run run = run(
                (setting, seed) -> outcome(0, 200, 1),
                "--false-positive",
                "1e-3",
                "--keys",
                "2e4",
                "--tier",
                "guava_2");
        assertEquals(1, run.code());
        assertTrue(run.out().contains("600 false duplicates of 285000, more than planned (0.001)"), run.out());
    }

    @Test
    void whatCannotBeMeasuredLeavesTheOthers() {
        Run run = run(
                (setting, seed) -> {
                    if (setting.tier() == FilterTier.GUAVA_4) {
                        throw BenchException.failed("no room");
                    }
                    return outcome(0, 10, 1);
                },
                "--false-positive",
                "1e-3",
                "--keys",
                "2e4",
                "--tier",
                "guava_4,guava_8");
        assertEquals(1, run.code());
        assertTrue(run.out().contains("| guava_8 | 1 | 20,000 |"), run.out());
        assertFalse(run.out().contains("| guava_4 | "), run.out());
        assertTrue(run.err()
                .contains("dedup: guava_4, 20,000 keys, p 1.0e-03, calls of 1 could not be measured: no room"));
    }

    /** Every combination once, however a tier takes its batches. */
    @Test
    void everyOptionCounts() {
        List<FilterSetting> settings = new ArrayList<>();
        Run run = run(
                (setting, seed) -> {
                    settings.add(setting);
                    return outcome(0, 10, 1);
                },
                ("--keys 2e4,4e4 --false-positive 1e-2,1e-3 --load 50,100 --batch 1,256 --duplicates 0.5 --rounds 1"
                                + " --look-ups 1e5 --tier guava_2,split_block_8")
                        .split(" ", -1));
        assertEquals(0, run.code(), run.err());
        assertEquals(2 * 2 * 2 * 3, settings.size());
        assertEquals(new FilterSetting(FilterTier.GUAVA_2, 20_000, 1e-2, 1, 50, 0.5, 100_000), settings.get(0));
        assertEquals(
                new FilterSetting(FilterTier.SPLIT_BLOCK_8, 40_000, 1e-3, 256, 100, 0.5, 100_000),
                settings.get(settings.size() - 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--tier chest; Invalid value for option '--tier'",
                "--keys 0; --keys 0 is no whole number above 0",
                "--keys 1999; --keys 1999 is out of bounds; give 2000 to",
                "--keys 3000 --load 50; --load 50 of --keys 3000 leaves too few keys; give 2000 or more",
                "--load 101; --load 101 is out of bounds; give 1 to 100",
                "--batch 3; --batch 3 does not divide a chunk's 8192 events; give a power of two",
                "--batch 0; --batch 0 is out of bounds; give 1 to 65536",
                "--false-positive 0.2; --false-positive 0.2 is out of bounds; give 1.0E-9 to 0.1",
                "--duplicates 0; --duplicates 0.0 leaves nothing to be told new falsely",
                "--rounds 0; --rounds 0 is out of bounds; give 1 to 100",
                "--look-ups few; --look-ups few is no whole number"
            })
    void badUsage(String arguments, String message) {
        BenchCommands.assertRefused(message, ("filter " + arguments).split(" ", -1));
    }

    @Test
    void tooMuchForTheMachine() {
        if (BenchMemory.availableBytes().isPresent()) {
            BenchCommands.assertRefused(
                    "give fewer keys or another store", "filter", "--keys", "6e10", "--tier", "guava_2");
        }
    }
}
