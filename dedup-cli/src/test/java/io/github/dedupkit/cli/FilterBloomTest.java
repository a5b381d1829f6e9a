package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store that drops new records at a probability that was asked for: it says how many, and keeps to it. */
@Timeout(120)
class FilterBloomTest {
    private static final Pattern EXPECTED_DROPS = Pattern.compile("\"expected_wrong_drops\":([0-9.E-]+)");

    private static Run bloom(String in, String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = "filter";
        arguments[1] = "--store=bloom";
        System.arraycopy(options, 0, arguments, 2, options.length);
        return Run.dedup(in, arguments);
    }

    private static String lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }

    @Test
    void dropsCopiesAndSaysWhatElseToExpect() {
        Run run = bloom(lines(0, 50_000) + lines(20_000, 50_000), "--expected=50000", "--false-positive=1e-9");
        assertEquals(0, run.code(), run.err());
        assertEquals(lines(0, 50_000), run.out());
        assertTrue(run.err().startsWith("read 80000 = first 50000 + replayed 0 + duplicate 30000 + "), run.err());
        assertTrue(run.err().contains("; store: bloom, 50000 keys in "), run.err());
        assertTrue(run.err().contains("; records to expect that were wrongly dropped: below 1e-4\n"), run.err());
        assertFalse(run.err().contains("chance"), run.err());
    }

    /** Distinct lines: what is dropped is dropped wrongly. Fixed keys, so the same number each time. */
    @ParameterizedTest
    @ValueSource(strings = {"0.1", "0.01", "0.001"})
    void dropsNoMoreThanItSays(String probability) {
        int keys = 200_000;
        String[] options = {"--expected=" + keys, "--false-positive=" + probability, "--trusted", "--summary=json"};
        Run run = bloom(lines(0, keys), options);
        assertEquals(0, run.code(), run.err());
        long dropped = keys - run.out().lines().count();
        double stated = expectedDrops(run);
        System.out.println(dropped + " of " + keys + " dropped, " + stated + " stated at " + probability);
        assertTrue(stated <= keys * Double.parseDouble(probability), stated + " stated, more than was asked for");
        assertTrue(dropped <= stated + 2 * Math.sqrt(stated), dropped + " dropped, " + stated + " stated");
        assertTrue(dropped >= stated / 10, "far more is stated than dropped: " + stated + ", " + dropped);
    }

    @Test
    void manyWrongDropsAreNamedWithTheWayOut() {
        Run run = bloom(lines(0, 100_000), "--expected=100000", "--false-positive=0.1");
        Matcher named = Pattern.compile("wrongly dropped: up to (\\d+\\.\\d); fewer with a lower --false-positive\n")
                .matcher(run.err());
        assertTrue(named.find(), run.err());
        assertTrue(
                Double.parseDouble(named.group(1))
                        >= 100_000 - run.out().lines().count(),
                run.err());
    }

    @Test
    void stopsWhereItIsFull() {
        Run run = bloom(lines(0, 2_000), "--expected=1000", "--false-positive=1e-9");
        assertEquals(1, run.code());
        assertEquals(lines(0, 1_000), run.out());
        assertTrue(
                run.err()
                        .startsWith(
                                "dedup: --expected 1000 is reached: the bloom store holds as many keys, and with more"
                                        + " it would drop new records at a higher probability than 1.0E-9; start again with a higher"
                                        + " --expected\nincomplete: read "),
                run.err());
        assertFalse(run.err().contains("evict"), run.err());
    }

    /** Ten keys a second, an hour: window, lateness and a tick hold 45,000 of the 72,000 of two hours. */
    @Test
    void aWindowForgetsAndTellsItsTick() {
        String records = IntStream.range(0, 72_000)
                .mapToObj(i -> i + "," + i / 10 + "\n")
                .collect(Collectors.joining());
        Run run = bloom(
                records + "71990,7200\n",
                "--expected=46000",
                "--false-positive=1e-9",
                "--delimiter=,",
                "--key=1",
                "--time=2",
                "--time-format=epoch-s",
                "--window=1h");
        assertEquals(0, run.code(), run.err());
        assertEquals(records, run.out());
        assertTrue(run.err().contains("\nwindow 1h, lateness 450s, tick 450s"), run.err());
        assertTrue(run.err().contains(" + duplicate 1 + late 0 + "), run.err());
    }

    private static double expectedDrops(Run run) {
        Matcher drops = EXPECTED_DROPS.matcher(run.err());
        assertTrue(drops.find(), run.err());
        return Double.parseDouble(drops.group(1));
    }
}
