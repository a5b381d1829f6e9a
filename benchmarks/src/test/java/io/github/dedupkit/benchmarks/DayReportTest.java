package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is printed, and what passes. */
class DayReportTest {
    private static final double PROBABILITY = 7.1e-12;

    @Test
    void text() {
        String[] lines = report(new DayTally(950_000_000, 4_000, 50_000_000, 1, 2, 3, 80_000_000_000L), PROBABILITY)
                .text()
                .split(System.lineSeparator(), -1);
        assertEquals(5, lines.length);
        assertEquals(
                "day: 1,000,000,000 events in 20s of event time; window 10s, lateness 1s, tick 125ms, disorder up to"
                        + " 749ms, seed 1",
                lines[0]);
        assertEquals(
                "truth: 950,000,000 first seen, 4,000 of them again after the window; 50,000,000 duplicates", lines[1]);
        assertTrue(lines[2].startsWith("time: 50.0 s, 20.0 million ids/s,"), lines[2]);
        assertTrue(
                lines[2].endsWith("80 % of it in the store (table, bits keys, 2 threads, batches of 128)"), lines[2]);
        assertEquals(
                "memory: store 5,754,332 bytes, 11.0 for each of 523,121 retained keys, process at its peak unknown",
                lines[3]);
        assertEquals(
                "lost=1 admitted=2 late=3; expected to be lost 0.0067, by chance up to 2; to be admitted 0.0, up to 0",
                lines[4]);
    }

    @Test
    void forPrograms() {
        Map<String, Object> fields =
                report(new DayTally(950, 4, 50, 1, 2, 3, 8), PROBABILITY).fields();
        assertEquals(1_000L, fields.get("events"));
        assertEquals(950L, fields.get("first_seen"));
        assertEquals(4L, fields.get("stale"));
        assertEquals(1L, fields.get("lost"));
        assertEquals(2L, fields.get("admitted"));
        assertEquals(3L, fields.get("late"));
        assertEquals(50_000L, fields.get("millis"));
        assertEquals(20L, fields.get("ids_per_second"));
        assertEquals(OptionalLong.of(5_754_332), fields.get("store_bytes"));
        assertEquals(OptionalLong.empty(), fields.get("peak_bytes"));
        assertEquals("table", fields.get("store"));
        assertEquals("bits", fields.get("keys"));
        assertEquals(Map.of(), fields.get("promises"));
        assertFalse(report(new DayTally(950, 4, 50, 1, 2, 3, 8), PROBABILITY).isRight());
    }

    @Test
    void thePeakIsPrintedWhereItIsKnown() {
        DayReport unknown = report(new DayTally(9, 0, 1, 0, 0, 0, 0), 0);
        DayReport known = new DayReport(
                unknown.run(), "table", unknown.outcome(), 0, 0, OptionalLong.empty(), OptionalLong.of(1_234_567));
        assertTrue(known.text().contains("memory: store unknown, process at its peak 1,234,567 bytes"), known.text());
        assertEquals(OptionalLong.of(1_234_567), known.fields().get("peak_bytes"));
    }

    @Test
    void whatPasses() {
        assertTrue(isRight(0, 0, 0, PROBABILITY));
        assertTrue(isRight(2, 0, 0, PROBABILITY));
        assertFalse(isRight(3, 0, 0, PROBABILITY));
        assertFalse(isRight(0, 1, 0, PROBABILITY));
        assertFalse(isRight(0, 0, 1, PROBABILITY));
    }

    @Test
    void anExactStoreLosesNothing() {
        assertTrue(isRight(0, 0, 0, 0));
        assertFalse(isRight(1, 0, 0, 0));
    }

    /** A little more than six standard deviations where many are expected. */
    @Test
    void manyMayBeExpected() {
        assertTrue(isRight(10_500, 0, 0, 1e-5));
        assertFalse(isRight(10_600, 0, 0, 1e-5));
    }

    private static boolean isRight(long lost, long admitted, long late, double probability) {
        return report(new DayTally(1_000_000_000, 0, 50, lost, admitted, late, 0), probability)
                .isRight();
    }

    private static DayReport report(DayTally tally, double probability) {
        DayPlan plan = DayPlans.small(1_000_000);
        return new DayReport(
                new DayRun(plan, DayKeys.Kind.BITS, 2),
                "table",
                new DayRun.Outcome(tally, 50_000_000_000L),
                probability,
                0,
                OptionalLong.of(11 * plan.retainedKeys() + 1),
                OptionalLong.empty());
    }
}
