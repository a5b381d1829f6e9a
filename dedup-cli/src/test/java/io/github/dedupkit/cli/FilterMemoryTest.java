package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that is full: with stop nothing wrong is written, with evict nothing is dropped wrongly. */
@Timeout(120)
class FilterMemoryTest {
    /** More keys than 1 MiB holds, in either store. */
    private static final int KEYS = 400_000;

    /** Each key twice, the second time at once. */
    private static final String PAIRS =
            IntStream.range(0, KEYS).mapToObj(i -> i + "\n" + i + "\n").collect(Collectors.joining());

    @ParameterizedTest
    @ValueSource(strings = {"table", "caffeine"})
    void stopsBeforeAnythingWrongIsWritten(String store) {
        Run run = Run.dedup(PAIRS, "filter", "--store=" + store, "--memory=1m");
        assertEquals(1, run.code());
        List<String> written = run.out().lines().toList();
        assertEquals(
                IntStream.range(0, written.size()).mapToObj(String::valueOf).toList(), written);
        assertTrue(written.size() > 5_000 && written.size() < KEYS, written.size() + " lines");
        assertTrue(run.err().contains(", or go on with --when-full evict"), run.err());
        assertTrue(run.err().contains("give it more with --memory") || run.err().contains("give more with --memory"));
        assertTrue(run.err().contains("\nincomplete: read "), run.err());
        assertTrue(run.err().contains(" = first " + written.size() + " + "), run.err());
    }

    @Test
    void aFullTableSaysHowFullItIs() {
        Run run = Run.dedup(PAIRS, "filter", "--memory=1m");
        Matcher full = Pattern.compile("dedup: the table is full: (\\d+) keys in (\\d+) bytes, and may take 1m; ")
                .matcher(run.err());
        assertTrue(full.lookingAt(), run.err());
        assertEquals(run.out().lines().count(), Long.parseLong(full.group(1)));
        assertTrue(Long.parseLong(full.group(2)) > 500_000, run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "caffeine"})
    void goesOnIfToldToAndDropsNothingForIt(String store) {
        Run run = Run.dedup(PAIRS, "filter", "--store=" + store, "--memory=1m", "--when-full=evict");
        assertEquals(0, run.code(), run.err());
        Set<String> kept = new HashSet<>(Arrays.asList(run.out().split("\n")));
        assertEquals(KEYS, kept.size(), "a line was dropped that is no copy");
        Matcher evicted = Pattern.compile("\n(\\d+) keys were forgotten for lack of memory: copies of early records may"
                        + " have been let through again, but nothing was dropped for it; raise --memory")
                .matcher(run.err());
        assertTrue(evicted.find(), run.err());
        assertTrue(Long.parseLong(evicted.group(1)) > KEYS / 4, run.err());
    }

    @Test
    void evictionShortensTheWindowAndTheSummarySaysSo() {
        String records =
                IntStream.range(0, KEYS).mapToObj(i -> i + "," + 20 * i + "\n").collect(Collectors.joining());
        Run run = Run.dedup(
                records,
                "filter",
                "--memory=1m",
                "--when-full=evict",
                "--delimiter=,",
                "--key=1",
                "--time=2",
                "--time-format=epoch-ms",
                "--window=1h");
        assertEquals(0, run.code(), run.err());
        assertEquals(records, run.out());
        Matcher window = Pattern.compile(
                        "the window was as short as (\\d+)(ms|s|m) instead of 1h, and copies beyond it")
                .matcher(run.err());
        assertTrue(window.find(), run.err());
        Duration effective = Amount.duration("", window.group(1) + window.group(2));
        assertTrue(effective.compareTo(Duration.ofHours(1)) < 0, effective + "");
    }

    @Test
    void whatIsExpectedHasRoomAtOnce() {
        List<String> arguments = new ArrayList<>(List.of("filter", "--expected=90000", "--memory=1m"));
        String lines = IntStream.range(0, 90_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        Run run = Run.dedup(lines, arguments.toArray(new String[0]));
        assertEquals(0, run.code(), run.err());
        assertEquals(lines, run.out());
        assertTrue(run.err().contains("store: table, 90000 keys in "), run.err());
    }
}
