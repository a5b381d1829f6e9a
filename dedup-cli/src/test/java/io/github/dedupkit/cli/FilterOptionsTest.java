package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.dedupkit.cli.EventWindow.Ticks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Options that cannot be meant are refused before anything is read or written, with a way out. */
class FilterOptionsTest {
    private static final String LINE = "--delimiter=, --key=1 --time=2 --time-format=epoch-s ";

    private static final String BLOOM = "--store=bloom --expected=1000 ";

    @TempDir
    Path directory;

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("--format=xml", "--format xml is unknown; give lines or ndjson or csv"),
                arguments("--format=LINES", "--format LINES is unknown; give lines or ndjson or csv"),
                arguments("--store=redis", "--store redis is unknown; give table or caffeine or bloom"),
                arguments("--when-full=drop", "--when-full drop is unknown; give stop or evict"),
                arguments("--summary=xml", "--summary xml is unknown; give text or json"),
                arguments("--summary=json -q", "--summary asks for what -q leaves out; leave one of them out"),
                arguments("--window=1h", "--window goes by the records' own times; add --time FIELD"),
                arguments("--delimiter=, --time=1", "--time is of use within a window only; add --window"),
                arguments("--time-format=iso", "--time-format says how --time is written; add --time FIELD"),
                arguments("--lateness=1m", "--lateness says what is late within a window; add --window"),
                arguments("--late=x", "--late takes what is late within a window; add --window and --time"),
                arguments(LINE + "--window=1.5h", "--window 1.5h is no duration; give a whole number above 0"),
                arguments(LINE + "--window=36501d", "--window 36501d is out of bounds; give at most 36500d"),
                arguments(LINE + "--window=1h --lateness=2h", "--lateness 2h exceeds --window 1h; give at most"),
                arguments(LINE + "--window=1h --lateness=-1s", "--lateness -1s is no duration"),
                arguments(
                        LINE + "--window=239ms",
                        "--window 239ms with --lateness 1ms is 240 ticks of 1ms, and a table tells 236; give a window"
                                + " of whole seconds, a smaller lateness, or --store caffeine"),
                arguments("--expected=0", "--expected 0 is no number of keys; give 1 or more"),
                arguments("--expected=9 --store=caffeine", "--expected makes room in the table, and caffeine has none"),
                arguments(
                        "--expected=100000 --memory=1m",
                        "--expected 100000 takes 11 bytes a key, and --memory is 1m, room for 95325 keys; raise"
                                + " --memory, or expect fewer"),
                arguments("--expected=68719476736", "--expected 68719476736 takes 11 bytes a key, and --memory is by"),
                arguments("--store=bloom", "--store bloom does not grow; add --expected N, the most keys that it has"),
                arguments(BLOOM + "--memory=1g", "--memory bounds a store that grows, and bloom takes what --expected"),
                arguments(BLOOM + "--when-full=evict", "--when-full evict forgets keys, and bloom can forget none;"),
                arguments(
                        "--false-positive=0.01", "--false-positive says how often a Bloom filter may err; add --store"),
                arguments(
                        BLOOM + "--false-positive=0",
                        "--false-positive 0 is no probability that will do; give 1e-12 to 0.1, such as 1e-6"),
                arguments(BLOOM + "--false-positive=0.11", "--false-positive 0.11 is no probability that will do"),
                arguments(BLOOM + "--false-positive=few", "--false-positive few is no probability that will do"),
                arguments(
                        "--store=bloom --expected=60000000000",
                        "--expected 60000000000 with --false-positive 1.0E-6 is more than fits (DEDUP_JAVA_OPTS takes"
                                + " -Xmx): "),
                arguments("--store=bloom --expected=68719476737", "with --false-positive 1.0E-6 is more than fits"),
                arguments(
                        BLOOM + LINE + "--window=239ms",
                        "--window 239ms with --lateness 1ms is 240 ticks of 1ms, and bloom tells 128; give a window"),
                arguments("--memory=1023k", "--memory 1023k is too little; give 1m or more"),
                arguments("--memory=lots", "--memory lots is no size; give a whole number above 0 and k, m, g or t"),
                arguments(
                        "--memory=1000000t",
                        " bytes that Java may use for it outside its heap; allow it with"
                                + " DEDUP_JAVA_OPTS=-XX:MaxDirectMemorySize=1114112000002m"),
                arguments("--key=1", "needs a delimiter"),
                arguments("--delimiter=,", "--key or --time, or leave out --delimiter"),
                arguments("--format=ndjson --delimiter=,", "JSON has no delimiter; leave out --delimiter"),
                arguments("--delimiter=, --key=name", "the field \"name\" is not a number"),
                arguments("--window=1h --window=2h", "option '--window' (DURATION) should be specified only once"),
                arguments("--bogus", "Unknown option: '--bogus'"),
                arguments("--window", "Missing required parameter for option '--window' (DURATION)"),
                arguments("--duplicates=", "--duplicates '' names no file; standard output holds the records that"),
                arguments("--rejects=-", "--rejects '-' names no file; standard output holds the records that"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatCannotBeMeantIsRefused(String options, String message) throws IOException {
        Path kept = Files.writeString(directory.resolve("kept"), "precious");
        List<String> arguments = new ArrayList<>(List.of("filter", "--duplicates=" + kept));
        if (options.contains("--duplicates")) {
            arguments.remove(1);
        }
        arguments.addAll(List.of(options.split(" ")));
        Run run = Run.dedup("a,1\n", arguments.toArray(new String[0]));
        assertEquals(2, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("dedup: "), run.err());
        assertTrue(run.err().contains(message), run.err());
        assertEquals("precious", Files.readString(kept));
    }

    /** Whatever the window, its default tick is one that a table can tell. */
    @Test
    void everyWindowOfWholeSecondsFitsTheTable() {
        for (int seconds = 1; seconds < 5000; seconds++) {
            for (String lateness : new String[] {"1ms", seconds + "s"}) {
                EventWindow window = EventWindow.parse(seconds + "s", lateness, Ticks.FINE);
                assertTrue(window.ticks() <= 236, window.describe());
            }
        }
    }

    static Stream<Arguments> windows() {
        return Stream.of(
                arguments("1h", null, "window 1h, lateness 1m, tick 1m"),
                arguments("24h", "90s", "window 1d, lateness 24m (90s rounded up to whole ticks), tick 24m"),
                arguments("1h", "2m", "window 1h, lateness 2m, tick 1m"),
                arguments("1h", "60m", "window 1h, lateness 1h, tick 1m"),
                arguments("7s", "1ms", "window 7s, lateness 100ms (1ms rounded up to whole ticks), tick 100ms"),
                arguments("59ms", null, "window 59ms, lateness 1ms, tick 1ms"));
    }

    @ParameterizedTest
    @MethodSource("windows")
    void theTickIsTheLargestDivisorUpToASixtieth(String window, String lateness, String described) {
        assertEquals(described, EventWindow.parse(window, lateness, Ticks.FINE).describe());
    }

    /** A filter is asked once a tick, so its ticks are few; and never more than it tells. */
    @Test
    void coarseTicksAreEighthsOrTheNextFiner() {
        assertEquals("window 1h, lateness 450s, tick 450s", coarse("1h", null));
        assertEquals("window 1d, lateness 3h (1m rounded up to whole ticks), tick 3h", coarse("24h", "1m"));
        assertEquals("window 1001ms, lateness 91ms, tick 91ms", coarse("1001ms", null));
        for (int seconds = 1; seconds < 5000; seconds++) {
            EventWindow window = EventWindow.parse(seconds + "s", seconds + "s", Ticks.COARSE);
            assertEquals(16, window.ticks(), window.describe());
        }
        for (int millis = 128; millis < 5000; millis++) {
            EventWindow window = EventWindow.parse(millis + "ms", "1ms", Ticks.COARSE);
            boolean divides = window.window().toMillis() / window.tick().toMillis() <= 64;
            assertTrue(divides ? window.ticks() <= 65 : window.tick().toMillis() <= millis / 60, window.describe());
        }
    }

    private static String coarse(String window, @Nullable String lateness) {
        return EventWindow.parse(window, lateness, Ticks.COARSE).describe();
    }

    /** A trusted key space gives the same answers. */
    @Test
    void trusted() {
        assertEquals(new Run(0, "a\nb\n", ""), Run.dedup("a\nb\na\n", "filter", "-q", "--trusted"));
    }
}
