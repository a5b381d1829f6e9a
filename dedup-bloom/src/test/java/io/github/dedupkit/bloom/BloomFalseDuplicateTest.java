package io.github.dedupkit.bloom;

import static io.github.dedupkit.bloom.BloomStores.START;
import static io.github.dedupkit.bloom.BloomStores.TICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Counts false duplicates among look-ups for keys that were never marked: not above what the guarantees and the statistics
 * state, by a bound of 95 %, and not far below the statistics, or they would say nothing. Fixed keys: the same count each
 * time.
 */
class BloomFalseDuplicateTest {
    private static final long NEVER_MARKED = 1L << 40;

    private final VirtualClock clock = new VirtualClock(START);
    private long nextKey;

    private BloomDeduplicationStore.Builder builder(Retention retention, int expectedKeys, double probability) {
        return BloomDeduplicationStore.builder(retention, expectedKeys)
                .falseDuplicateProbability(probability)
                .clock(clock);
    }

    /** Fills a store at a steady rate for more than its window, up to the first refusal. */
    private void fill(DeduplicationStore store, int ticks, double perTick) {
        SplittableRandom random = new SplittableRandom(1);
        for (int tick = 0; tick < ticks; tick++) {
            clock.set(clock.millis() + TICK);
            long upTo = (long) (nextKey + perTick * (0.9 + 0.2 * random.nextDouble()));
            while (nextKey < upTo) {
                store.markSeen(BloomStores.key(nextKey++), clock.millis());
            }
        }
    }

    /** Looks for new keys as late as they may come, where every generation is asked. */
    private long falseDuplicates(DeduplicationStore store, Retention retention, int looks) {
        long late = clock.millis() - retention.latenessMillis();
        long found = 0;
        for (int i = 0; i < looks; i++) {
            found += store.mightContain(BloomStores.key(NEVER_MARKED + i), late) ? 1 : 0;
        }
        return found;
    }

    private static void assertAsEstimated(long found, int looks, StoreStats stats) {
        double estimated = looks * stats.falseDuplicateProbability();
        System.out.println(found + " false duplicates in " + looks + " look-ups, " + Math.round(estimated)
                + " by the statistics; " + stats);
        BloomStores.assertNotAbove(estimated, found, "by the statistics");
        assertTrue(estimated < 10 || 2 * found >= estimated, "the statistics are far too high: " + estimated);
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 8, 1, 1, 100000, 0.001",
        "1, 8, 1, 1, 100000, 0.001",
        "1, 60, 1, 1, 100000, 0.01",
        "1, 8, 8, 0, 100000, 0.0001",
        "1, 1, 0, 0, 100000, 0.1",
        "1, 8, 1, 1, 1000, 0.001"
    })
    void upToTheDesignLoadAsManyAsStated(
            double load, int window, int lateness, int skew, int expectedKeys, double probability) {
        Retention retention = BloomStores.retention(window, lateness, skew);
        DeduplicationStore store = builder(retention, expectedKeys, probability).build();
        try {
            fill(store, 3 * (window + lateness + 1), load * expectedKeys / (window + lateness + 1));
        } catch (StoreUnavailableException full) {
            assertEquals(1, load, "refused below the design load");
        }
        int looks = 1_000_000;
        long found = falseDuplicates(store, retention, looks);
        BloomStores.assertNotAbove(looks * probability, found, "by the guarantees");
        assertAsEstimated(found, looks, store.stats());
        assertTrue(store.stats().retainedKeys() >= 0.9 * load * expectedKeys, "not filled: " + store.stats());
    }

    /** The worst case of the plan: every filter that has keys is full. */
    @Test
    void aBurstOfAllExpectedKeysKeepsTheProbability() {
        Retention retention = BloomStores.retention(8, 1, 1);
        DeduplicationStore store = builder(retention, 100_000, 0.001).build();
        for (; nextKey < 100_000; nextKey++) {
            store.markSeen(BloomStores.key(nextKey), START);
        }
        int looks = 1_000_000;
        long found = falseDuplicates(store, retention, looks);
        BloomStores.assertNotAbove(looks * 0.001, found, "by the guarantees");
        assertAsEstimated(found, looks, store.stats());
        assertTrue(found > looks * 0.0005, "the plan is far too careful: " + found);
    }

    @Test
    void atHalfAsMuchAgainItRefuses() {
        Retention retention = BloomStores.retention(8, 1, 1);
        DeduplicationStore store = builder(retention, 100_000, 0.001).build();
        int refused = 0;
        for (int tick = 0; tick < 30; tick++) {
            clock.set(clock.millis() + TICK);
            for (int i = 0; i < 15_000; i++) {
                try {
                    store.markSeen(BloomStores.key(nextKey++), clock.millis());
                } catch (StoreUnavailableException full) {
                    refused++;
                }
            }
        }
        assertEquals(100_000, store.stats().retainedKeys());
        assertTrue(refused > 100_000, "a third of 450,000 marks had no room: " + refused);
        int looks = 1_000_000;
        long found = falseDuplicates(store, retention, looks);
        BloomStores.assertNotAbove(looks * 0.001, found, "by the guarantees");
        assertAsEstimated(found, looks, store.stats());
    }

    @Test
    void atHalfAsMuchAgainAnOverfilledOneStatesTheHigherProbability() {
        Retention retention = BloomStores.retention(8, 1, 1);
        DeduplicationStore store =
                builder(retention, 100_000, 0.001).overfillWhenFull().build();
        fill(store, 30, 15_000);
        int looks = 1_000_000;
        long found = falseDuplicates(store, retention, looks);
        assertAsEstimated(found, looks, store.stats());
        assertTrue(store.stats().retainedKeys() > 140_000, "not overfilled: " + store.stats());
    }

    /** However many come, the filters take no more memory, and the statistics say what they are worth. */
    @Test
    void anOverfilledOneStaysWithinItsMemory() {
        Retention retention = BloomStores.retention(8, 1, 1);
        DeduplicationStore store =
                builder(retention, 10_000, 0.001).overfillWhenFull().build();
        long most = 0;
        for (int tick = 0; tick < 20; tick++) {
            fill(store, 1, 100_000);
            most = Math.max(most, store.stats().bytes().orElseThrow());
        }
        BloomPlan plan = BloomPlan.of(retention, 10_000, 0.001, BloomPlan.WhenFull.OVERFILL);
        assertTrue(most <= (plan.generations() + 10_000 / plan.capacity()) * plan.filterBytes(), "bytes: " + most);
        int looks = 100_000;
        long found = falseDuplicates(store, retention, looks);
        assertAsEstimated(found, looks, store.stats());
        assertTrue(found > 0.99 * looks, "a hundred times the keys must show: " + found);
    }
}
