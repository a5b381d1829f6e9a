package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.HotPathJudge.Bound;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class HotPathJudgeTest {
    private static final HotPathRow WIDE = HotPathRow.batch(HotPathTier.FINGERPRINT_WIDE.name());

    @SuppressWarnings("unused") // by @FieldSource
    private static final List<Bound> PROMISES =
            HotPathJudge.BOUNDS.stream().filter(bound -> bound.least() > 0).toList();

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void figuresThatKeepEveryPromiseAreOk() {
        assertEquals(HotPathJudge.OK, judge(good()));
        assertTrue(text().endsWith("hot path: ok" + System.lineSeparator()), text());
    }

    /** The slower row of the ratio is made quicker until just this promise, or one on the same row, is broken. */
    @ParameterizedTest
    @FieldSource("PROMISES")
    void eachPromiseIsHeld(Bound bound) {
        Map<HotPathRow, Double> figures = good();
        figures.put(bound.slow(), figures.getOrDefault(bound.fast(), Double.NaN) * bound.least() * 0.99);
        assertEquals(HotPathJudge.TOO_SLOW, judge(figures));
        String fast = bound.fast().toString();
        String slow = bound.slow().toString();
        assertTrue(
                text().lines()
                        .anyMatch(line -> line.stripLeading().startsWith(fast)
                                && line.contains("times as fast as " + slow)
                                && line.endsWith("BELOW")),
                text());
        assertTrue(text().contains("hot path: FAILED: "), text());
    }

    @ParameterizedTest
    @CsvSource({"50, 0", "150, 0", "151, 1"})
    void randomAccessIsTheMeasureOfABatch(double nanos, int code) {
        Map<HotPathRow, Double> figures = new HashMap<>();
        rows().forEach(row -> figures.put(row, row.name().startsWith("FINGERPRINT") ? nanos : 10_000));
        figures.put(HotPathRow.batch(HotPathRow.RANDOM_ACCESS), 50.0);
        assertEquals(code, judge(figures));
    }

    @Test
    void theMedianOfTheRoundsCounts() {
        HotPathJudge judge = new HotPathJudge(rows());
        Map<HotPathRow, Double> good = good();
        for (double factor : new double[] {1, 1_000, 0.9, 1.1, 0.001}) {
            good.forEach((row, nanos) ->
                    judge.enter(row, figure(row.equals(HotPathRow.single("CAFFEINE")) ? nanos * factor : nanos)));
        }
        assertEquals(HotPathJudge.OK, judge.judge(1, out()));
        assertTrue(text().contains("caffeine" + " ".repeat(56) + "    2000.0 ns     0.50 M/s"), text());
    }

    /** A rival that is slow in bursts only has a good median chunk: it must not pass for quick, nor must ours. */
    @Test
    void theWholeRunCountsAndTheChunkMedianIsShown() {
        Map<HotPathRow, Double> good = good();
        HotPathJudge judge = new HotPathJudge(rows());
        good.forEach((row, nanos) -> judge.enter(row, new HotPathFigure(nanos, nanos / 100)));
        assertEquals(HotPathJudge.OK, judge.judge(1, out()));
        assertTrue(text().contains("2000.0 ns     0.50 M/s   (chunk median 20.0 ns)"), text());

        HotPathJudge bursts = new HotPathJudge(rows());
        good.forEach((row, nanos) ->
                bursts.enter(row, new HotPathFigure(row.name().equals(WIDE.name()) ? nanos * 100 : nanos, nanos)));
        assertEquals(HotPathJudge.TOO_SLOW, bursts.judge(1, out()));
    }

    @Test
    void aRowThatFailedInOneRoundProvesNothing() {
        HotPathJudge judge = new HotPathJudge(rows());
        Map<HotPathRow, Double> good = good();
        good.forEach((row, nanos) -> judge.enter(row, figure(nanos)));
        good.forEach((row, nanos) -> {
            if (!row.name().equals("ROCKSDB_GET_PUT")) {
                judge.enter(row, figure(nanos));
            }
        });
        assertEquals(HotPathJudge.INCOMPLETE, judge.judge(1, out()));
        assertTrue(text().contains("nor these rows in every round: [rocksdb get put];"), text());
    }

    @Test
    void aMissingFigureProvesNothing() {
        Map<HotPathRow, Double> figures = good();
        figures.remove(HotPathRow.single("GUAVA_BLOOM"));
        assertEquals(HotPathJudge.INCOMPLETE, judge(figures));
        assertTrue(text().contains("PROVES NOTHING: 2 of"), text());
    }

    @Test
    void noFiguresProveNothing() {
        assertEquals(HotPathJudge.INCOMPLETE, judge(Map.of()));
    }

    @Test
    void aReportWithoutARowThatIsPromisedProvesNothing() {
        Map<HotPathRow, Double> figures = good();
        figures.remove(WIDE);
        HotPathJudge without = new HotPathJudge(new ArrayList<>(figures.keySet()));
        figures.forEach((row, nanos) -> without.enter(row, figure(nanos)));
        assertEquals(HotPathJudge.INCOMPLETE, without.judge(1, out()));
    }

    @Test
    void everyPromiseIsMeasured() {
        List<HotPathRow> measured = HotPathRow.all();
        assertEquals(measured.size(), new HashSet<>(measured).size(), measured.toString());
        for (Bound bound : HotPathJudge.BOUNDS) {
            assertTrue(measured.contains(bound.fast()), bound.toString());
            assertTrue(measured.contains(bound.slow()), bound.toString());
        }
        for (HotPathTier tier : HotPathTier.values()) {
            assertTrue(measured.stream().anyMatch(row -> row.name().equals(tier.name())), tier.name());
        }
    }

    @Test
    void aRowIsNamedByWhatMatters() {
        HotPathRow batch = HotPathRow.batch("FINGERPRINT_NARROW");
        assertEquals("fingerprint narrow, batches of 256, 4 KiB pages", batch.toString());
        assertEquals(
                "fingerprint narrow, batches of 256, keyed, huge pages",
                batch.keyed().onHugePages().toString());
        assertEquals("guava cache", HotPathRow.single("GUAVA_CACHE").toString());
    }

    @Test
    void anUnknownRowIsRefused() {
        HotPathJudge judge = new HotPathJudge(rows());
        assertThrows(IllegalArgumentException.class, () -> judge.enter(HotPathRow.single("UNKNOWN"), figure(1)));
    }

    /**
     * The table takes 40 ns in batches and 200 ns alone, the memory 20 ns, the rivals what just keeps every promise.
     */
    private static Map<HotPathRow, Double> good() {
        Map<HotPathRow, Double> figures = new HashMap<>();
        for (HotPathRow row : rows()) {
            figures.put(row, row.batch() == 1 ? 2_000.0 : 40.0);
        }
        figures.put(HotPathRow.batch(HotPathRow.RANDOM_ACCESS), 20.0);
        figures.put(HotPathRow.single("FINGERPRINT_NARROW"), 200.0);
        return figures;
    }

    private static HotPathFigure figure(double nanos) {
        return new HotPathFigure(nanos, nanos);
    }

    private static List<HotPathRow> rows() {
        List<HotPathRow> rows = new ArrayList<>(HotPathRow.all());
        if (!rows.contains(WIDE)) {
            rows.add(WIDE);
        }
        return rows;
    }

    private int judge(Map<HotPathRow, Double> figures) {
        HotPathJudge judge = new HotPathJudge(rows());
        figures.forEach((row, nanos) -> judge.enter(row, figure(nanos)));
        return judge.judge(1, out());
    }

    private PrintStream out() {
        return new PrintStream(printed, true, StandardCharsets.UTF_8);
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
