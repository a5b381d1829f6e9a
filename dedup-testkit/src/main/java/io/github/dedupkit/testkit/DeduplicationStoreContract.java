package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Accuracy;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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
public abstract class DeduplicationStoreContract extends RoomAndBooksRules {
    private static final long DEFAULT_SEED = 20_260_101;
    private static final int STEPS = 150;
    private static final int YIELD_ONE_READING_IN = 512;
    private static final int RACE_ATTEMPTS = 10;

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
        clock.yieldOneReadingIn(YIELD_ONE_READING_IN);
        Races.Result all = new Races.Result(0, 0, 0, 0);
        for (int attempt = 0; attempt < RACE_ATTEMPTS && all.overlapped() == 0; attempt++) {
            for (KeyShape shape : KeyShape.values()) {
                Races.Result total = new Races.Result(0, 0, 0, 0);
                for (int threads = 2; threads <= 8; threads++) {
                    long races = shape == KeyShape.UNIFORM ? racesPerThreadCount : racesPerThreadCount / 10 + 1;
                    Races.Result result = raceWith(threads, races, retention, shape);
                    total = total.plus(result);
                }
                System.out.println(getClass().getSimpleName() + ", keys " + shape + ": " + total);
                assertEquals(0, total.manyWinners(), "rule 1: races with several winners; " + total);
                assertFalseDuplicatesWithinBound(total.noWinner(), total.races(), "races without a winner; " + total);
                all = all.plus(total);
            }
        }
        assertTrue(all.overlapped() > 0, "no race overlapped, so the test showed nothing; " + all);
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
                HistoryRunner runner = historyRunner(retention, shape);
                for (long seed = firstSeed; seed < firstSeed + histories; seed++) {
                    var options = new HistoryGenerator.Options(origins, seed % 2 == 0, durable, STEPS);
                    List<Step> steps = new HistoryGenerator(seed, retention, options, START).generate();
                    HistoryRunner.Report report = runner.run(steps);
                    boolean chance = report.lost() > 0 && expectedGuarantees().accuracy() == Accuracy.APPROXIMATE;
                    if (report.violation() != null && !chance) {
                        fail(explain(runner, steps, report, seed, retention, shape));
                    }
                    lost += report.lost();
                    newKeys += report.newKeys();
                }
            }
        }
        assertFalseDuplicatesWithinBound(lost, newKeys, "random histories from seed " + firstSeed);
    }

    private HistoryRunner historyRunner(Retention retention, KeyShape shape) {
        return new HistoryRunner(
                retention,
                this::fixture,
                k -> key(shape, k),
                START,
                isTiered() ? Oracle::ofTier : Oracle::new,
                HistoryRunner.Outages.NONE);
    }

    /** The smallest history that fails, or the whole one where a failure does not come back. */
    static String explain(
            HistoryRunner runner,
            List<Step> steps,
            HistoryRunner.Report found,
            long seed,
            Retention retention,
            KeyShape shape) {
        HistoryRunner.Report shrunk = runner.run(runner.shrink(steps));
        HistoryRunner.Report smallest = shrunk.violation() == null ? found : shrunk;
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
    @DisplayName("rule 2: an exact store compares every bit of a key")
    void rule2_everyBitOfAKeyCounts() {
        assumeTrue(
                expectedGuarantees().accuracy() == Accuracy.EXACT,
                "the store is approximate: it may take two keys for one");
        DeduplicationStore store = open(retentions().get(0));
        DedupKey key = key(0);
        mark(store, key, START, FIRST_SEEN, "rule 2: a fresh key");
        for (int bit = 0; bit < Long.SIZE; bit++) {
            DedupKey high = DedupKey.ofBits(key.high() ^ (1L << bit), key.low());
            DedupKey low = DedupKey.ofBits(key.high(), key.low() ^ (1L << bit));
            mark(store, high, START, FIRST_SEEN, "rule 2: a key that differs in bit " + (Long.SIZE + bit));
            mark(store, low, START, FIRST_SEEN, "rule 2: a key that differs in bit " + bit);
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
    @DisplayName("rule 5: a batch of thousands is a sequence too")
    void rule5_largeBatchIsSequence() {
        DeduplicationStore store = open(retentions().get(0));
        int keys = 1_500;
        EventBatch batch = new EventBatch(2 * keys);
        for (int i = 0; i < 2 * keys; i++) {
            batch.add(key(i % keys), START, 0);
        }
        store.markSeen(batch);
        long falseDuplicates = 0;
        for (int i = 0; i < keys; i++) {
            falseDuplicates += batch.verdict(i).isDuplicate() ? 1 : 0;
            assertEquals(DUPLICATE, batch.verdict(keys + i), "rule 5: item " + (keys + i) + ", a repeat, of " + batch);
            mark(store, key(i), START, DUPLICATE, "rule 5: item " + i + " was not recorded");
        }
        assertFalseDuplicatesWithinBound(falseDuplicates, keys, "a large batch of fresh keys");
    }
}
