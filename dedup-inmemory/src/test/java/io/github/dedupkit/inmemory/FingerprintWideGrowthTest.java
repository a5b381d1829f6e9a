package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.testkit.VirtualClock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A wide table that many threads make grow from a thousand keys: origins go with their records, and nobody is refused.
 *
 * <p>System property: {@code dedup.test.growth-keys} how many keys to grow to, 200,000 or more.
 */
@Timeout(600)
class FingerprintWideGrowthTest {
    private static final int KEYS = Integer.getInteger("dedup.test.growth-keys", 2_000_000);
    private static final long START = FingerprintTables.START;
    private static final long[] ORIGINS = FingerprintTables.originsApart(1_000);
    private static final int BATCH = 400;

    /** The probability of a false duplicate is below 1e-8 here. */
    private static final int MOST_LOST = 2;

    private static NearTier open() {
        return FingerprintDeduplicationStore.builder(FingerprintTables.retention(60, 10, 10), 1_000)
                .clock(new VirtualClock(START))
                .maximumBytes(96L * KEYS)
                .buildWide();
    }

    private static long origin(long key) {
        return ORIGINS[(int) (key % (ORIGINS.length - 1))];
    }

    private static long other(long key) {
        return ORIGINS[(int) (key % (ORIGINS.length - 1)) + 1];
    }

    @Test
    void fromSixteenThreads() throws Exception {
        grow(16);
    }

    @Test
    @Tag("long")
    void fromThirtyTwoThreadsTimeAndAgain() throws Exception {
        for (int round = 0; round < 10; round++) {
            grow(32);
        }
    }

    /** Each thread marks keys of its own in batches and confirms every third, while it asks for some marked before. */
    private static void grow(int threads) throws Exception {
        NearTier store = open();
        long linesAtFirst = FingerprintTables.tableOf(store).lines();
        int keys = KEYS / threads / BATCH * BATCH;
        FingerprintTables.onThreads(threads, thread -> {
            EventBatch batch = new EventBatch(BATCH);
            EventBatch done = new EventBatch(BATCH);
            long first = (long) thread * keys;
            for (int from = 0; from < keys; from += BATCH) {
                batch.clear();
                done.clear();
                for (int i = 0; i < BATCH; i++) {
                    long key = first + from + i;
                    batch.add(FingerprintTables.key(key), START, origin(key));
                    if (key % 3 == 0) {
                        done.add(batch, i);
                    }
                }
                store.markSeen(batch);
                store.confirm(done);
                long earlier = first + (from * 31L + thread) % (from + BATCH);
                assertAnswers(store, earlier);
            }
        });
        StoreStats stats = store.stats();
        long marked = (long) threads * keys;
        long asked = 2L * threads * (keys / BATCH);
        assertEquals(0, stats.thrown() + stats.evicted() + stats.tooLate(), stats.toString());
        assertEquals(marked + asked, stats.calls(), stats.toString());
        assertTrue(marked - stats.firstSeen() <= MOST_LOST, stats.toString());
        for (long key = 0; key < marked; key += 7) {
            assertAnswers(store, key);
        }
        assertTrue(FingerprintTables.tableOf(store).lines() > 100 * linesAtFirst, "it grew");
        store.close();
    }

    private static void assertAnswers(NearTier store, long key) {
        var id = FingerprintTables.key(key);
        assertEquals(DUPLICATE, store.markSeen(id, START, other(key)), "another delivery of key " + key);
        assertEquals(key % 3 == 0 ? DUPLICATE : FIRST_SEEN, store.markSeen(id, START, origin(key)), "key " + key);
    }

    /** What is remembered in place of itself, or marked and forgotten, is no growing number of records. */
    @Test
    void aKeyThatComesBackMakesNoTableGrow() {
        FingerprintNearTier store = FingerprintDeduplicationStore.builder(
                        FingerprintTables.retention(60, 10, 10), 1_000)
                .clock(new VirtualClock(FingerprintTables.START))
                .maximumBytes(64 << 20)
                .buildWide();
        long bytes = store.stats().bytes().orElseThrow();
        for (int i = 0; i < 100_000; i++) {
            store.remember(1, 16, FingerprintTables.START, 1);
            assertEquals(FIRST_SEEN, store.markSeen(2, 32, FingerprintTables.START, 1));
            store.forget(2, 32, FingerprintTables.START, 1);
        }
        assertEquals(1, store.stats().retainedKeys());
        assertEquals(bytes, store.stats().bytes().orElseThrow());
    }
}
