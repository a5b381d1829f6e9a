package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.TICK;
import static io.github.dedupkit.inmemory.FingerprintTables.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many threads on one filter.
 *
 * <p>System properties: {@code dedup.test.filter-races} and {@code dedup.test.long-filter-races}, races in all.
 */
@Timeout(1_800)
class FilterConcurrencyTest {
    private static final int SEED = 20_260_101;
    private static final int EACH = 10_000;
    private static final int MOST_ATTEMPTS = 5;
    private static final List<Retention> RETENTIONS =
            List.of(FingerprintTables.retention(12, 8, 4), FingerprintTables.retention(14, 14, 0));

    private static KeyFilter open(Retention retention, long expectedKeys) {
        return FilterStores.open(FilterWidth.BITS_32, retention, expectedKeys, new VirtualClock(Long.MAX_VALUE / 4));
    }

    @Test
    void oneWinnerWhileTimeGoesOn() throws Exception {
        race(Integer.getInteger("dedup.test.filter-races", 200_000));
    }

    @Tag("long")
    @Test
    void oneWinnerInTenMillionRacesWhileTimeGoesOn() throws Exception {
        race(Integer.getInteger("dedup.test.long-filter-races", 10_000_000));
    }

    /** Room for as few as can be: lines overflow. */
    private static void race(int races) throws Exception {
        FingerprintRaces.Result total = new FingerprintRaces.Result(0, 0, 0, 0, 0);
        // A machine that is busy elsewhere lets few calls meet: it gets more races.
        for (int round = 0;
                total.races() < races || (isTame(total) && total.races() < (long) MOST_ATTEMPTS * races);
                round++) {
            Retention retention = RETENTIONS.get(round % RETENTIONS.size());
            FingerprintRaces.Clocks clocks = new FingerprintRaces.Clocks();
            KeyFilter store = FilterStores.open(FilterWidth.BITS_32, retention, 1, clocks);
            FingerprintRaces.Result result =
                    new FingerprintRaces(retention, EACH, SEED + round).run(store, clocks, 2 + round % 7, SEED - round);
            String where = result + ", round " + round + ", " + retention;
            assertEquals(0, result.manyWinners() + result.noWinner() + result.otherwise(), where);
            total = total.plus(result);
        }
        System.out.println(total);
        assertFalse(isTame(total), "hardly a race was one: " + total);
    }

    private static boolean isTame(FingerprintRaces.Result result) {
        return result.overlapped() <= result.races() / 1_000;
    }

    /** Marks, records, looks, statistics, and jumps of time: what was told once stays true while it is in time. */
    @Test
    void everythingAtOnce() throws Exception {
        int calls = 10_000;
        Retention retention = FingerprintTables.retention(14, 14, 0);
        KeyFilter store = open(retention, 2_000);
        AtomicLong now = new AtomicLong(START);
        AtomicLong refused = new AtomicLong();
        FingerprintTables.onThreads(6, thread -> {
            for (int i = 0; i < calls; i++) {
                DedupKey fresh = key(((long) thread << 32) | i);
                try {
                    switch (thread) {
                        case 0 -> store.markSeen(fresh, now.addAndGet(i % 1_000 == 0 ? 70 * TICK : TICK / 16));
                        case 1 -> {
                            StoreStats stats = store.stats();
                            assertTrue(stats.falseDuplicateProbability() < 1e-8, stats::toString);
                        }
                        case 2 -> markTwice(store, fresh, now.get());
                        case 3 -> recordTwice(store, fresh, now.get());
                        default -> recordBatchTwice(store, fresh, now.get());
                    }
                } catch (StoreUnavailableException full) {
                    refused.incrementAndGet();
                    now.addAndGet(TICK);
                }
            }
        });
        System.out.println(refused + " refused");
        assertTrue(refused.get() < 3L * calls, "hardly a call was answered: " + refused);
        assertEquals(
                store.stats().calls(), store.stats().answered() + store.stats().thrown());
    }

    private static void markTwice(KeyFilter store, DedupKey fresh, long time) {
        Verdict verdict = store.markSeen(fresh, time);
        assertTrue(verdict == FIRST_SEEN || verdict == TOO_LATE, "a fresh key: " + verdict);
        if (verdict == FIRST_SEEN) {
            assertTrue(store.mightContain(fresh, time), "a look");
            Verdict again = store.markSeen(fresh, time);
            assertTrue(again == DUPLICATE || again == TOO_LATE, "a copy: " + again);
        }
    }

    private static void recordTwice(KeyFilter store, DedupKey fresh, long time) {
        store.record(fresh.high(), fresh.low(), time);
        assertFalse(store.record(fresh.high(), fresh.low(), time + TICK), "recorded a tick before");
        assertTrue(store.mightContain(fresh, time + TICK), "a look");
    }

    private static void recordBatchTwice(KeyFilter store, DedupKey fresh, long time) {
        EventBatch batch = new EventBatch(2);
        batch.add(fresh, time, 0);
        batch.add(fresh, time + TICK, 0);
        BitSet provenNew = new BitSet();
        store.record(batch, provenNew);
        assertFalse(provenNew.get(1), "recorded by the item before");
        provenNew.clear();
        store.record(batch, provenNew);
        assertTrue(provenNew.isEmpty(), "recorded by the batch before");
    }

    @Test
    void closingUnderLoadEndsEveryCall() throws Exception {
        for (int round = 0; round < 50; round++) {
            KeyFilter store = open(RETENTIONS.get(0), 200_000);
            AtomicLong answered = new AtomicLong();
            FingerprintTables.onThreads(8, thread -> {
                if (thread == 0) {
                    while (answered.get() < 2_000) {
                        Thread.onSpinWait();
                    }
                    store.close();
                }
                assertThrows(IllegalStateException.class, () -> useForEver(store, thread, answered));
            });
            assertThrows(IllegalStateException.class, store::stats);
        }
    }

    private static void useForEver(KeyFilter store, int thread, AtomicLong answered) {
        for (long i = 0; ; i++) {
            DedupKey key = key(((long) thread << 32) | (i % 20_000));
            store.record(key.high(), key.low(), START);
            assertFalse(store.record(key.high(), key.low(), START));
            assertEquals(DUPLICATE, store.markSeen(key, START));
            answered.incrementAndGet();
        }
    }

    /** A clock that throws costs the call, which is counted where it is a mark, and leaves no lock behind. */
    @Test
    @Timeout(60)
    void aClockThatThrowsFailsTheCallOnly() {
        AtomicBoolean broken = new AtomicBoolean(true);
        KeyFilter store = FilterStores.open(FilterWidth.BITS_32, RETENTIONS.get(0), 1_000, () -> {
            if (broken.get()) {
                throw new IllegalStateException("the clock is gone");
            }
            return Instant.ofEpochMilli(START);
        });
        assertThrows(IllegalStateException.class, () -> store.markSeen(key(0), START));
        assertThrows(IllegalStateException.class, () -> store.record(key(1).high(), key(1).low(), START));
        assertEquals(1, store.stats().thrown());
        broken.set(false);
        assertEquals(FIRST_SEEN, store.markSeen(key(0), START));
        assertTrue(store.record(key(1).high(), key(1).low(), START));
        assertEquals(2, store.stats().retainedKeys());
    }
}
