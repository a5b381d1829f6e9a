package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real table makes no mistake, and each mistake of a broken one is counted. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DayRunTest {
    private static final long EVENTS = 1_000_000;

    /** 1 s of window is 50,000 events: a million are twenty windows. */
    private static final DayPlan PLAN =
            new DayPlan(DayPlans.stream(EVENTS, 3), DayPlans.seconds(1, 1), 64, Duration.ofMillis(400));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void theTableIsRight(int threads) throws InterruptedException {
        DayTally tally = tally(PLAN, threads, table(PLAN));
        assertEquals(0, tally.lost());
        assertEquals(0, tally.admitted());
        assertEquals(0, tally.late());
        assertEquals(EVENTS, tally.events());
        assertTrue(tally.duplicates() > 45_000 && tally.stale() > 15_000, tally.toString());
        DayTally truth = truth(PLAN);
        assertEquals(truth.firstSeen(), tally.firstSeen());
        assertEquals(truth.stale(), tally.stale());
    }

    @ParameterizedTest
    @CsvSource({"100, 1, 1000", "10, 2, 128", "1, 1, 7", "3600, 60, 512"})
    void theTableIsRightWithOtherWindows(long window, long lateness, int batch) throws InterruptedException {
        DayPlan plan = new DayPlan(DayPlans.stream(EVENTS, window), DayPlans.seconds(window, lateness), batch, null);
        DayTally tally = tally(plan, 2, table(plan));
        assertEquals(0, tally.lost() + tally.admitted() + tally.late(), tally.toString());
        assertTrue(tally.duplicates() > 30_000, tally.toString());
    }

    @ParameterizedTest
    @EnumSource(DayKeys.Kind.class)
    void keysOfEveryKind(DayKeys.Kind keys) throws InterruptedException {
        DayTally tally = new DayRun(PLAN, keys, 2)
                .stream(table(PLAN), BenchProgress.none()).tally();
        assertEquals(0, tally.lost() + tally.admitted() + tally.late(), tally.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "FIRST_SEEN, DUPLICATE, 1000000, 1",
        "FIRST_SEEN, DUPLICATE, 300, 2",
        "DUPLICATE, FIRST_SEEN, 40000, 1",
        "DUPLICATE, FIRST_SEEN, 300, 2",
        "FIRST_SEEN, TOO_LATE, 700000, 1",
        "DUPLICATE, TOO_LATE, 300, 3"
    })
    void everyWrongVerdictIsCounted(Verdict right, Verdict wrong, long oneIn, int threads) throws InterruptedException {
        DayPlan plan =
                new DayPlan(DayPlans.stream(EVENTS + 100_000, 3), DayPlans.seconds(1, 1), 64, Duration.ofMillis(400));
        DayStores.Lying store = new DayStores.Lying(table(plan), right, wrong, oneIn);
        DayTally tally = tally(plan, threads, store);
        assertTrue(store.lies.get() > 0);
        assertEquals(wrong == Verdict.DUPLICATE ? store.lies.get() : 0, tally.lost());
        assertEquals(wrong == Verdict.FIRST_SEEN ? store.lies.get() : 0, tally.admitted());
        assertEquals(wrong == Verdict.TOO_LATE ? store.lies.get() : 0, tally.late());
    }

    @Test
    void everyDuplicateOfAForgottenKeyIsAdmitted() throws InterruptedException {
        DayStores.Forgetful store = new DayStores.Forgetful(table(PLAN), 5_000);
        DayEvents events = new DayEvents(PLAN);
        DayKeys keys = new DayKeys(DayKeys.Kind.BITS);
        EventBatch key = new EventBatch(1);
        long admitted = 0;
        for (long event = 0; event < EVENTS; event++) {
            long truth = events.truth(event);
            if (truth < 0) {
                key.clear();
                keys.add(key, DayEvents.key(truth), 0, 0);
                admitted += store.forgets(key.keyLow(0)) ? 1 : 0;
            }
        }
        DayTally tally = tally(PLAN, 2, store);
        assertTrue(admitted > 0);
        assertEquals(admitted, tally.admitted());
        assertEquals(0, tally.lost() + tally.late(), tally.toString());
    }

    @Test
    void aStoreThatFailsEndsTheRun() {
        DeduplicationStore failing = new DayStores.Other(table(PLAN)) {
            @Override
            public void markSeen(EventBatch batch) {
                if (batch.timestamp(0) > DayPlan.START + 1_000) {
                    throw new StoreUnavailableException("no room");
                }
                store.markSeen(batch);
            }
        };
        StoreUnavailableException thrown = assertThrows(StoreUnavailableException.class, () -> tally(PLAN, 4, failing));
        assertEquals("no room", thrown.getMessage());
    }

    @Test
    void anItemLeftUnjudgedIsAnError() {
        DeduplicationStore silent = new DayStores.Other(table(PLAN)) {
            @Override
            public void markSeen(EventBatch batch) {}
        };
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> tally(PLAN, 2, silent));
        assertTrue(String.valueOf(thrown.getMessage()).contains("unjudged"), thrown.toString());
    }

    @Test
    void threadsAreBounded() {
        for (int threads : new int[] {0, -1, 1025}) {
            BenchException refused =
                    assertThrows(BenchException.class, () -> new DayRun(PLAN, DayKeys.Kind.BITS, threads));
            assertEquals("--threads " + threads + " is out of bounds; give 1 to 1024", refused.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource(DayKeys.Kind.class)
    void nothingIsAllocatedPerEvent(DayKeys.Kind keys) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        DayWorker worker = new DayWorker(PLAN, keys, new DayStores.Idle(table(PLAN)));
        long least = Long.MAX_VALUE;
        for (int batch = 0; batch < 4_000; ) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int last = batch + 500; batch < last; batch++) {
                worker.stream(batch);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < 500, least + " bytes for 32,000 events");
    }

    private static DayTally tally(DayPlan plan, int threads, DeduplicationStore store) throws InterruptedException {
        return new DayRun(plan, DayKeys.Kind.BITS, threads)
                .stream(store, BenchProgress.none()).tally();
    }

    private static DeduplicationStore table(DayPlan plan) {
        return DayStore.TABLE.open(plan.retention(), plan.expectedKeys());
    }

    /** The truth, told by nobody else. */
    private static DayTally truth(DayPlan plan) {
        DayEvents events = new DayEvents(plan);
        long duplicates = 0;
        long stale = 0;
        for (long event = 0; event < EVENTS; event++) {
            long truth = events.truth(event);
            duplicates += truth < 0 ? 1 : 0;
            stale += truth >= 0 && truth < event ? 1 : 0;
        }
        return new DayTally(EVENTS - duplicates, stale, duplicates, 0, 0, 0, 0);
    }
}
