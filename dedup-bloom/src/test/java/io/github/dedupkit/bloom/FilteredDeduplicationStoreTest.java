package io.github.dedupkit.bloom;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.bloom.BloomStores.START;
import static io.github.dedupkit.bloom.BloomStores.TICK;
import static io.github.dedupkit.bloom.BloomStores.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.TieredDeduplicationStore;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the filter saves, what passes through, and what is refused. */
class FilteredDeduplicationStoreTest {
    private static final Retention RETENTION = BloomStores.retention(8, 4, 2);
    private static final long O1 = 41;
    private static final long O2 = 42;

    private final VirtualClock clock = new VirtualClock(START);
    private final List<String> calls = new ArrayList<>();

    /** Notes the calls that reach it. */
    private final ForwardingBackingStore backing =
            new ForwardingBackingStore(FilteredStores.caffeine(RETENTION, clock)) {
                @Override
                public Verdict markNew(long keyHigh, long keyLow, long timestamp, long origin) {
                    calls.add("write");
                    return super.markNew(keyHigh, keyLow, timestamp, origin);
                }

                @Override
                public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
                    calls.add("look");
                    return super.markSeen(keyHigh, keyLow, timestamp, origin);
                }

                @Override
                public void markSeen(EventBatch batch, BitSet provenNew) {
                    calls.add("batch " + provenNew);
                    super.markSeen(batch, provenNew);
                }

