package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
