package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The truth that the workload tells is the truth, and the workload is what its comment says. */
class HotPathWorkloadTest {
    private static final long WINDOW = HotPathWorkload.WINDOW_MILLIS;

    @ParameterizedTest
    @CsvSource({"2, 1", "1000, 1", "20000, 1", "20000, 0", "300000, 5"})
    void aDuplicateRepeatsAnIdOfTheLastHalfWindow(long retained, int latenessTicks) {
        HotPathWorkload workload = new HotPathWorkload(retained, latenessTicks, 1);
        Map<Long, Long> seen = new HashMap<>();
        long newIds = 0;
        long duplicates = 0;
        int halves = 0;
        for (long event = 0; event < 400_000; event++) {
            long id = workload.id(event);
            if (workload.isDuplicate(event)) {
                assertTrue(seen.containsKey(id), "event " + event + " repeats " + id);
                assertTrue(newIds - id <= Math.max(1, retained / 2), "event " + event + " repeats " + id);
                assertTrue(workload.timestamp(event) - seen.get(id) <= WINDOW, "event " + event);
                halves += newIds - id > retained / 4 ? 1 : 0;
                duplicates++;
            } else {
                assertEquals(newIds, id);
                seen.put(id, workload.timestamp(event));
                newIds++;
            }
        }
        assertEquals(400_000 / 20, duplicates);
        assertTrue(
                retained != 20_000 || (halves > duplicates * 2 / 5 && halves < duplicates * 3 / 5),
                "uniform? " + halves);
    }

    @Test
    void oneIdExpiresPerIdInserted() {
        HotPathWorkload workload = new HotPathWorkload(19_000, 0, 1);
        for (long event = 0; event < 40_000; event++) {
            assertEquals(WINDOW, workload.timestamp(event + 20_000) - workload.timestamp(event), "event " + event);
            long inserted = newIds(workload, event + 20_000) - newIds(workload, event);
            assertTrue(Math.abs(inserted - 19_000) <= 1, inserted + " after event " + event);
        }
    }

    private static long newIds(HotPathWorkload workload, long event) {
        return workload.id(workload.isDuplicate(event) ? event - 1 : event);
    }

    @Test
    void oneEventInTwentyIsOutOfOrderByUpToTheLateness() {
        HotPathWorkload ordered = new HotPathWorkload(20_000, 0, 1);
        HotPathWorkload workload = new HotPathWorkload(20_000, 1, 1);
        int displaced = 0;
        long most = 0;
        for (long event = 0; event < 400_000; event++) {
            long by = ordered.timestamp(event) - workload.timestamp(event);
            assertTrue(by >= 0 && by <= workload.latenessMillis(), "event " + event + " by " + by);
            displaced += by > 0 ? 1 : 0;
            most = Math.max(most, by);
        }
        assertEquals(20_000, displaced, 600);
        assertTrue(most > workload.latenessMillis() * 99 / 100, "at most " + most);
    }

    /**
     * Whatever the threads' pace, an event meets no watermark that makes it late, and a duplicate repeats what has been
     * judged.
     */
    @Test
    void threadsMayTakeTheirEventsInAnyOrder() {
        int threads = 2;
        HotPathWorkload workload = new HotPathWorkload(500_000, 20, threads);
        long stretch = (long) threads * HotPathWorkload.CHUNK;
        long newBefore = 0;
        for (long start = workload.fill(); start < workload.fill() + 4 * stretch; start += stretch) {
            long highest = 0;
            long lowest = Long.MAX_VALUE;
            newBefore = newIds(workload, start);
            for (long event = start; event < start + stretch; event++) {
                highest = Math.max(highest, workload.timestamp(event));
                lowest = Math.min(lowest, workload.timestamp(event));
                assertTrue(!workload.isDuplicate(event) || workload.id(event) < newBefore, "event " + event);
            }
            assertTrue(lowest >= highest - workload.latenessMillis(), "late by " + (highest - lowest));
        }
        assertFalse(newBefore == 0);
    }

