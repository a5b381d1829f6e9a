package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code dedup filter --window} on a log as web servers write it, with broken clocks, and at the borders of a window. */
@Timeout(60)
class FilterTimeTest {
    private static final DateTimeFormatter APACHE =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final long FIRST_SECOND = 1_431_857_103; // 17/May/2015:10:05:03
    private static final String FUTURE = "19/Jan/2038:03:14:07";
    private static final String LAST_YEAR = "17/May/2014:10:05:03";
    private static final int LINES = 4000;

    private static final List<String> LOG = log();

    /** Four days; within a minute in no order, as the requests ended; every tenth line again within two days. */
    private static List<String> log() {
        Random random = new Random(2015);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            if (i > 0 && random.nextInt(10) == 0) {
                String again = lines.get(random.nextInt(i));
                String now = APACHE.format(Instant.ofEpochSecond(FIRST_SECOND + 86L * i));
                lines.add(again.replaceFirst("\\[[^ ]*", "[" + now));
            } else {
                lines.add(line(FIRST_SECOND + 86L * i + random.nextInt(60), "/page/" + i));
            }
        }
        return lines;
    }

    private static String line(long second, String page) {
        return line(APACHE.format(Instant.ofEpochSecond(second)), page);
    }

    private static String line(String time, String page) {
        return "83.149.9.216 - - [" + time + " +0000] \"GET " + page + " HTTP/1.1\" 200 203023\n";
    }

    private static Run filter(List<String> lines) {
        return Run.dedup(
                String.join("", lines),
                "filter",
                "--delimiter= ",
                "--key=7",
                "--time=4",
                "--time-format='['dd/MMM/yyyy:HH:mm:ss",
                "--window=24h",
                "--lateness=10m");
    }

    static Stream<Arguments> broken() {
        List<Integer> everyHundredth =
                Stream.iterate(50, at -> at < LINES, at -> at + 100).toList();
        return Stream.of(FUTURE, LAST_YEAR)
                .flatMap(time -> Stream.of(
                        arguments(time, List.of(LINES / 2)),
                        arguments(time, List.of(0)),
                        arguments(time, List.of(0, 0)),
                        arguments(time, List.of(1)),
                        arguments(time, List.of(LINES)),
                        arguments(time, List.of(LINES - 1, LINES)),
                        arguments(time, List.of(700, 700, 700)),
                        arguments(time, List.of(700, 701, 702, 703, 704)),
                        arguments(time, List.of(0, LINES / 2, LINES)),
                        arguments(time, everyHundredth)));
    }

    /** All other lines are judged as without them. */
    @ParameterizedTest
    @MethodSource("broken")
    void brokenClocksHarmNoOtherLine(String time, List<Integer> places) {
        Run alone = filter(LOG);
        assertTrue(alone.err().contains(" + late 0 + ") && !alone.err().contains("ahead"), alone.err());
        assertTrue(alone.out().lines().count() < LINES - 100, "a log without copies tests nothing");

        List<String> lines = new ArrayList<>(LOG);
        for (int i = places.size() - 1; i >= 0; i--) {
            lines.add(places.get(i), line(time, "/broken/" + i));
        }
        Run run = filter(lines);
        List<String> kept = run.out().lines().toList();
        assertEquals(
                alone.out().lines().toList(),
                kept.stream().filter(line -> !line.contains("/broken/")).toList());
        assertEquals(
                places.size(),
                kept.stream().filter(line -> line.contains("/broken/")).count(),
                "nothing is dropped");
        if (time.equals(LAST_YEAR)) {
            long atTop = places.stream().filter(place -> place == 0).count();
            assertTrue(run.err().contains(" + late " + (places.size() - atTop) + " + "), run.err());
        } else {
            long believed = places.contains(LINES) ? 1 : 0;
            long ahead = places.size() - believed;
            assertEquals(ahead > 0, run.err().contains("and so not judged: " + ahead), run.err());
        }
    }

    /** W apart is a copy; a tick and a millisecond more is not. Wherever the tick begins, and before 1970 too. */
    @ParameterizedTest
    @CsvSource({
        "0, 3600000, false",
        "0, 3660001, true",
        "59999, 3600000, false",
        "59999, 3660001, true",
        "-7200001, 3600000, false",
        "-7200001, 3660001, true",
        "-1, 3600000, false",
        "-1, 3660001, true",
        "-62167219200000, 3600000, false",
        "-62167219200000, 3660001, true",
        "253402300799999, -3600000, false"
    })
    void theBorderOfTheWindow(long time, long distance, boolean isNew) {
        for (String store : new String[] {"table", "caffeine"}) {
            Run run = Run.dedup(
                    "k," + time + "\nk," + (time + distance) + "\n",
                    "filter",
                    "--store=" + store,
                    "--delimiter=,",
                    "--key=1",
                    "--time=2",
                    "--time-format=epoch-ms",
                    "--window=1h",
                    "--lateness=1h");
            assertEquals(0, run.code(), run.err());
            assertEquals(isNew ? 2 : 1, run.out().lines().count(), run.err());
        }
    }

    /** L behind the newest record is judged, a millisecond more is late. */
    @ParameterizedTest
    @CsvSource({"3600000", "3600001", "3659999", "0", "-60000", "-59999", "1431857103000"})
    void theBorderOfTheLateness(long newest) {
        for (String store : new String[] {"table", "caffeine"}) {
            String in = Stream.of("a", "b", "c", "d")
                    .map(key -> key + "," + newest + "\n")
                    .collect(Collectors.joining());
            Run run = Run.dedup(
                    in + "e," + (newest - 60_000) + "\nf," + (newest - 60_001) + "\n",
                    "filter",
                    "--store=" + store,
                    "--delimiter=,",
                    "--key=1",
                    "--time=2",
                    "--time-format=epoch-ms",
                    "--window=1h");
            assertTrue(run.err().startsWith("read 6 = first 5 + replayed 0 + duplicate 0 + late 1"), run.err());
        }
    }

    /** After a gap, what is equal to a record before it is new, in the last line too, and what is equal within it is not. */
    @Test
    void gapsAreJudgedExactly() {
        String before = "a,0\nb,1\nc,2\na,3\n";
        String gap = "a,100000\nb,100001\na,100002\nb,100003\n";
        String another = "a,900000";
        Run run = Run.dedup(
                before + gap + another,
                "filter",
                "--delimiter=,",
                "--key=1",
                "--time=2",
                "--time-format=epoch-s",
                "--window=1h");
        assertEquals("a,0\nb,1\nc,2\na,100000\nb,100001\na,900000", run.out());
        assertTrue(
                run.err().startsWith("read 9 = first 6 + replayed 0 + duplicate 3 + late 0 + rejected 0"), run.err());
    }

    /** Held records cross blocks and files, keep their order, and their bytes. */
    @Test
    void heldRecordsSurviveTheirBlock() {
        String sparse = Stream.iterate(0, i -> i + 1)
                .limit(500)
                .map(i -> "key" + i % 7 + "," + 9999L * i + (i % 3 == 0 ? "\r\n" : "\n"))
                .collect(Collectors.joining());
        List<String> options = List.of("--delimiter=,", "--key=1", "--time=2", "--time-format=epoch-s", "--window=1h");
        for (int block : new int[] {1, 7, 64, 1 << 17}) {
            Run run = Run.filter(new FilterLimits(block, 1000), new ByteArrayInputStream(Run.bytes(sparse)), options);
            assertEquals(sparse, run.out(), "every record is more than a window after the one before");
        }
    }
}
