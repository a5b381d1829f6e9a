package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The command: arguments, help, exit codes. */
class BenchMainTest {
    private record Run(int code, String out, String err) {}

    private static Run bench(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = BenchMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Run(code, out.toString(), err.toString());
    }

    @Test
    void aSmallDay() {
        Run run = bench("day", "--events", "1e6", "--threads", "2");
        assertEquals(0, run.code(), run.err());
        assertTrue(
                run.out().startsWith("day: 1,000,000 events in 86.4s of event time; window 1h, lateness 1m,"),
                run.out());
        assertTrue(run.out().contains("lost=0 admitted=0 late=0;"), run.out());
        assertEquals("", run.err());
    }

    @Test
    void everyOptionCounts() {
        String options =
                "day --events 200_000 --rate 50/ms --window 2s --lateness 500ms --disorder 300ms --duplicates 0.2"
                        + " --stale 0.1 --threads 3 --batch 100 --store table --keys Keyed --seed 42 --json";
        Run run = bench(options.split(" ", -1));
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().matches("\\{.*,\"right\":true,\"events\":200000,.*}\\R"), run.out());
        for (String field : new String[] {
            "\"lost\":0",
            "\"window_millis\":2000",
            "\"lateness_millis\":500",
            "\"tick_millis\":25",
            "\"disorder_millis\":300",
            "\"millis_per_event\":0.02",
            "\"seed\":42",
            "\"keys\":\"keyed\"",
            "\"threads\":3",
            "\"batch\":100"
        }) {
            assertTrue(run.out().contains("," + field), field + " in " + run.out());
        }
        assertTrue(field(run, "duplicates") > 36_000, run.out());
        assertTrue(field(run, "stale") > 1_000, run.out());
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("", "Usage: dedup bench"),
                arguments("night", "dedup: Unmatched argument at index 0: 'night'"),
                arguments("day --event 5", "Unknown option"),
                arguments("day --events few", "dedup: --events few is no whole number above 0; give one such as 1e9"),
                arguments("day --events 1.5", "dedup: --events 1.5 is no whole number"),
                arguments("day --rate 5", "dedup: --rate 5 is no rate; give a number, a slash and"),
                arguments("day --rate 0/d", "dedup: --rate 0 is no whole number"),
                arguments("day --rate 5/week", "dedup: --rate 5/week is no rate"),
                arguments(
                        "day --window 1x",
                        "dedup: --window 1x is no duration; give a whole number and ms, s, m, h or d"),
                arguments("day --window 0s", "dedup: window PT0S is out of bounds; give 1 ms to 36500 days"),
                arguments("day --lateness 2h", "dedup: lateness PT2H exceeds the window PT1H"),
                arguments("day --lateness 0s", "dedup: --batch 512 takes 44.2368 ms at this --rate"),
                arguments("day --disorder 1m", "dedup: --disorder 1m may be late"),
                arguments("day --duplicates 2", "dedup: --duplicates 2.0 is no share; give 0 to 0.9"),
                arguments("day --threads 0", "dedup: --threads 0 is out of bounds; give 1 to 1024"),
                arguments("day --batch 0", "dedup: --batch 0 is out of bounds; give 1 to 65536"),
                arguments("day --batch 65537 --lateness 1h", "dedup: --batch 65537 is out of bounds; give 1 to 65536"),
                arguments("day --store chest", "Invalid value for option '--store'"),
                arguments("day --window 1h --lateness 1001ms", "ticks"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void badUsage(String arguments, String message) {
        Run run = arguments.isEmpty() ? bench() : bench(arguments.split(" ", -1));
        assertEquals(2, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains(message), run.err());
    }

    /** Sixty thousand million keys: the store says what it needs. */
    @Test
    void noMemory() {
        Run run = bench("day", "--events", "6e10", "--rate", "6e10/d", "--window", "24h");
        assertEquals(1, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("dedup: the table needs "), run.err());
        assertTrue(run.err().contains("expect fewer keys"), run.err());
    }

    @Test
    void help() {
        Run bench = bench("--help");
        assertEquals(0, bench.code());
        assertTrue(bench.out().startsWith("Usage: dedup bench "), bench.out());
        assertTrue(bench.out().contains("  day "), bench.out());
        Run day = bench("day", "--help");
        assertEquals(0, day.code());
        assertTrue(day.out().startsWith("Usage: dedup bench day "), day.out());
        assertTrue(day.out().contains("Exit codes: "), day.out());
    }

    private static long field(Run run, String name) {
        return Long.parseLong(run.out().replaceAll("(?s).*\"" + name + "\":(\\d+).*", "$1"));
    }
}
