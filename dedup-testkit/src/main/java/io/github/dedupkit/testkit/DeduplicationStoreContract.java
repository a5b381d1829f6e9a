package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Accuracy;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The contract of every {@link DeduplicationStore}: rules 1, 2, 4, 5, 6, 7, 10, 11 and 12 of {@code docs/contract.md}. Extend
 * it, supply a fixture and the expected guarantees; stores with more than one unit of atomicity also override {@link
 * #key(KeyShape, long)}.
 *
 * <p>System properties: {@code dedup.test.races} races per thread count, {@code dedup.test.histories} random histories per
 * retention and key shape, {@code dedup.test.seed} the first seed.
 */
public abstract class DeduplicationStoreContract extends DurabilityRules {
    private static final long DEFAULT_SEED = 20_260_101;
    private static final int STEPS = 150;

    /** Creates the contract. */
    protected DeduplicationStoreContract() {}

    @Test
    @DisplayName("the store promises what its test expects, for every condition")
    void guaranteesAreAsExpected() {
        Guarantees guarantees = open(retentions().get(0)).guarantees();
        assertEquals(expectedGuarantees(), guarantees);
        for (Condition condition : Condition.values()) {
            assertNotNull(guarantees.outcome(condition), condition.label());
        }
    }

    @Test
    @DisplayName("rule 1: never two winners, and one in an exact store, when 2 to 8 threads race on fresh keys")
    void rule1_neverTwoWinners() throws Exception {
        race(scale("dedup.test.races", 20_000));
    }

    @Test
    @Tag("long")
    @DisplayName("rule 1: never two winners in ten million races")
    void rule1_neverTwoWinnersInTenMillionRaces() throws Exception {
        race(scale("dedup.test.long-races", 10_000_000 / 7 + 1));
    }

    private void race(long racesPerThreadCount) throws Exception {
        Retention retention = retentions().get(1);
        clock.set(START + 8 * Races.span(retention, racesPerThreadCount));
        for (KeyShape shape : KeyShape.values()) {
            Races.Result total = new Races.Result(0, 0, 0, 0);
            for (int threads = 2; threads <= 8; threads++) {
                long races = shape == KeyShape.UNIFORM ? racesPerThreadCount : racesPerThreadCount / 10 + 1;
                Races.Result result = raceWith(threads, races, retention, shape);
                total = total.plus(result);
            }
            System.out.println(getClass().getSimpleName() + ", keys " + shape + ": " + total);
            assertEquals(0, total.manyWinners(), "rule 1: races with several winners; " + total);
            assertTrue(total.overlapped() > 0, "no race overlapped, so the test showed nothing; " + total);
            assertFalseDuplicatesWithinBound(total.noWinner(), total.races(), "races without a winner; " + total);
        }
    }

    private Races.Result raceWith(int threads, long races, Retention retention, KeyShape shape) throws Exception {
        StoreConfig config = new StoreConfig(retention, clock, 1 << 20, (a, b, c, d, e, f) -> {});
        try (StoreFixture fixture = fixture(config)) {
            List<DeduplicationStore> stores = new ArrayList<>();
            try {
                for (int i = 0; i < fixture.instances(); i++) {
                    stores.add(fixture.open());
                }
                long firstKey = threads * races;
                return new Races(stores, retention, n -> key(shape, firstKey + n), START)
                        .run(threads, races, DEFAULT_SEED);
            } finally {
                stores.forEach(DeduplicationStore::close);
            }
        }
    }

    @Test
    @DisplayName("rule 1: one winner per key when threads mark few keys in any order")
    void rule1_oneWinnerPerHotKey() throws Exception {
        DeduplicationStore store = open(retentions().get(0));
        int keys = 64;
        AtomicLongArray winners = new AtomicLongArray(keys);
        int threads = 4;
        int calls = 5_000;
        onThreads(threads, thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            for (int i = 0; i < calls; i++) {
                int k = random.nextInt(keys);
                if (store.markSeen(key(k), START) == FIRST_SEEN) {
                    winners.incrementAndGet(k);
                }
            }
        });
        long none = 0;
        for (int k = 0; k < keys; k++) {
            assertTrue(winners.get(k) <= 1, "rule 1: " + winners.get(k) + " winners of one key");
            none += winners.get(k) == 0 ? 1 : 0;
        }
        assertFalseDuplicatesWithinBound(none, keys, "keys without a winner");
        assertEquals((long) threads * calls, store.stats().calls(), "rule 10: calls");
    }

    @Test
    @DisplayName("rules 1 to 5 and 10: random histories agree with the oracle")
    void rules_randomHistoriesAgreeWithTheOracle() {
        playHistories(scale("dedup.test.histories", 60), scale("dedup.test.seed", DEFAULT_SEED));
    }

    @Test
    @Tag("long")
    @DisplayName("rules 1 to 5 and 10: many random histories, other ones each time, agree with the oracle")
    void rules_manyRandomHistoriesAgreeWithTheOracle() {
        playHistories(scale("dedup.test.long-histories", 2_000), scale("dedup.test.seed", System.nanoTime()));
    }

    private void playHistories(long histories, long firstSeed) {
        System.out.println(getClass().getSimpleName() + ": histories from seed " + firstSeed);
        long lost = 0;
        long newKeys = 0;
        for (Retention retention : retentions()) {
            boolean origins = open(retention) instanceof ReplaySafeStore;
            boolean durable = expectedGuarantees().durability() != Durability.NONE;
            for (KeyShape shape : KeyShape.values()) {
                HistoryRunner runner = new HistoryRunner(retention, this::fixture, k -> key(shape, k), START);
                for (long seed = firstSeed; seed < firstSeed + histories; seed++) {
                    var options = new HistoryGenerator.Options(origins, seed % 2 == 0, durable, STEPS);
                    List<Step> steps = new HistoryGenerator(seed, retention, options, START).generate();
                    HistoryRunner.Report report = runner.run(steps);
                    boolean chance = report.lost() > 0 && expectedGuarantees().accuracy() == Accuracy.APPROXIMATE;
                    if (report.violation() != null && !chance) {
                        fail(explain(runner, steps, seed, retention, shape));
                    }
                    lost += report.lost();
                    newKeys += report.newKeys();
                }
            }
        }
        assertFalseDuplicatesWithinBound(lost, newKeys, "random histories from seed " + firstSeed);
    }

    private static String explain(
            HistoryRunner runner, List<Step> steps, long seed, Retention retention, KeyShape shape) {
        HistoryRunner.Report smallest = runner.run(runner.shrink(steps));
        return smallest.violation() + "\nseed " + seed + ", " + retention + ", keys " + shape + ", shrunk to:\n  "
                + String.join("\n  ", smallest.trace());
    }

    @Test
    @DisplayName("rule 2: fresh keys are first seen, and known ones certainly found")
    void rule2_freshKeysAreFirstSeen() {
        for (KeyShape shape : KeyShape.values()) {
            DeduplicationStore store = open(retentions().get(0));
            int keys = 20_000;
            long falseDuplicates = 0;
            for (int i = 0; i < keys; i++) {
                falseDuplicates += store.markSeen(key(shape, i), START).isDuplicate() ? 1 : 0;
            }
            assertFalseDuplicatesWithinBound(falseDuplicates, keys, keys + " fresh keys, " + shape);
            for (int i = 0; i < keys; i++) {
                assertTrue(store.mightContain(key(shape, i), START), "rule 2: mightContain is false for a marked key");
                mark(store, key(shape, i), START, DUPLICATE, "rule 1: a marked key");
            }
        }
    }

    @Test
    @DisplayName("rule 5: a batch equals its items one by one, repeats inside it included")
    void rule5_batchIsSequence() {
        Retention retention = retentions().get(1);
        DeduplicationStore store = open(retention);
        EventBatch batch = new EventBatch(16);
        long late = START - retention.latenessMillis() - 1;
        long beyond = START + retention.windowMillis() + retention.tickMillis() + 1;
        clock.set(beyond);
        batch.add(key(0), START, 0);
        batch.add(key(0), START, 0);
        batch.add(key(1), START - 1, 0);
        batch.add(key(1), START, 0);
        batch.add(key(2), late, 0);
        batch.add(key(0), beyond, 0);
        batch.add(key(0), beyond, 0);
        batch.add(key(3), START, 0);
        store.markSeen(batch);
        Verdict[] expected = {FIRST_SEEN, DUPLICATE, FIRST_SEEN, DUPLICATE, TOO_LATE, FIRST_SEEN, DUPLICATE, TOO_LATE};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], batch.verdict(i), "rule 5: item " + i + " of " + batch);
        }
        store.markSeen(batch);
        assertEquals(expected.length, store.stats().calls(), "rule 5: judged items are not asked about again");
        batch.clear();
        store.markSeen(batch);
        assertEquals(0, batch.size(), "rule 5: an empty batch");
    }

    @Test
    @DisplayName(
            "rule 6: far beyond the expected keys the store refuses, or states the shorter window or the higher probability")
    void rule6_nothingShrinksInSilence() {
        Retention retention = retentions().get(0);
        int expected = 2_000;
        StoreConfig config = new StoreConfig(retention, clock, expected, (a, b, c, d, e, f) -> {});
        try (StoreFixture fixture = fixture(config);
                DeduplicationStore store = fixture.open()) {
            int keys = 20 * expected;
            int marked = 0;
            long span = retention.windowMillis() / 2;
            clock.set(START + span);
            try {
                for (; marked < keys; marked++) {
                    store.markSeen(key(marked), START + span * marked / keys);
                }
            } catch (RuntimeException refused) {
                assertTrue(
                        refused.getMessage() != null && refused.getMessage().contains("capacity"),
                        "rule 6: a refusal names the capacity: " + refused);
                assertTrue(marked >= expected, "rule 6: refused before the expected keys: " + marked);
            }
            long watermark = START + span * (marked - 1) / keys;
            for (int i = 0; i < marked; i++) {
                long timestamp = START + span * i / keys;
                Duration before = store.stats().effectiveWindow();
                boolean found = store.mightContain(key(i), timestamp);
                assertTrue(
                        found || timestamp < watermark - before.toMillis(),
                        "rule 6: key " + i + " is forgotten, but the effective window " + before
                                + " says that it is not; watermark - timestamp = " + (watermark - timestamp));
            }
        }
    }

    @Test
    @DisplayName("rule 10: the books balance, by thread and in total")
    void rule10_booksBalanceUnderLoad() throws Exception {
        DeduplicationStore store = open(retentions().get(1));
        int threads = 4;
        int batches = 200;
        onThreads(threads, thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            EventBatch batch = new EventBatch(16);
            for (int i = 0; i < batches; i++) {
                batch.clear();
                while (!batch.isFull()) {
                    batch.add(key(random.nextInt(500)), START + random.nextLong(20_000), 0);
                }
                store.markSeen(batch);
            }
        });
        StoreStats stats = store.stats();
        assertEquals(16L * threads * batches, stats.calls(), "rule 10: " + stats);
        assertEquals(stats.answered(), stats.calls(), "rule 10: " + stats);
        assertTrue(stats.duplicates() > 0 && stats.firstSeen() > 0, "rule 10: " + stats);
    }

    @Test
    @DisplayName("rule 11: after close every call throws IllegalStateException, close itself does not")
    void rule11_callsAfterCloseAreRefused() {
        DeduplicationStore store = open(retentions().get(0));
        mark(store, key(0), START, FIRST_SEEN, "rule 11: open");
        store.close();
        store.close();
        EventBatch batch = new EventBatch(1);
        batch.add(key(0), START, 0);
        assertThrows(IllegalStateException.class, () -> store.markSeen(key(0), START), "rule 11: markSeen");
        assertThrows(IllegalStateException.class, () -> store.markSeen(batch), "rule 11: markSeen of a batch");
        assertThrows(IllegalStateException.class, () -> store.mightContain(key(0), START), "rule 11: mightContain");
        assertThrows(IllegalStateException.class, store::stats, "rule 11: stats");
        assertEquals(UNJUDGED, batch.verdict(0), "rule 11: a refused batch is not judged");
    }

    @Test
    @DisplayName(
            "rule 11: close under load ends every call with an answer or IllegalStateException, and leaves no thread")
    void rule11_closeUnderLoad() throws Exception {
        int threadsBefore = Thread.activeCount();
        for (int round = 0; round < 10; round++) {
            DeduplicationStore store = open(retentions().get(0));
            CountDownLatch running = new CountDownLatch(4);
            ExecutorService pool = Executors.newFixedThreadPool(4);
            List<Future<?>> loads = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                long firstKey = thread * 1_000_000_000L;
                loads.add(pool.submit(() -> markUntilClosed(store, firstKey, running)));
            }
            running.await();
            store.close();
            for (Future<?> load : loads) {
                load.get(30, TimeUnit.SECONDS);
            }
            pool.shutdown();
            assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS), "rule 11: a call hangs after close");
        }
        closeStore();
        assertTrue(
                Thread.activeCount() <= threadsBefore + 2,
                "rule 11: threads left behind: " + threadsBefore + " before, " + Thread.activeCount() + " after");
    }

    private void markUntilClosed(DeduplicationStore store, long firstKey, CountDownLatch running) {
        EventBatch batch = new EventBatch(8);
        for (long i = firstKey; ; i++) {
            try {
                store.markSeen(key(i), START);
                batch.clear();
                batch.add(key(i), START, 0);
                store.markSeen(batch);
                store.mightContain(key(i), START);
            } catch (IllegalStateException closed) {
                return;
            } catch (StoreUnavailableException full) {
                Thread.onSpinWait();
            } finally {
                running.countDown();
            }
        }
    }

    @Test
    @DisplayName("rule 12: null and negative input is refused by name, before anything is recorded")
    @SuppressWarnings("NullAway") // null is what is tested
    void rule12_badInputIsRefused() {
        DeduplicationStore store = open(retentions().get(0));
        refusesNull("key", () -> store.markSeen((DedupKey) null, START));
        refusesNull("batch", () -> store.markSeen((EventBatch) null));
        refusesNull("key", () -> store.mightContain((DedupKey) null, START));
        for (long timestamp : new long[] {-1, Long.MIN_VALUE}) {
            refusesTimestamp(timestamp, () -> store.markSeen(key(0), timestamp));
            refusesTimestamp(timestamp, () -> store.mightContain(key(0), timestamp));
        }
        if (!(store instanceof ReplaySafeStore)) {
            EventBatch batch = new EventBatch(2);
            batch.add(key(0), START, 0);
            batch.add(key(1), START, 7);
            var refusal = assertThrows(IllegalArgumentException.class, () -> store.markSeen(batch));
            assertTrue(String.valueOf(refusal.getMessage()).contains("origin"), "rule 12: " + refusal);
        }
        assertEquals(0, store.stats().calls(), "rule 12: a refused call is no mark");
        mark(store, key(0), START, FIRST_SEEN, "rule 12: a refused call records nothing");
    }

    @Test
    @DisplayName("rule 12: ids crafted to collide in common hashes lose nothing through a keyed key space")
    void rule12_hostileIdsLoseNothing() {
        KeySpace keyed =
                KeySpace.keyed("dedupkit/contract", new byte[] {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3});
        List<byte[]> ids = new ArrayList<>(HostileIds.murmur3Collisions(13));
        ids.addAll(HostileIds.xxh3Collisions(5_000));
        DeduplicationStore store = open(retentions().get(0));
        long lost = 0;
        for (byte[] id : ids) {
            lost += store.markSeen(keyed.key(id), START).isDuplicate() ? 1 : 0;
        }
        assertFalseDuplicatesWithinBound(lost, ids.size(), "crafted ids through a keyed key space");
    }

    /** Checks that a call throws NullPointerException with the parameter's name. */
    static void refusesNull(String name, Runnable call) {
        var refusal = assertThrows(NullPointerException.class, call::run, "rule 12: null " + name);
        assertEquals(name, refusal.getMessage(), "rule 12: the message names the parameter");
    }

    /** Checks that a call throws IllegalArgumentException with the timestamp. */
    static void refusesTimestamp(long timestamp, Runnable call) {
        var refusal = assertThrows(IllegalArgumentException.class, call::run, "rule 12: timestamp " + timestamp);
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains(Long.toString(timestamp)), "rule 12: the message names the value: " + message);
    }

    /** Runs a body on several threads at once and rethrows what any of them threw. */
    static void onThreads(int threads, ThreadBody body) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                results.add(pool.submit(() -> {
                    start.await();
                    body.run(thread);
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** What a thread does. */
    interface ThreadBody {
        void run(int thread) throws Exception;
    }
}
