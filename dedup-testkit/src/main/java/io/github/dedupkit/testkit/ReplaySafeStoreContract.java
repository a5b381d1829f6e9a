package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The contract of every {@link ReplaySafeStore}: that of a plain store, and rule 3, replay, with confirm and forget. */
public abstract class ReplaySafeStoreContract extends DeduplicationStoreContract {
    private static final long O1 = 0x1111_1111_1111_1111L;
    private static final long O2 = -2;

    /** Creates the contract. */
    protected ReplaySafeStoreContract() {}

    private ReplaySafeStore openReplaySafe() {
        return (ReplaySafeStore) open(retentions().get(1));
    }

    @Test
    @DisplayName("rule 3: until confirmed, the same key and origin is FIRST_SEEN again; another origin is a DUPLICATE")
    void rule3_unconfirmedDeliveryIsReplayed() {
        ReplaySafeStore store = openReplaySafe();
        mark(store, key(0), START, O1, FIRST_SEEN, "rule 3: a fresh key");
        mark(store, key(0), START, O1, FIRST_SEEN, "rule 3: the same delivery again");
        mark(store, key(0), START, O2, DUPLICATE, "rule 3: another delivery");
        mark(store, key(0), START, 0, DUPLICATE, "rule 3: a delivery without origin");
        mark(store, key(0), START, O1, FIRST_SEEN, "rule 3: the same delivery, after others were refused");
        mark(store, key(0), START + retentions().get(1).windowMillis(), O1, FIRST_SEEN, "rule 3: W later still");
    }

    @Test
    @DisplayName("rule 3: a confirmed delivery is a DUPLICATE, as is every other")
    void rule3_confirmedDeliveryIsADuplicate() {
        ReplaySafeStore store = openReplaySafe();
        mark(store, key(0), START, O1, FIRST_SEEN, "rule 3: a fresh key");
        store.confirm(key(0), START, O1);
        mark(store, key(0), START, O1, DUPLICATE, "rule 3: redelivered after confirm");
        mark(store, key(0), START, O2, DUPLICATE, "rule 3: another delivery after confirm");
        store.confirm(key(0), START, O1);
        store.confirm(key(0), START, O2);
        mark(store, key(0), START, O1, DUPLICATE, "rule 3: confirm repeated");
    }

    @Test
    @DisplayName("rule 3: a forgotten delivery makes the key new")
    void rule3_forgottenDeliveryMakesTheKeyNew() {
        ReplaySafeStore store = openReplaySafe();
        mark(store, key(0), START, O1, FIRST_SEEN, "rule 3: a fresh key");
        store.forget(key(0), START, O1);
        mark(store, key(0), START, O2, FIRST_SEEN, "rule 3: another delivery after forget");
        mark(store, key(0), START, O1, DUPLICATE, "rule 3: the forgotten delivery comes back after all");
        store.forget(key(0), START, O1);
        mark(store, key(0), START, O1, DUPLICATE, "rule 3: forget repeated touches no other delivery");
        mark(store, key(0), START, O2, FIRST_SEEN, "rule 3: the other delivery still holds the key");
    }

