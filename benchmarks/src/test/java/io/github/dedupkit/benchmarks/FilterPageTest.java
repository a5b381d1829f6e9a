package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Holds docs/filters.md to its arithmetic, and to the tables as the command prints them. */
class FilterPageTest {
    private static final Path PAGE = Path.of("..", "docs", "filters.md");

    /** The cells of a table's lines, given its first lines. */
    private static List<String> lines(String head) throws IOException {
        String page = Files.readString(PAGE);
        assertTrue(page.contains("\n" + head), "the page has no table that begins with " + head);
        String rest = page.substring(page.indexOf("\n" + head) + 1 + head.length());
        return rest.lines().takeWhile(line -> line.startsWith("|")).toList();
    }

    private static double cell(String line, int number) {
        return Double.parseDouble(line.split("\\|", -1)[number].strip().replace(",", ""));
    }

    /** A line follows from its probability and its bits. */
    @Test
    void theMonthAddsUp() throws IOException {
        List<String> lines = lines(FilterMonth.HEAD);
        assertTrue(lines.size() >= 3, lines.toString());
        for (String line : lines) {
            assertEquals(new FilterMonth(cell(line, 1), cell(line, 2)).line(), line);
        }
    }

    /** The filters of the month are those that were measured. */
    @Test
    void theMonthIsOfTheMeasuredFilters() throws IOException {
        List<Double> measured = new ArrayList<>();
        for (String line : lines(FilterReport.SUMMARY_HEAD)) {
            assertTrue(cell(line, 6) <= cell(line, 2), line); // stated, asked for
            measured.add(cell(line, 5));
        }
        for (String line : lines(FilterMonth.HEAD)) {
            assertTrue(measured.contains(cell(line, 2)), line);
        }
    }

    /** Worked out by hand: 28.8 bits and a thousandth. */
    @Test
    void aMonthByHand() {
        FilterMonth month = new FilterMonth(1e-3, 28.8);
        assertEquals(108, month.gigabytes(), 1e-9); // 3e10 x 28.8 / 8
        assertEquals(3, month.machines()); // of 48 GB
        assertEquals(1e6, month.droppedADay(), 1e-6);
        assertEquals(11.574 + 609.16, month.readsASecond(), 0.01);
        assertEquals("| 1.0e-03 | 28.8 | 108 GB | 3 | 1,000,000 | 621 |", month.line());
    }

    @Test
    void theFiguresInTheText() throws IOException {
        String page = Files.readString(PAGE);
        double newASecond = FilterMonth.KEYS_A_DAY / 86_400;
        double duplicatesASecond = new FilterMonth(0, 1).readsASecond();
        for (double figure : new double[] {newASecond, duplicatesASecond, newASecond + duplicatesASecond}) {
            String text = String.format(Locale.ROOT, "%,.0f", figure);
            assertTrue(page.contains(" " + text), text);
        }
        double keys = FilterMonth.KEYS_A_DAY * FilterMonth.DAYS;
        String disk = String.format(
                Locale.ROOT, "30 to 41 bytes a key: %.0f GB to %.1f TB", keys * 30 / 1e9, keys * 41 / 1e12);
        assertTrue(page.contains(disk), disk);
    }
}