                @Override
                public void confirm(EventBatch batch) {
                    calls.add("confirm");
                    super.confirm(batch);
                }
            };

    private final FilteredDeduplicationStore store = FilteredDeduplicationStore.builder(
                    RETENTION, FilteredStores.filter(RETENTION, clock), backing)
            .clock(clock)
            .build();

    private static void mark(ReplaySafeStore store, DedupKey key, long timestamp, long origin, Verdict expected) {
        assertEquals(expected, store.markSeen(key, timestamp, origin));
    }

    private void assertCalls(String... expected) {
        assertEquals(List.of(expected), calls);
        calls.clear();
    }

    @Test
    void aNewKeyIsWrittenAndAnyOtherIsLookedUp() {
        mark(store, key(0), START, O1, FIRST_SEEN);
        mark(store, key(0), START, O2, DUPLICATE);
        mark(store, key(0), START, O1, FIRST_SEEN);
        store.confirm(key(0), START, O1);
        mark(store, key(0), START, O1, DUPLICATE);
        assertCalls("write", "look", "look", "look");
        assertEquals(new FilterStats(1, 0, 0, 0, -1), store.filterStats(), "a replay is no needless look-up");
    }

    @Test
    void aForgottenKeyIsLookedUpNeedlessly() {
        mark(store, key(0), START, O1, FIRST_SEEN);
        store.forget(key(0), START, O1);
        mark(store, key(0), START, O2, FIRST_SEEN);
        mark(store, key(0), START, O2, FIRST_SEEN);
        assertCalls("write", "look", "look");
        assertEquals(new FilterStats(1, 1, 0, 0, -1), store.filterStats());
        assertEquals(0.5, store.filterStats().falsePositiveProbability());
    }

    @Test
    void theMeasuredProbabilityIsTheFilters() {
        FilteredDeduplicationStore often = FilteredDeduplicationStore.builder(
                        RETENTION,
                        BloomDeduplicationStore.builder(RETENTION, 20_000)
                                .falseDuplicateProbability(0.1)
                                .clock(clock)
                                .build(),
                        FilteredStores.caffeine(RETENTION, clock))
                .clock(clock)
                .build();
        for (int i = 0; i < 20_000; i++) {
            mark(often, key(i), START, 0, FIRST_SEEN);
        }
        FilterStats stats = often.filterStats();
        assertEquals(20_000, stats.saved() + stats.needless(), stats.toString());
        double measured = stats.falsePositiveProbability();
        assertTrue(measured > 0.001 && measured < 0.1, stats + ", measured " + measured);
        assertTrue(often.stats().bytes().orElseThrow() > 20_000 * 168, "the bytes of both: " + often.stats());
    }

    @Test
    void aBatchIsOneCallWithItsProofs() {
        mark(store, key(0), START, O1, FIRST_SEEN);
        calls.clear();
        EventBatch batch = new EventBatch(6);
        batch.add(key(0), START, O2);
        batch.add(key(1), START, O1);
        batch.add(key(1), START, O2);
        batch.add(key(2), START, 0);
        batch.add(key(3), START, O1);
        batch.judge(4, TOO_LATE);
        batch.add(key(4), START, O1);
        store.markSeen(batch);
        assertCalls("batch {1, 3, 5}");
        assertEquals("EventBatch[6 of 6: 3 FIRST_SEEN, 2 DUPLICATE, 1 TOO_LATE]", batch.toString());
        assertEquals(START, batch.confirmedAt(3), "notes pass");
        store.markSeen(batch);
        assertEquals(6, store.stats().calls(), "what is judged is not asked again");
        mark(store, key(3), START, O1, FIRST_SEEN);
        assertCalls("batch {}", "write");
        assertEquals(5, store.filterStats().saved());
    }

    @Test
    void confirmAndMarkIsOneCallEach() {
        EventBatch done = new EventBatch(1);
        done.add(key(0), START, O1);
        store.markSeen(done);
        EventBatch next = new EventBatch(2);
        next.add(key(0), START, O1);
        next.add(key(1), START, O1);
        calls.clear();
        store.confirmAndMark(done, next);
        assertCalls("confirm", "batch {1}");
        assertEquals(DUPLICATE, next.verdict(0));
        assertEquals(FIRST_SEEN, next.verdict(1));
    }

    @Test
    void aNearTierInFrontGetsItsNotes() {
        TieredDeduplicationStore tiered = TieredDeduplicationStore.builder(
                        FilteredStores.caffeine(RETENTION, clock), store)
                .clock(clock)
                .build();
        mark(tiered, key(0), START, O1, FIRST_SEEN);
        tiered.confirm(key(0), START, O1);
        mark(tiered, key(0), START, O2, DUPLICATE);
        assertEquals(1, tiered.recalled());
        assertEquals(1, store.filterStats().saved());
    }

    @Test
    void aBatchFromTheFutureIsHeldBackForBoth() {
        EventBatch batch = new EventBatch(4);
        batch.add(key(0), Long.MAX_VALUE, 0);
        batch.add(key(0), START, O1);
        batch.add(key(1), START, O1);
        batch.judge(2, DUPLICATE);
        batch.add(key(2), START + 2 * TICK, O1);
        store.markSeen(batch);
        assertCalls("batch {0, 3}");
        assertEquals("EventBatch[4 of 4: 2 FIRST_SEEN, 2 DUPLICATE]", batch.toString());
        assertEquals(START + 2 * TICK, batch.confirmedAt(0), "stored at the clock + S, and the note passes");
        assertEquals(Long.MAX_VALUE, batch.timestamp(0), "the caller's batch is as it was");
        mark(store, key(3), START, O1, FIRST_SEEN);
        mark(store, key(4), Long.MAX_VALUE, O1, FIRST_SEEN);
        clock.set(START + 10 * TICK);
        mark(store, key(4), START + 10 * TICK, O2, DUPLICATE);
        mark(store, key(4), START + 10 * TICK + 1, O2, FIRST_SEEN);
        assertCalls("write", "write", "look", "look");
    }

    @Test
    void aClockThatIsSetBackHoldsNothingBackThatTheWatermarkHasReached() {
        mark(store, key(0), START, O1, FIRST_SEEN);
        clock.set(START - 10 * TICK);
        mark(store, key(0), START + 2 * TICK, O2, DUPLICATE);
        mark(store, key(1), START + 2 * TICK, O1, FIRST_SEEN);
        EventBatch batch = new EventBatch(1);
        batch.add(key(2), START + 3 * TICK, 0);
        store.markSeen(batch);
        assertEquals(START + 2 * TICK, batch.confirmedAt(0), "held back to the watermark + S");
    }

    @Test
    void confirmAndForgetNeedNoFilter() {
        mark(store, key(0), START, O1, FIRST_SEEN);
        EventBatch batch = new EventBatch(1);
        batch.add(key(0), START, O1);
        store.forget(batch);
        assertFalse(store.mightContain(key(0), START), "the backing store knows, the filter does not");
        mark(store, key(0), START, O1, FIRST_SEEN);
        store.confirm(batch);
        assertEquals(START, batch.confirmedAt(0), "notes pass");
    }

    @Test
    void closingClosesBoth() {
        KeyFilter filter = FilteredStores.filter(RETENTION, clock);
        CaffeineDeduplicationStore exact = FilteredStores.caffeine(RETENTION, clock);
        FilteredDeduplicationStore both = FilteredDeduplicationStore.builder(RETENTION, filter, exact)
                .clock(clock)
                .build();
        both.close();
        both.close();
        assertThrows(IllegalStateException.class, filter::stats);
        assertThrows(IllegalStateException.class, exact::stats);
        assertThrows(IllegalStateException.class, both::warm);
        assertThrows(IllegalStateException.class, both::filterStats);
    }

    @Test
    void aSharedStoreIsRefused() {
        ForwardingBackingStore shared = new ForwardingBackingStore(FilteredStores.caffeine(RETENTION, clock)) {
            @Override
            public Guarantees guarantees() {
                Guarantees.Builder all = Guarantees.builder(Durability.POWER_CUT, Scope.SHARED, Atomicity.STORE);
                for (Condition condition : Condition.values()) {
                    all.on(condition, "0", "0", "0");
                }
                return all.build();
            }
        };
        assertRefused("scope is SHARED", RETENTION, RETENTION, shared);
    }

    @Test
    void windowsThatDoNotFitAreRefused() {
        Retention shorter = BloomStores.retention(7, 4, 2);
        assertRefused("the filter remembers 7000 ms, and the window is 8000 ms", RETENTION, shorter, backing);
        assertRefused("the backing store remembers 8000 ms, and the window is 7000 ms", shorter, RETENTION, backing);
    }

    private void assertRefused(
            String message, Retention retention, Retention ofFilter, ForwardingBackingStore backing) {
        var refusal = assertThrows(
                IllegalArgumentException.class,
                () -> FilteredDeduplicationStore.builder(retention, FilteredStores.filter(ofFilter, clock), backing));
        assertTrue(String.valueOf(refusal.getMessage()).contains(message), refusal.toString());
    }
}
