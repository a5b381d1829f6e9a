package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.Comparator;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules 6 and 10: what a store does when it has no room, and what it says of itself. */
abstract class RoomAndBooksRules extends CloseAndInputRules {
    @Test
    @DisplayName(
            "rule 6: far beyond the expected keys the store refuses, or states the shorter window or the higher probability")
    void rule6_nothingShrinksInSilence() {
        Retention retention = mostLenient();
        long span = retention.latenessMillis();
        int expected = 2_000;
        StoreConfig config = new StoreConfig(retention, clock, expected, new Ledger());
        try (StoreFixture fixture = fixture(config);
                DeduplicationStore store = fixture.open()) {
            int keys = 20 * expected;
            int marked = 0;
            long falseDuplicates = 0;
            clock.set(START + span);
            try {
                for (; marked < keys; marked++) {
                    Verdict verdict = store.markSeen(key(marked), START + span * marked / keys);
                    falseDuplicates += verdict.isDuplicate() ? 1 : 0;
                }
            } catch (RuntimeException refused) {
                assertTrue(
                        refused.getMessage() != null && refused.getMessage().contains("capacity"),
                        "rule 6: a refusal names the capacity: " + refused);
                assertTrue(marked >= expected, "rule 6: refused before the expected keys: " + marked);
            }
            double stated = Math.max(
                    store.stats().falseDuplicateProbability(),
                    expectedGuarantees().falseDuplicateProbability());
            assertFalse(
                    isNoAccident(falseDuplicates, marked, stated),
                    "rule 6: " + falseDuplicates + " of " + marked + " new keys told DUPLICATE, but the probability is"
                            + " stated as " + stated);
            long watermark = START + span * (marked - 1) / keys;
            for (int i = 0; i < marked; i++) {
                long timestamp = START + span * i / keys;
                Duration before = store.stats().effectiveWindow();
                boolean found = store.mightContain(key(i), timestamp);
                boolean forgotten = store.markSeen(key(i), timestamp) == Verdict.FIRST_SEEN;
                assertTrue(
                        !forgotten || before.isZero() || timestamp < watermark - before.toMillis(),
                        "rule 6: key " + i + " is forgotten, but the effective window " + before
                                + " says that it is not; watermark - timestamp = " + (watermark - timestamp));
                assertTrue(found, "rule 6: mightContain was false for key " + i + ", as if it had never been marked");
            }
        }
    }

    /** The retention with the most lateness for its window, so that every key can be asked about again in time. */
    private Retention mostLenient() {
        return retentions().stream()
                .max(Comparator.comparingDouble(r -> (double) r.latenessMillis() / r.windowMillis()))
                .orElseThrow();
    }

    @Test
    @DisplayName(
            "rule 6: the records said to be held are those made and not dropped, below the expected keys and far beyond")
    void rule6_retainedKeysAreThoseHeld() {
        int expected = 2_000;
        try (StoreFixture fixture = fixture(new StoreConfig(mostLenient(), clock, expected, new Ledger()));
                DeduplicationStore store = fixture.open()) {
            int marked = 0;
            for (int upTo : new int[] {1, expected / 2, expected, 3 * expected / 2, 2 * expected, 20 * expected}) {
                for (; marked < upTo; marked++) {
                    try {
                        store.markSeen(key(marked), START);
                    } catch (StoreUnavailableException e) {
                        // rule 6: refuses, which makes no record
                    }
                }
                StoreStats stats = store.stats();
                long held = stats.firstSeen() - stats.evicted();
                assertTrue(
                        stats.retainedKeys() <= held && stats.retainedKeys() >= held - held / 10,
                        "rule 6: " + held + " records are held after " + marked + " marks, nothing has expired; "
                                + stats);
            }
        }
    }

