package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.ContentionRun.Figure;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentionRunTest {
    @ParameterizedTest
    @CsvSource({"ONE, TABLE, 1", "ZIPF, TABLE, 16", "ZIPF, WIDE, 1", "ONE, WIDE, 16"})
    void everyCallIsMeasuredAndEveryVerdictIsRight(ContentionKeys keys, DayStore store, int batch) throws Exception {
        ContentionRun run = new ContentionRun(List.of(2, 4), keys, store, batch, 1, 1);
        List<Figure> figures = run.measure();
        assertEquals(List.of(2, 4), figures.stream().map(Figure::threads).toList());
        for (Figure figure : figures) {
            assertEquals(0, figure.wrong());
            assertEquals(figure.events(), batch * figure.calls().getTotalCount());
            assertTrue(figure.events() > 0 && figure.nanos() >= 1_000_000_000L, figure.toString());
        }
    }

    @Test
    void theMedianOfTheRoundsDecides() {
        ContentionRun run = new ContentionRun(List.of(2, 16), ContentionKeys.ONE, DayStore.TABLE, 1, 1, 3);
        ContentionReport enough = new ContentionReport(run, figures(0, 100, 90, 100, 50, 100, 10));
        assertEquals(0.5, enough.ratio(16), 1e-9);
        assertTrue(enough.isRight(), enough.text());
        assertFalse(new ContentionReport(run, figures(0, 100, 90, 100, 49, 100, 10)).isRight());
        assertFalse(new ContentionReport(run, figures(1, 100, 90, 100, 50, 100, 10)).isRight());
    }

    @Test
    void ofTwoRoundsTheMeanDecides() {
        ContentionRun run = new ContentionRun(List.of(2, 16), ContentionKeys.ONE, DayStore.TABLE, 1, 1, 2);
        assertEquals(0.5, new ContentionReport(run, figures(0, 100, 70, 100, 30)).ratio(16), 1e-9);
    }

    @Test
    void forPrograms() throws Exception {
        ContentionRun run = new ContentionRun(List.of(2, 16), ContentionKeys.ZIPF, DayStore.WIDE, 8, 3, 2);
        Map<String, @Nullable Object> fields = BenchJsonReader.object(
                BenchJson.line(new ContentionReport(run, figures(1, 100, 70, 100, 30)).fields()));
        assertEquals("wide", fields.get("store"));
        assertEquals("zipf", fields.get("keys"));
        assertEquals(8L, fields.get("batch"));
        assertEquals(3L, fields.get("seconds_each"));
        assertEquals(4L, fields.get("wrong"));
        Map<String, @Nullable Object> many =
                BenchJsonReader.objects(fields, "results").get(1);
        assertEquals(16L, many.get("threads"));
        assertEquals(50L, many.get("events_per_second"));
        assertEquals(0.5, many.get("ratio"));
        assertEquals(2L, many.get("calls"));
        assertEquals(50L, many.get("call_p99.9_nanos"));
    }

    /** Rounds of two threads and of sixteen in turn. */
    private static List<Figure> figures(long wrong, long... events) {
        Histogram calls = new Histogram(2);
        calls.recordValue(50);
        Figure[] figures = new Figure[events.length];
        Arrays.setAll(figures, i -> new Figure(i % 2 == 0 ? 2 : 16, events[i], wrong, 1_000_000_000, calls));
        return List.of(figures);
    }

    /** By Zipf's law with an exponent of 1.2 over 100,000 keys, the first is 0.21 of all, and 2.3 times the second. */
    @Test
    void zipfsLaw() {
        int[] schedule = ContentionKeys.ZIPF.schedule();
        double first = Arrays.stream(schedule).filter(number -> number == 0).count();
        double second = Arrays.stream(schedule).filter(number -> number == 1).count();
        assertEquals(0.21, first / schedule.length, 0.02);
        assertEquals(Math.pow(2, 1.2), first / second, 0.15);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--threads 64; --threads 64 leaves nothing to compare with; give two different numbers or more",
                "--threads 2,2; --threads 2,2 has a number twice; give each once",
                "--threads 2,4,2; --threads 2,4,2 has a number twice; give each once",
                "--threads 2,0; --threads 0 is out of bounds; give 1 to 1024",
                "--threads 2,1025; --threads 1025 is out of bounds; give 1 to 1024",
                "--batch 0; --batch 0 is out of bounds; give 1 to 65536",
                "--seconds 0; --seconds 0 is out of bounds; give 1 to 3600",
                "--rounds 0; --rounds 0 is out of bounds; give 1 to 1000",
                "--keys two; Invalid value for option '--keys'"
            })
    void badUsage(String arguments, String message) {
        BenchCommands.assertRefused(message, ("contention " + arguments).split(" ", -1));
    }
}