    @Test
    @DisplayName("rule 3: every bit of an origin counts, and an origin of which a part is 0 is an origin")
    void rule3_everyBitOfAnOriginCounts() {
        ReplaySafeStore store = openReplaySafe();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            long origin = 1L << bit;
            long other = 1L << ((bit + Integer.SIZE) % Long.SIZE);
            mark(store, key(bit), START, origin, FIRST_SEEN, "rule 3: a fresh key");
            mark(store, key(bit), START, origin, FIRST_SEEN, "rule 3: the delivery of origin 2^" + bit + " again");
            mark(store, key(bit), START, other, DUPLICATE, "rule 3: another delivery than that of origin 2^" + bit);
            mark(store, key(bit), START, ~origin, DUPLICATE, "rule 3: another delivery than that of origin 2^" + bit);
            store.confirm(key(bit), START, other);
            mark(store, key(bit), START, origin, FIRST_SEEN, "rule 3: another origin confirmed, not 2^" + bit);
            store.confirm(key(bit), START, origin);
            mark(store, key(bit), START, origin, DUPLICATE, "rule 3: confirmed with origin 2^" + bit);
        }
    }

    @Test
    @DisplayName("rule 4(c): neither a replay nor a confirm extends the window")
    void rule4c_replayAndConfirmDoNotExtendTheWindow() {
        Retention retention = retentions().get(1);
        ReplaySafeStore store = openReplaySafe();
        long last = START + retention.windowMillis();
        long beyond = last + retention.tickMillis() + 1;
        clock.set(beyond);
        mark(store, key(0), START, O1, FIRST_SEEN, "rule 4(c): a fresh key");
        mark(store, key(1), START, O1, FIRST_SEEN, "rule 4(c): a fresh key");
        mark(store, key(0), last, O1, FIRST_SEEN, "rule 4(c): its replay W later");
        store.confirm(key(1), last, O1);
        mark(store, key(0), beyond, O2, FIRST_SEEN, "rule 4(c): W + g + 1 after the mark, whatever was replayed");
        mark(store, key(1), beyond, O2, FIRST_SEEN, "rule 4(c): W + g + 1 after the mark, whenever it was confirmed");
    }

    @Test
    @DisplayName("rule 3: confirm and forget of another origin change nothing")
    void rule3_onlyTheOwnOriginCounts() {
        ReplaySafeStore store = openReplaySafe();
        mark(store, key(0), START, O1, FIRST_SEEN, "rule 3: a fresh key");
        store.confirm(key(0), START, O2);
        store.confirm(key(0), START, 0);
        mark(store, key(0), START, O1, FIRST_SEEN, "rule 3: another origin's confirm");
        store.forget(key(0), START, O2);
        mark(store, key(0), START, O2, DUPLICATE, "rule 3: another origin's forget");
        store.confirm(key(0), START, O1);
        store.forget(key(0), START, O1);
        mark(store, key(0), START, O2, DUPLICATE, "rule 3: forget after confirm");
        store.confirm(key(1), START, O1);
        store.forget(key(1), START, O1);
        mark(store, key(1), START, O2, FIRST_SEEN, "rule 3: confirm and forget of an unknown key record nothing");
    }

    @Test
    @DisplayName("rule 3: origin 0 is no origin: confirmed at once, never replayed, never forgotten")
    void rule3_originZeroIsNone() {
        ReplaySafeStore store = openReplaySafe();
        mark(store, key(0), START, 0, FIRST_SEEN, "rule 3: a fresh key");
        mark(store, key(0), START, 0, DUPLICATE, "rule 3: two marks without origin are two deliveries");
        mark(store, key(0), START, O1, DUPLICATE, "rule 3: a mark without origin is confirmed at once");
        store.confirm(key(0), START, 0);
        mark(store, key(0), START, 0, DUPLICATE, "rule 3: confirm of origin 0 does nothing");
        var refusal = assertThrows(IllegalArgumentException.class, () -> store.forget(key(0), START, 0));
        assertTrue(String.valueOf(refusal.getMessage()).contains("origin 0"), "rule 12: " + refusal);
        mark(store, key(0), START, O2, DUPLICATE, "rule 3: a refused forget changes nothing");
    }

    @Test
    @DisplayName("rule 3: confirm and forget have a batch form, and confirmAndMark does both")
    void rule3_batchForms() {
        ReplaySafeStore store = openReplaySafe();
        EventBatch poll = new EventBatch(4);
        for (int i = 0; i < 4; i++) {
            poll.add(key(i), START, O1 + i);
        }
        store.markSeen(poll);
        EventBatch done = new EventBatch(2);
        done.add(poll, 0);
        done.add(poll, 1);
        EventBatch failed = new EventBatch(1);
        failed.add(poll, 2);
        store.forget(failed);
        EventBatch next = new EventBatch(4);
        for (int i = 0; i < 4; i++) {
            next.add(key(i), START, O1 + i);
        }
        store.confirmAndMark(done, next);
        Verdict[] expected = {DUPLICATE, DUPLICATE, FIRST_SEEN, FIRST_SEEN};
        for (int i = 0; i < 4; i++) {
            assertEquals(FIRST_SEEN, poll.verdict(i), "rule 3: verdicts of the first poll stand");
            assertEquals(expected[i], next.verdict(i), "rule 3: confirmed, confirmed, forgotten, open; item " + i);
        }
        store.confirm(next);
        mark(store, key(3), START, O1 + 3, DUPLICATE, "rule 3: a whole batch confirmed");
        EventBatch mixed = new EventBatch(2);
        mark(store, key(9), START, O1, FIRST_SEEN, "rule 3: a fresh key");
        mixed.add(key(9), START, O1);
        mixed.add(key(3), START, 0);
        assertThrows(
                IllegalArgumentException.class, () -> store.forget(mixed), "rule 12: forget of origin 0 in a batch");
        mark(store, key(9), START, O2, DUPLICATE, "rule 12: a refused batch forgets nothing");
        assertThrows(IllegalArgumentException.class, () -> store.confirmAndMark(done, done), "rule 12: the same batch");
    }

    @Test
    @DisplayName("rule 4: confirm and forget are never late, and find a record that was held back from the future")
    void rule4_confirmAndForgetAreNeverLate() {
        Retention retention = retentions().get(1);
        ReplaySafeStore store = openReplaySafe();
        long future = START + 10 * retention.windowMillis();
        mark(store, key(0), START, O1, FIRST_SEEN, "rule 4: a fresh key");
        mark(store, key(1), START, O1, FIRST_SEEN, "rule 4: a fresh key");
        mark(store, key(2), future, O1, FIRST_SEEN, "rule 4(e): from the future");
        mark(store, key(3), future, O1, FIRST_SEEN, "rule 4(e): from the future");
        store.confirm(key(2), future, O1);
        store.forget(key(3), future, O1);
        mark(store, key(2), START, O1, DUPLICATE, "rule 4(e): confirmed where (e) has put it");
        mark(store, key(3), START, O2, FIRST_SEEN, "rule 4(e): forgotten where (e) has put it");

        clock.set(START + retention.windowMillis());
        long late = START + retention.windowMillis() - retention.latenessMillis() - 1;
        mark(store, key(9), clock.millis(), O1, FIRST_SEEN, "rule 4: time passes");
        assertTrue(START < late, "the records are older than the lateness");
        mark(store, key(0), START, O1, TOO_LATE, "rule 4(a): a mark is too late");
        store.confirm(key(0), START, O1);
        store.forget(key(1), START, O1);
        mark(store, key(0), clock.millis(), O1, DUPLICATE, "rule 4(a): a confirm is not");
        mark(store, key(1), clock.millis(), O2, FIRST_SEEN, "rule 4(a): a forget is not");
    }

    @Test
    @DisplayName("rule 3: what a store notes as confirmed is confirmed, and stands where it notes it")
    void rule3_notedMarksAreConfirmed() {
        Retention retention = retentions().get(1);
        ReplaySafeStore store = openReplaySafe();
        long later = START + retention.latenessMillis();
        clock.set(later);
        EventBatch batch = new EventBatch(6);
        batch.add(key(0), START, O1);
        batch.add(key(0), later, O2);
        batch.add(key(1), START, 0);
        batch.add(key(1), later, O2);
        batch.add(key(2), Long.MAX_VALUE, 0);
        batch.add(key(3), START - 1, 0);
        store.markSeen(batch);
        assertNoted(batch, 0, -1, "first seen, and open");
        assertNoted(batch, 1, -1, "a copy of an open mark");
        assertNoted(batch, 2, START, "without origin, so confirmed at once");
        assertNoted(batch, 3, START, "a copy of a confirmed mark");
        assertNoted(batch, 4, later + retention.futureSkewMillis(), "from the future");
        assertNoted(batch, 5, -1, "too late");

        EventBatch confirmed = new EventBatch(4);
        confirmed.add(key(0), later, O2);
        confirmed.add(key(0), later, O1);
        confirmed.add(key(9), START, O1);
        confirmed.add(key(0), later, O2);
        store.confirm(confirmed);
        assertNoted(confirmed, 0, -1, "another's mark, still open");
        assertNoted(confirmed, 1, START, "its own mark, confirmed");
        assertNoted(confirmed, 2, -1, "no mark");
        assertNoted(confirmed, 3, START, "another's mark, confirmed by now");
    }

    /** A store may note nothing; one that counts in ticks may note the start of the record's. */
    private void assertNoted(EventBatch batch, int index, long expected, String what) {
        long noted = batch.confirmedAt(index);
        long tick = retentions().get(1).tickMillis();
        assertTrue(
                noted == -1 || (noted <= expected && expected - noted < tick),
                "rule 3: noted as confirmed at " + noted + ", not " + expected + ": " + what);
    }

    @Test
    @DisplayName("rule 5: repeats inside a batch: o1/o1, o1/o2, 0/0, o1/0, 0/o1")
    void rule5_repeatsInsideABatch() {
        ReplaySafeStore store = openReplaySafe();
        long[][] pairs = {{O1, O1}, {O1, O2}, {0, 0}, {O1, 0}, {0, O1}};
        Verdict[] second = {FIRST_SEEN, DUPLICATE, DUPLICATE, DUPLICATE, DUPLICATE};
        EventBatch batch = new EventBatch(2 * pairs.length);
        for (int i = 0; i < pairs.length; i++) {
            batch.add(key(i), START, pairs[i][0]);
            batch.add(key(i), START, pairs[i][1]);
        }
        store.markSeen(batch);
        for (int i = 0; i < pairs.length; i++) {
            String pair = "origins " + pairs[i][0] + "/" + pairs[i][1];
            assertEquals(FIRST_SEEN, batch.verdict(2 * i), "rule 5: first of " + pair);
            assertEquals(second[i], batch.verdict(2 * i + 1), "rule 5: second of " + pair);
        }
    }

    @Test
    @DisplayName("rule 5: a batch that failed is submitted again and asks for its unjudged items only")
    void rule5_resubmittedBatch() {
        ReplaySafeStore store = openReplaySafe();
        FaultInjectingStore faulty = new FaultInjectingStore(store);
        EventBatch batch = new EventBatch(4);
        batch.add(key(0), START, 0);
        batch.add(key(1), START, O1);
        batch.add(key(0), START, 0);
        batch.add(key(2), START, 0);
        for (FaultInjectingStore.Fault fault : FaultInjectingStore.Fault.values()) {
            faulty.failNext(fault);
            assertThrows(StoreUnavailableException.class, () -> faulty.markSeen(batch), "the fault is thrown");
        }
        faulty.markSeen(batch);
        Verdict[] expected = {FIRST_SEEN, FIRST_SEEN, DUPLICATE, FIRST_SEEN};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], batch.verdict(i), "rule 5: item " + i + " of a batch submitted again");
        }
    }

    @Test
    @DisplayName(
            "rules 1 and 3: racing deliveries have one winner; a race of one delivery with itself has only winners")
    void rule3_racingDeliveries() throws Exception {
        ReplaySafeStore store = openReplaySafe();
        int keys = 2_000;
        AtomicLongArray winners = new AtomicLongArray(keys);
        AtomicLongArray replays = new AtomicLongArray(keys);
        onThreads(4, thread -> {
            for (int i = 0; i < keys; i++) {
                if (store.markSeen(key(i), START, thread + 1) == FIRST_SEEN) {
                    winners.incrementAndGet(i);
                }
                if (store.markSeen(key(keys + i), START, O1) == FIRST_SEEN) {
                    replays.incrementAndGet(i);
                }
            }
        });
        long none = 0;
        long lostReplays = 0;
        for (int i = 0; i < keys; i++) {
            assertTrue(winners.get(i) <= 1, "rule 1: several origins won a key");
            none += winners.get(i) == 0 ? 1 : 0;
            lostReplays += replays.get(i) == 4 ? 0 : 1;
        }
        assertFalseDuplicatesWithinBound(none, keys, "keys without a winner");
        assertFalseDuplicatesWithinBound(lostReplays, keys, "deliveries that raced with themselves and lost");
    }

    @Test
    @DisplayName("rule 3: with a confirm or forget racing, no delivery is lost")
    void rule3_racingConfirmAndForget() throws Exception {
        ReplaySafeStore store = openReplaySafe();
        int keys = 2_000;
        AtomicLongArray done = new AtomicLongArray(keys);
        onThreads(4, thread -> {
            for (int i = 0; i < keys; i++) {
                if (store.markSeen(key(i), START, thread + 1) == FIRST_SEEN) {
                    if ((thread + i) % 2 == 0) {
                        done.incrementAndGet(i);
                        store.confirm(key(i), START, thread + 1);
                    } else {
                        store.forget(key(i), START, thread + 1);
                    }
                }
            }
        });
        long lost = 0;
        for (int i = 0; i < keys; i++) {
            assertTrue(done.get(i) <= 1, "rule 1: a key was confirmed by two deliveries");
            Verdict verdict = store.markSeen(key(i), START, 99);
            if (done.get(i) == 1) {
                assertEquals(DUPLICATE, verdict, "rule 3: a confirmed key");
            } else {
                lost += verdict == FIRST_SEEN ? 0 : 1;
            }
        }
        assertFalseDuplicatesWithinBound(lost, keys, "rule 3: keys that every delivery has forgotten");
    }

    @Test
    @DisplayName("rule 10: a replay is counted apart from a first sight")
    void rule10_replaysAreCountedApart() {
        ReplaySafeStore store = openReplaySafe();
        store.markSeen(key(0), START, O1);
        store.markSeen(key(0), START, O1);
        store.markSeen(key(0), START, O2);
        EventBatch batch = new EventBatch(3);
        batch.add(key(0), START, O1);
        batch.add(key(1), START, O1);
        batch.add(key(1), START, O2);
        store.markSeen(batch);
        StoreStats stats = store.stats();
        assertEquals(2, stats.firstSeen(), "rule 10: first seen; " + stats);
        assertEquals(2, stats.replayed(), "rule 10: replayed; " + stats);
        assertEquals(2, stats.duplicates(), "rule 10: duplicates; " + stats);
    }

    @Test
    @DisplayName("rule 11: confirm and forget after close throw IllegalStateException")
    void rule11_confirmAndForgetAfterClose() {
        ReplaySafeStore store = openReplaySafe();
        EventBatch batch = new EventBatch(1);
        batch.add(key(0), START, O1);
        store.close();
        assertThrows(IllegalStateException.class, () -> store.markSeen(key(0), START, O1), "rule 11: markSeen");
        assertThrows(IllegalStateException.class, () -> store.confirm(key(0), START, O1), "rule 11: confirm");
        assertThrows(IllegalStateException.class, () -> store.forget(key(0), START, O1), "rule 11: forget");
        assertThrows(IllegalStateException.class, () -> store.confirm(batch), "rule 11: confirm of a batch");
        assertThrows(IllegalStateException.class, () -> store.forget(batch), "rule 11: forget of a batch");
    }

    @Test
    @DisplayName("rule 12: null and negative input of confirm and forget is refused by name")
    @SuppressWarnings("NullAway") // null is what is tested
    void rule12_badInputOfConfirmAndForget() {
        ReplaySafeStore store = openReplaySafe();
        refusesNull("key", () -> store.markSeen((DedupKey) null, START, O1));
        refusesNull("key", () -> store.confirm((DedupKey) null, START, O1));
        refusesNull("key", () -> store.forget((DedupKey) null, START, O1));
        refusesNull("batch", () -> store.confirm((EventBatch) null));
        refusesNull("batch", () -> store.forget((EventBatch) null));
        refusesNull("done", () -> store.confirmAndMark(null, new EventBatch(1)));
        refusesNull("next", () -> store.confirmAndMark(new EventBatch(1), null));
        refusesTimestamp(-1, () -> store.markSeen(key(0), -1, O1));
        refusesTimestamp(-1, () -> store.confirm(key(0), -1, O1));
        refusesTimestamp(-1, () -> store.forget(key(0), -1, O1));
    }
}