    @ParameterizedTest
    @CsvSource({"0.006, 167", "0.05, 20", "0.5, 2", "0.3, 3"})
    void oneEventInABlockIsARepeat(double duplicates, int block) {
        HotPathWorkload workload =
                workload(20_000, 1, new HotPathTraffic(duplicates, HotPathLag.HALF_WINDOW, 0, 0, HotPathOrigins.KEPT));
        int events = 1_002 * block;
        long repeats = LongStream.range(0, events).filter(workload::isRepeat).count();
        assertEquals(1_002, repeats);
        assertEquals(events - 1_002L, workload.id(events));
    }

    @ParameterizedTest
    @EnumSource(HotPathLag.class)
    void aRepeatComesAtItsLag(HotPathLag lag) {
        HotPathTraffic traffic = new HotPathTraffic(0.05, lag, 0.5, 0, HotPathOrigins.KEPT);
        HotPathWorkload workload = workload(20_000, 1, traffic);
        Map<Long, Long> first = new HashMap<>();
        Set<Long> again = new HashSet<>();
        int atExactLag = 0;
        for (long event = 0; event < workload.fill(); event++) {
            long id = workload.id(event);
            if (!workload.isRepeat(event)) {
                first.put(id, workload.timestamp(event));
                continue;
            }
            long by = workload.timestamp(event) - first.getOrDefault(id, Long.MAX_VALUE);
            if (lag.isExact()) {
                atExactLag += by == lag.exactMillis ? 1 : 0;
                assertTrue(by == lag.exactMillis || by <= WINDOW / 2 + workload.latenessMillis(), "by " + by);
            } else {
                long most = lag == HotPathLag.SECONDS ? 10_000 : WINDOW / 2;
                assertTrue(Math.abs(by) <= most + workload.latenessMillis() + 1_000, "by " + by);
            }
            assertTrue(workload.isDuplicate(event) || again.add(id), id + " is new a third time");
            assertEquals(lag == HotPathLag.W_PLUS_2G && by > WINDOW, !workload.isDuplicate(event), "by " + by);
        }
        assertEquals(lag.isExact(), atExactLag > 100, atExactLag + " at the exact lag");
    }

    @Test
    void hotEventsRepeatFewIds() {
        HotPathTraffic traffic = new HotPathTraffic(0.5, HotPathLag.SECONDS, 0, 0.2, HotPathOrigins.KEPT);
        HotPathWorkload workload = workload(100_000, 1, traffic);
        Map<Long, Integer> repeats = new HashMap<>();
        int events = 200_000; // a window, so four sets of hot ids
        for (long event = events; event < 2L * events; event++) {
            if (workload.isRepeat(event)) {
                assertTrue(workload.isDuplicate(event));
                repeats.merge(workload.id(event), 1, Integer::sum);
            }
        }
        List<Integer> hot =
                repeats.values().stream().filter(count -> count > 100).toList();
        assertEquals(4 * HotPathTraffic.HOT_KEYS, hot.size());
        assertEquals(0.2 * events, hot.stream().mapToInt(Integer::intValue).sum(), 0.01 * events);
    }

    @ParameterizedTest
    @CsvSource({"0", "0.05", "0.5"})
    void disorderIsAShare(double disorder) {
        HotPathTraffic traffic = new HotPathTraffic(0.05, HotPathLag.HALF_WINDOW, disorder, 0, HotPathOrigins.KEPT);
        HotPathWorkload ordered = new HotPathWorkload(20_000, 0, 1);
        HotPathWorkload workload = workload(20_000, 5, traffic);
        long displaced = LongStream.range(0, 100_000)
                .filter(event -> workload.timestamp(event) < ordered.timestamp(event))
                .count();
        assertEquals(disorder * 100_000, (double) displaced, 600);
    }

