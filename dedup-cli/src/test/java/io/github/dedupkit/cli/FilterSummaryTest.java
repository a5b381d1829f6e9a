package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code dedup filter} says at its end, to people and to programs. */
@Timeout(60)
class FilterSummaryTest {
    private static final String[] HOUR = {
        "filter", "--delimiter=,", "--key=1", "--time=2", "--time-format=epoch-s", "--window=1h", "--lateness=90s"
    };

    @TempDir
    Path directory;

    @Test
    void theBooksBalanceInEveryFormat() {
        String lines = "a,1\nb,2\na,3\n";
        String ndjson = "{\"k\":\"a\",\"t\":1}\n{\"k\":\"b\",\"t\":2}\n{\"k\":\"a\",\"t\":3}\n";
        for (Run run : List.of(
                Run.dedup(lines, "filter", "--delimiter=,", "--key=1"),
                Run.dedup(
                        lines,
                        "filter",
                        "--delimiter=,",
                        "--key=1",
                        "--time=2",
                        "--time-format=epoch-s",
                        "--window=1h"),
                Run.dedup("k,t\n" + lines, "filter", "--format=csv", "--key=k"),
                Run.dedup(
                        "k,t\n" + lines,
                        "filter",
                        "--format=csv",
                        "--key=1",
                        "--time=t",
                        "--time-format=epoch-s",
                        "--window=1h"),
                Run.dedup(ndjson, "filter", "--format=ndjson", "--key=/k"),
                Run.dedup(
                        ndjson,
                        "filter",
                        "--format=ndjson",
                        "--key=/k",
                        "--time=/t",
                        "--time-format=epoch-s",
                        "--window=1h"))) {
            assertEquals(0, run.code(), run.err());
            assertTrue(
                    run.err().startsWith("read 3 = first 2 + replayed 0 + duplicate 1 + late 0 + rejected 0"),
                    run.err());
        }
    }

    @Test
    void aWindowIsNamedAsItWasUsed() {
        Run run = Run.dedup("a,1\nb,2147483647\nb,2\nb,3\nb,4\n", HOUR);
        assertTrue(
                run.err().contains("\nwindow 1h, lateness 2m (90s rounded up to whole ticks), tick 1m; ahead of those"),
                run.err());
        assertFalse(run.err().contains("backwards"), run.err());
    }

    /** 63 late records in a row are stragglers; 64 are named, with a lateness that takes the latest of them. */
    @ParameterizedTest
    @CsvSource({"63, false, 3000", "64, true, 3000", "500, true, 3000", "64, true, 4000"})
    void inputThatRunsBackwardsIsNamed(int late, boolean named, int behind) throws IOException {
        String now = records(0, 10, 100_000);
        Path first = Files.writeString(directory.resolve("first"), now);
        Path second = Files.writeString(
                directory.resolve("second"), records(10, 3, 100_000) + records(20, late, 100_000 - behind));
        Path third =
                Files.writeString(directory.resolve("third"), records(1000, 5, 100_000) + records(2000, 1, 99_000));
        Run run = Run.dedup("", arguments(HOUR, first.toString(), second.toString(), third.toString()));
        assertEquals(0, run.code());
        String remedy = behind > 3600 ? "; sort it by time\n" : "; sort it by time, or raise --lateness to 50m\n";
        String line = "the input runs backwards from " + second + ":4 on: " + (late + 1)
                + " records in all could not be judged" + remedy;
        assertEquals(named, run.err().contains(line), run.err());
        assertEquals(named, run.err().contains("backwards"), run.err());
        if (named && behind <= 3600) {
            String[] options = HOUR.clone();
            options[options.length - 1] = "--lateness=50m";
            Run enough = Run.dedup("", arguments(options, first.toString(), second.toString(), third.toString()));
            assertTrue(enough.err().contains(" + late 0 + "), enough.err());
        }
    }