    @Test
    @DisplayName("rule 10: the books balance in total, in stats and in what the listener is told, once per call")
    void rule10_booksBalanceUnderLoad() throws Exception {
        long span = 2 * retentions().get(1).latenessMillis();
        clock.set(START + span);
        DeduplicationStore store = open(retentions().get(1));
        int threads = 4;
        int batches = 200;
        onThreads(threads, thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            EventBatch batch = new EventBatch(16);
            for (int i = 0; i < batches; i++) {
                batch.clear();
                while (!batch.isFull()) {
                    batch.add(key(random.nextInt(500)), START + random.nextLong(span), 0);
                }
                store.markSeen(batch);
            }
        });
        StoreStats stats = store.stats();
        assertEquals(16L * threads * batches, stats.calls(), "rule 10: " + stats);
        assertEquals(stats.answered(), stats.calls(), "rule 10: " + stats);
        assertTrue(
                stats.duplicates() > 0 && stats.firstSeen() > 0 && stats.tooLate() > 0,
                "rule 10: not counted " + stats);
        assertTrue(ledger.agreesWith(stats), "rule 10: the listener was told " + ledger + ", but " + stats);
        long calls = (long) threads * batches;
        assertTrue(
                ledger.calls() >= calls && ledger.calls() <= (isTiered() ? 2 : 1) * calls,
                "rule 10: the listener is called once per batch, but was told " + ledger + " of " + calls);
    }

    @Test
    @DisplayName("rule 10: marks that the store refuses are counted as thrown, every item of a batch")
    void rule10_refusedMarksAreCounted() {
        Ledger told = new Ledger();
        int expected = 1_000;
        try (StoreFixture fixture = fixture(new StoreConfig(retentions().get(0), clock, expected, told));
                DeduplicationStore store = fixture.open()) {
            int marked = 0;
            boolean refused = false;
            for (; marked < 20 * expected && !refused; marked++) {
                try {
                    store.markSeen(key(marked), START);
                } catch (RuntimeException e) {
                    refused = true;
                }
            }
            assumeTrue(refused, "the store never refuses for lack of room: rule 6 tests what it does instead");
            assertEquals(1, store.stats().thrown(), "rule 10: the refused mark; " + store.stats());
            assertEquals(marked, store.stats().calls(), "rule 10: calls; " + store.stats());
            EventBatch batch = new EventBatch(8);
            int batches = 0;
            for (refused = false; !refused; batches++) {
                assertTrue(batches < expected, "rule 6: full for a key, but not for a batch");
                batch.clear();
                while (!batch.isFull()) {
                    batch.add(key(100_000 + 8 * batches + batch.size()), START, 0);
                }
                try {
                    store.markSeen(batch);
                } catch (RuntimeException e) {
                    refused = true;
                }
            }
            StoreStats stats = store.stats();
            assertEquals(marked + 8 * batches, stats.calls(), "rule 10: each item of the refused batch; " + stats);
            assertTrue(told.agreesWith(stats), "rule 10: the listener was told " + told + ", but " + stats);
        }
    }

    @Test
    @DisplayName("rule 10: a listener that throws costs no event")
    void rule10_listenerThatThrowsCostsNothing() {
        DeduplicationListener broken = (first, replayed, duplicates, late, open, thrown) -> {
            throw new IllegalArgumentException("this listener always throws");
        };
        try (StoreFixture fixture = fixture(new StoreConfig(retentions().get(0), clock, 1_000, broken));
                DeduplicationStore store = fixture.open()) {
            EventBatch batch = new EventBatch(2);
            batch.add(key(0), START, 0);
            batch.add(key(1), START, 0);
            assertDoesNotThrow(() -> store.markSeen(key(0), START), "rule 10: a mark");
            assertDoesNotThrow(() -> store.markSeen(batch), "rule 10: a batch");
            assertEquals(DUPLICATE, batch.verdict(0), "rule 10: the mark was recorded");
            assertEquals(FIRST_SEEN, batch.verdict(1), "rule 10: the batch was judged");
            assertEquals(3, store.stats().answered(), "rule 10: " + store.stats());
        }
    }
}
