package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.testkit.VirtualClock;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many threads on one table, in the places where tables of this kind are known to have two winners, or none.
 *
 * <p>System properties: {@code dedup.test.table-races} and {@code dedup.test.long-table-races}, races in all.
 */
@Timeout(1_800)
class FingerprintConcurrencyTest {
    private static final long START = FingerprintTables.START;
    private static final int SEED = 20_260_101;
    private static final int MOST_ATTEMPTS = 5;

    /** Lives of 25 and of 178 ticks; races cross between a 64th of a tick and sixteen ticks each. */
    private static final List<Retention> RETENTIONS =
            List.of(FingerprintTables.retention(12, 8, 4), FingerprintTables.retention(59, 59, 0));

    @ParameterizedTest
    @EnumSource(Width.class)
    void oneWinnerWhileTimeGoesOn(Width width) throws Exception {
        race(width, Integer.getInteger("dedup.test.table-races", 200_000), 10_000);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(Width.class)
    void oneWinnerInAHundredMillionRacesWhileTimeGoesOn(Width width) throws Exception {
        int races = width == Width.NARROW ? 100_000_000 : 10_000_000;
        race(width, Integer.getInteger("dedup.test.long-table-races", races), 100_000);
    }

    private static void race(Width width, int races, int each) throws Exception {
        FingerprintRaces.Result total = new FingerprintRaces.Result(0, 0, 0, 0, 0);
        // A machine that is busy elsewhere lets few calls meet: it gets more races.
        for (int round = 0;
                total.races() < races || (isTame(total) && total.races() < (long) MOST_ATTEMPTS * races);
                round++) {
            Retention retention = RETENTIONS.get(round % RETENTIONS.size());
            int threads = 2 + round % 7;
            FingerprintRaces.Clocks clocks = new FingerprintRaces.Clocks();
            FingerprintDeduplicationStore.Builder builder =
                    FingerprintDeduplicationStore.builder(retention, 300).clock(clocks);
            DeduplicationStore store = width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
            FingerprintRaces.Result result =
                    new FingerprintRaces(retention, each, SEED + round).run(store, clocks, threads, SEED - round);
            String where = result + ", " + threads + " threads, round " + round + ", " + retention;
            assertEquals(0, result.manyWinners(), where);
            assertEquals(0, result.noWinner(), where);
            assertEquals(0, result.otherwise(), where);
            total = total.plus(result);
        }
        System.out.println(width + " " + total);
        assertFalse(isTame(total), "hardly a race was one: " + total);
    }

    private static boolean isTame(FingerprintRaces.Result result) {
        return result.overlapped() <= result.races() / 1_000;
    }

    /** Marks, looks, statistics and batches while the table grows: what was told once stays true. */
    @Test
    void everythingAtOnceWhileTheTableGrows() throws Exception {
        int markers = 4;
        int keys = 100_000;
        VirtualClock clock = new VirtualClock(START);
        DeduplicationStore store = FingerprintDeduplicationStore.builder(FingerprintTables.retention(60, 10, 10), 100)
                .clock(clock)
                .maximumBytes(16 << 20)
                .buildNarrow();
        long linesAtFirst = FingerprintTables.tableOf(store).lines();
        AtomicIntegerArray winners = new AtomicIntegerArray(keys);
        AtomicInteger known = new AtomicInteger(); // every key below was answered
        AtomicInteger working = new AtomicInteger(markers);
        FingerprintTables.onThreads(8, thread -> {
            if (thread < markers) {
                try {
                    markAll(store, thread, keys, winners, known);
                } finally {
                    working.decrementAndGet();
                }
            } else if (thread % 2 == 0) {
                lookWhile(store, known, working);
            } else {
                readStatsWhile(store, working);
            }
        });
        for (int i = 0; i < keys; i++) {
            assertEquals(1, winners.get(i), "winners of key " + i);
        }
        assertEquals((long) markers * keys, store.stats().calls());
        assertEquals(keys, store.stats().firstSeen());
        assertTrue(FingerprintTables.tableOf(store).lines() > 16 * linesAtFirst, "it grew");
    }

    /** Marks all keys, in blocks that are shuffled; threads with an odd number do it in batches. */
    private static void markAll(
            DeduplicationStore store, int thread, int keys, AtomicIntegerArray winners, AtomicInteger known) {
        int block = 100;
        SplittableRandom random = new SplittableRandom(thread);
        EventBatch batch = new EventBatch(block);
        KeySpace space = KeySpace.trusted("dedupkit/test");
        for (int from = 0; from < keys; from += block) {
            int first = random.nextInt(block);
            batch.clear();
            for (int i = 0; i < block; i++) {
                int index = from + (first + i) % block;
                if (thread % 2 == 1) {
                    batch.add(space, index, START);
                } else if (store.markSeen(FingerprintTables.key(index), START) == FIRST_SEEN) {
                    winners.incrementAndGet(index);
                }
            }
            store.markSeen(batch);
            for (int i = 0; i < batch.size(); i++) {
                if (batch.verdict(i) == FIRST_SEEN) {
                    winners.incrementAndGet(from + (first + i) % block);
                }
            }
            known.accumulateAndGet(from + block, Math::max);
        }
    }

    private static void lookWhile(DeduplicationStore store, AtomicInteger known, AtomicInteger working) {
        SplittableRandom random = new SplittableRandom();
        do {
            int below = known.get();
            if (below > 0) {
                int index = random.nextInt(below);
                assertTrue(store.mightContain(FingerprintTables.key(index), START), "key " + index);
            }
        } while (working.get() > 0);
    }

    private static void readStatsWhile(DeduplicationStore store, AtomicInteger working) {
        long first = 0;
        long bytes = 0;
        do {
            StoreStats stats = store.stats();
            assertTrue(stats.firstSeen() >= first && stats.bytes().orElseThrow() >= bytes, stats.toString());
            assertTrue(
                    stats.falseDuplicateProbability() >= 0 && stats.falseDuplicateProbability() < 1e-6,
                    stats.toString());
            assertEquals(0, stats.thrown() + stats.tooLate() + stats.evicted(), stats.toString());
            first = stats.firstSeen();
            bytes = stats.bytes().orElseThrow();
        } while (working.get() > 0);
    }

    /** Keys of one line make it full early: the table grows, by one doubling or by more, then drops. No thread is refused. */
    @ParameterizedTest
    @ValueSource(ints = {2_400, 32_768})
    void aTableThatDropsNeverRefuses(int maximumBytes) throws Exception {
        int threads = 4;
        int keys = 100;
        for (int round = 0; round < 500; round++) {
            DeduplicationStore store = FingerprintDeduplicationStore.builder(FingerprintTables.retention(60, 1, 0), 1)
                    .clock(new VirtualClock(START))
                    .maximumBytes(maximumBytes)
                    .evictOldestWhenFull()
                    .buildNarrow();
            FingerprintTables.onThreads(threads, thread -> {
                for (int i = 0; i < keys; i++) {
                    store.markSeen(DedupKey.ofBits((long) thread * keys + i, 42), START);
                }
            });
            assertEquals((long) threads * keys, store.stats().firstSeen());
            assertTrue(store.stats().evicted() > 0, "it was full: " + store.stats());
        }
    }

    @Test
    void closingUnderLoadEndsEveryCall() throws Exception {
        for (int round = 0; round < 50; round++) {
            DeduplicationStore store = FingerprintDeduplicationStore.builder(
                            FingerprintTables.retention(60, 10, 10), 100)
                    .clock(new VirtualClock(START))
                    .maximumBytes(4 << 20)
                    .buildNarrow();
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

    private static void useForEver(DeduplicationStore store, int thread, AtomicLong answered) {
        for (long i = 0; ; i++) {
            long key = thread % 2 == 0 ? i : thread * 1_000_000L + i;
            store.markSeen(FingerprintTables.key(key), START);
            assertEquals(DUPLICATE, store.markSeen(FingerprintTables.key(key), START), "key " + key);
            answered.incrementAndGet();
            if (i % 16 == 0) {
                assertTrue(store.mightContain(FingerprintTables.key(key), START), "key " + key);
                assertTrue(store.stats().firstSeen() > 0);
            }
        }
    }

    /** More threads than processors on one line: the holder of its lock may be descheduled, and all come through. */
    @ParameterizedTest
    @ValueSource(ints = {16, 64})
    void oneHotKey(int threads) throws Exception {
        int rounds = 500;
        Retention retention = FingerprintTables.retention(60, 10, 10);
        DeduplicationStore store = FingerprintDeduplicationStore.builder(retention, 100)
                .clock(new VirtualClock(START))
                .buildNarrow();
        AtomicIntegerArray winners = new AtomicIntegerArray(rounds);
        CountDownLatch there = new CountDownLatch(threads);
        FingerprintTables.onThreads(threads, thread -> {
            there.countDown();
            there.await();
            for (int round = 0; round < rounds; round++) {
                if (store.markSeen(FingerprintTables.key(round), START) == FIRST_SEEN) {
                    winners.incrementAndGet(round);
                }
            }
        });
        for (int round = 0; round < rounds; round++) {
            assertEquals(1, winners.get(round), "winners of round " + round);
        }
        assertEquals((long) threads * rounds, store.stats().calls());
    }

    /** A clock that throws costs the call, which is counted, and leaves no lock behind. */
    @Test
    @Timeout(60)
    void aClockThatThrowsFailsTheMarkOnly() {
        AtomicBoolean broken = new AtomicBoolean(true);
        DeduplicationStore store = FingerprintDeduplicationStore.builder(FingerprintTables.retention(60, 10, 10), 100)
                .clock(() -> {
                    if (broken.get()) {
                        throw new IllegalStateException("the clock is gone");
                    }
                    return Instant.ofEpochMilli(START);
                })
                .buildNarrow();
        EventBatch batch = new EventBatch(4);
        KeySpace space = KeySpace.trusted("dedupkit/test");
        for (int i = 0; i < 4; i++) {
            batch.add(space, i, START + i);
        }
        for (int i = 0; i < 100; i++) {
            int index = i;
            assertThrows(IllegalStateException.class, () -> store.markSeen(FingerprintTables.key(index), START));
        }
        assertThrows(IllegalStateException.class, () -> store.markSeen(batch));
        assertEquals(104, store.stats().thrown());
        assertEquals(104, store.stats().calls());
        broken.set(false);
        store.markSeen(batch);
        for (int i = 0; i < 100; i++) {
            assertEquals(i < 4 ? DUPLICATE : FIRST_SEEN, store.markSeen(FingerprintTables.key(i), START));
        }
        assertEquals(104, store.stats().thrown());
    }
}