    private static String records(int from, int count, long seconds) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> "key" + i + "," + seconds + "\n")
                .collect(Collectors.joining());
    }

    private static String[] arguments(String[] options, String... names) {
        return Stream.of(options, names).flatMap(Arrays::stream).toArray(String[]::new);
    }

    /** A file in the order of a stack: its records are dated ahead of each other, and no lateness is promised to do. */
    @Test
    void stepsBackBeyondTheLatenessAreNamedToo() {
        String stack = IntStream.range(0, 200)
                .mapToObj(i -> "key" + i + "," + (1_000_000 - 600 * i) + "\n")
                .collect(Collectors.joining());
        Run run = Run.dedup(stack, HOUR);
        assertEquals(stack, run.out());
        assertTrue(run.err().contains("the input runs backwards from standard input:1 on: "), run.err());
        assertTrue(run.err().contains("sort it by time" + System.lineSeparator()), run.err());
    }

    @Test
    void jsonOfAWholeRun() {
        Run run = Run.dedup("a\nb\na\n", "filter", "--summary=json");
        Map<String, Object> summary = parse(run.err());
        assertEquals(
                List.of(
                        "ending",
                        "read",
                        "first",
                        "replayed",
                        "duplicate",
                        "late",
                        "rejected",
                        "bytes_in",
                        "bytes_out",
                        "millis",
                        "store",
                        "keys",
                        "store_bytes",
                        "evicted",
                        "wrong_drop_probability",
                        "expected_wrong_drops"),
                List.copyOf(summary.keySet()));
        assertEquals("complete", summary.get("ending"));
        assertEquals(3L, summary.get("read"));
        assertEquals(2L, summary.get("first"));
        assertEquals(1L, summary.get("duplicate"));
        assertEquals(6L, summary.get("bytes_in"));
        assertEquals(4L, summary.get("bytes_out"));
        assertEquals("table", summary.get("store"));
        assertEquals(2L, summary.get("keys"));
        double chance = (double) summary.getOrDefault("wrong_drop_probability", 1.0);
        assertTrue(chance > 0 && chance < 1e-9, chance + "");
        assertEquals(chance, summary.get("expected_wrong_drops"));
    }

    @Test
    void jsonOfAWindow() {
        String records = records(0, 9, 100_000) + records(0, 64, 90_000) + "bad\n";
        Path rejects = directory.resolve("rejects");
        Run run = Run.dedup(records, arguments(HOUR, "--summary=json", "--rejects=" + rejects));
        Map<String, Object> summary = parse(run.err());
        assertEquals(74L, summary.get("read"));
        assertEquals(64L, summary.get("late"));
        assertEquals(1L, summary.get("rejected"));
        assertEquals(3_600_000L, summary.get("window_millis"));
        assertEquals(120_000L, summary.get("lateness_millis"));
        assertEquals(60_000L, summary.get("tick_millis"));
        assertEquals(3_600_000L, summary.get("effective_window_millis"));
        assertEquals(0L, summary.get("ahead"));
        assertEquals(true, summary.get("backwards"));
        assertEquals("standard input", summary.get("backwards_input"));
        assertEquals(10L, summary.get("backwards_line"));
        assertFalse(summary.containsKey("sufficient_lateness_millis"), "10,000 s are more than the window");
    }

    @Test
    void jsonOfAFailure() {
        Run run = Run.dedup("a,1\nbad\n", arguments(HOUR, "--summary=json"));
        assertEquals(1, run.code());
        List<String> said = run.err().lines().toList();
        assertTrue(said.get(0).startsWith("dedup: standard input:2: "), run.err());
        assertEquals("incomplete", parse(said.get(1)).get("ending"));
        assertEquals(2, said.size());
    }

    /** One object on one line, with values of three types. */
    private static Map<String, Object> parse(String text) {
        assertEquals(1, text.lines().count(), text);
        Map<String, Object> fields = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            assertEquals(JsonToken.START_OBJECT, json.nextToken());
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                Object value = switch (json.nextToken()) {
                    case VALUE_STRING -> json.getText();
                    case VALUE_NUMBER_INT -> json.getLongValue();
                    case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
                    case VALUE_TRUE -> true;
                    case VALUE_FALSE -> false;
                    default -> throw new AssertionError(text);
                };
                assertEquals(null, fields.put(name, value), name + " is there twice");
            }
            assertEquals(null, json.nextToken());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return fields;
    }
}
