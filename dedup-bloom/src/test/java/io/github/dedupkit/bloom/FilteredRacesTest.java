package io.github.dedupkit.bloom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.bloom.FilteredStores.Filter;
import io.github.dedupkit.testkit.Races;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two threads on one key, before an exact store that is slow: the second one's look must not come before the first one's write,
 * on either way to the store.
 *
 * <p>System properties: {@code dedup.test.filtered-races} and {@code dedup.test.long-filtered-races}, races of each kind.
 */
@Timeout(3_600)
class FilteredRacesTest {
    private static final Retention RETENTION = BloomStores.retention(8, 4, 0);
    private static final int THREADS = 2;
    private static final int KEYS = 16;
    private static final int YIELD_ONE_CALL_IN = 8;

    /** Waits before it acts, now and then, for as long as another thread takes for a call. */
    private static final class SlowStore extends ForwardingBackingStore {
        SlowStore(BackingStore store) {
            super(store);
        }

        @SuppressWarnings("ThreadPriorityCheck") // only makes calls meet more often
        private static void pause() {
            if (ThreadLocalRandom.current().nextInt(YIELD_ONE_CALL_IN) == 0) {
                Thread.yield();
            }
        }

        @Override
        public Verdict markNew(long keyHigh, long keyLow, long timestamp, long origin) {
            pause();
            return super.markNew(keyHigh, keyLow, timestamp, origin);
        }

        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            pause();
            return super.markSeen(keyHigh, keyLow, timestamp, origin);
        }

        @Override
        public void markSeen(EventBatch batch, BitSet provenNew) {
            pause();
            super.markSeen(batch, provenNew);
        }
    }

    private static FilteredDeduplicationStore open(Filter filter, long races) {
        VirtualClock clock = new VirtualClock(BloomStores.START + 8 * Races.span(RETENTION, races));
        return FilteredDeduplicationStore.builder(
                        RETENTION,
                        filter.open(RETENTION, clock, 100_000, 1e-8),
                        new SlowStore(FilteredStores.caffeine(RETENTION, clock)))
                .clock(clock)
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void oneWinner(Filter filter) throws Exception {
        raceSingly(filter, Integer.getInteger("dedup.test.filtered-races", 200_000));
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void oneWinnerInTenMillionRaces(Filter filter) throws Exception {
        raceSingly(filter, Integer.getInteger("dedup.test.long-filtered-races", 10_000_000));
    }

    private static void raceSingly(Filter filter, long races) throws Exception {
        try (FilteredDeduplicationStore store = open(filter, races)) {
            Races.Result result =
                    new Races(List.of(store), RETENTION, BloomStores::key, BloomStores.START).run(THREADS, races, 1);
            System.out.println(filter + " one by one: " + result + ", " + store.filterStats());
            assertEquals(0, result.manyWinners(), result.toString());
            assertEquals(0, result.noWinner(), result.toString());
            assertTrue(result.overlapped() > races / 100, "hardly a race was one: " + result);
            assertTrue(
                    store.filterStats().saved() > races * 9 / 10, "hardly a write was blind: " + store.filterStats());
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneWinnerInBatches(Filter filter) throws Exception {
        raceInBatches(filter, Integer.getInteger("dedup.test.filtered-races", 200_000));
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void oneWinnerInBatchesInTenMillionRaces(Filter filter) throws Exception {
        raceInBatches(filter, Integer.getInteger("dedup.test.long-filtered-races", 10_000_000));
    }

    /** Each thread marks the same keys, in another order, in one batch and one by one by turns. */
    private static void raceInBatches(Filter filter, int races) throws Exception {
        int rounds = races / KEYS;
        try (FilteredDeduplicationStore store = open(filter, races)) {
            AtomicIntegerArray winners = new AtomicIntegerArray(rounds * KEYS);
            AtomicLongArray round = new AtomicLongArray(THREADS);
            BloomStores.onThreads(THREADS, thread -> {
                EventBatch batch = new EventBatch(KEYS);
                try {
                    for (int r = 0; r < rounds; r++) {
                        awaitOther(round, thread, r);
                        batch.clear();
                        long at = BloomStores.START + r * BloomStores.TICK / 100;
                        for (int i = 0; i < KEYS; i++) {
                            batch.add(key(thread, r, i), at, 1 + thread);
                        }
                        boolean singly = thread == 1 && r % 2 == 0;
                        for (int i = 0; i < KEYS && singly; i++) {
                            batch.judge(i, store.markSeen(batch.keyHigh(i), batch.keyLow(i), at, 1 + thread));
                        }
                        store.markSeen(batch);
                        for (int i = 0; i < KEYS; i++) {
                            if (batch.verdict(i) == Verdict.FIRST_SEEN) {
                                winners.incrementAndGet(r * KEYS + place(thread, i));
                            }
                        }
                    }
                } finally {
                    round.set(thread, Long.MAX_VALUE); // one that fails keeps nobody waiting
                }
            });
            for (int i = 0; i < rounds * KEYS; i++) {
                assertEquals(1, winners.get(i), "winners of key " + i);
            }
            System.out.println(filter + " in batches: " + rounds * KEYS + " races, " + store.filterStats());
            assertTrue(
                    store.filterStats().saved() > races * 9L / 10, "hardly a write was blind: " + store.filterStats());
        }
    }

    private static DedupKey key(int thread, int round, int i) {
        return BloomStores.key((long) round * KEYS + place(thread, i));
    }

    private static int place(int thread, int i) {
        return thread == 0 ? i : KEYS - 1 - i;
    }

    @SuppressWarnings("ThreadPriorityCheck") // the one waited for may need the processor
    private static void awaitOther(AtomicLongArray round, int thread, long r) {
        round.set(thread, r);
        while (round.get(1 - thread) < r) {
            Thread.yield();
        }
    }
}