    @Test
    void originsDifferButForRedeliveriesOfWhatIsConfirmed() {
        HotPathTraffic traffic = new HotPathTraffic(0.05, HotPathLag.HALF_WINDOW, 0.05, 0, HotPathOrigins.CONFIRMED);
        HotPathWorkload workload = workload(600_000, 1, traffic);
        Map<Long, Long> eventByOrigin = new HashMap<>();
        int redelivered = 0;
        for (long event = 0; event < 700_000; event++) {
            Long earlier = eventByOrigin.putIfAbsent(workload.origin(event), event);
            if (earlier != null) {
                assertEquals(workload.id(earlier), workload.id(event));
                assertTrue(workload.isRedelivery(event) && !workload.isRepeat(earlier), "event " + event);
                assertTrue(event - earlier > 2L * HotPathWorkload.CHUNK, "event " + event + " repeats " + earlier);
                redelivered++;
            }
        }
        assertTrue(redelivered > 5_000, "redelivered " + redelivered);
        HotPathWorkload kept = new HotPathWorkload(600_000, 1, 1);
        assertEquals(
                700_000,
                LongStream.range(0, 700_000).map(kept::origin).distinct().count());
    }

    @Test
    void sharesThatTheWorkloadDoesNotHaveAreRefused() {
        assertRefused("duplicates 0.6", () -> traffic(0.6, 0, 0));
        assertRefused("duplicates 0.0", () -> traffic(0, 0, 0));
        assertRefused("duplicates NaN", () -> traffic(Double.NaN, 0, 0));
        assertRefused("disorder 0.7", () -> traffic(0.05, 0.7, 0));
        assertRefused("hot 0.06", () -> traffic(0.05, 0.05, 0.06));
        assertRefused("latenessTicks 31", () -> new HotPathWorkload(20_000, 31, 1));
        assertRefused("latenessTicks -1", () -> new HotPathWorkload(20_000, -1, 1));
        HotPathTraffic exact = new HotPathTraffic(0.05, HotPathLag.W_MINUS_G, 0.05, 0, HotPathOrigins.KEPT);
        assertRefused("retained 1000 is too few", () -> workload(1_000, 30, exact));
        assertRefused("retained 20000 is too few", () -> workload(20_000, 0, exact));
        HotPathTraffic again = new HotPathTraffic(0.05, HotPathLag.W_PLUS_2G, 0.05, 0, HotPathOrigins.KEPT);
        assertRefused(
                "retained 20000 is too few for the map",
                () -> workload(20_000, 1, again).requireForgotten("the map", 1));
        workload(2_000_000, 1, again).requireForgotten("the map", 1);
        assertRefused(
                "retain 3932160 or more", () -> workload(2_000_000, 1, again).requireForgotten("the filter", 2));
    }

    private static HotPathTraffic traffic(double duplicates, double disorder, double hot) {
        return new HotPathTraffic(duplicates, HotPathLag.HALF_WINDOW, disorder, hot, HotPathOrigins.KEPT);
    }

    private static HotPathWorkload workload(long retained, int latenessTicks, HotPathTraffic traffic) {
        return new HotPathWorkload(retained, latenessTicks, 1, traffic);
    }

    private static void assertRefused(String message, Executable refused) {
        String refusal = assertThrows(IllegalArgumentException.class, refused).toString();
        assertTrue(refusal.contains(message), refusal);
    }

    @Test
    void tooFewIdsForTheThreadsAreRefused() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> new HotPathWorkload(1_000_000, 1, 2));
        assertTrue(refusal.toString().contains(": retained 1000000 is too few for 2 threads"), refusal.toString());
        assertThrows(IllegalArgumentException.class, () -> new HotPathWorkload(1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new HotPathWorkload(200_000, 100, 2));
    }

    @Test
    void theWindowIsFullBeforeAnythingIsMeasured() {
        HotPathWorkload workload = new HotPathWorkload(20_000, 1, 1);
        assertEquals(0, workload.fill() % HotPathWorkload.CHUNK);
        assertTrue(workload.timestamp(workload.fill()) - workload.timestamp(0)
                > WINDOW + workload.latenessMillis() + HotPathWorkload.TICK_MILLIS);
        assertEquals(20_000 + 667, workload.held());
    }
}
