package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The contract of every {@link BackingStore}: that of a replay-safe store, and what blind marks, watermark and scan promise. A
 * blind mark of a key that is not new is never made: what becomes of it is open.
 */
public abstract class BackingStoreContract extends ReplaySafeStoreContract {
    private static final long CLOSE_MILLIS = 10_000;

    private static final long O1 = 41;
    private static final long O2 = 42;

    /** Creates the contract. */
    protected BackingStoreContract() {}

    private BackingStore openBacking() {
        return (BackingStore) open(retention());
    }

    private Retention retention() {
        return retentions().get(1);
    }

    private static void markNew(
            BackingStore store, DedupKey key, long timestamp, long origin, Verdict expected, String why) {
        assertEquals(expected, store.markNew(key.high(), key.low(), timestamp, origin), why);
    }

    private static BitSet bits(int... indices) {
        BitSet bits = new BitSet();
        for (int index : indices) {
            bits.set(index);
        }
        return bits;
    }

    /** What a scan shows: the timestamps by key. A record that was replaced by a newer one may be shown too. */
    private static Map<DedupKey, Long> scan(BackingStore store) {
        Map<DedupKey, Long> shown = new HashMap<>();
        store.scan((high, low, timestamp) -> shown.merge(DedupKey.ofBits(high, low), timestamp, Math::max));
        return shown;
    }

    /** Closes a store from outside, and returns when it lets no call in. */
    private static void closeFromOutside(BackingStore store) {
        Thread closer = new Thread(store::close);
        closer.setDaemon(true);
        Thread watcher = new Thread(() -> {
            try {
                while (true) {
                    store.mightContain(0, 0, START);
                    Thread.onSpinWait();
                }
            } catch (IllegalStateException e) {
                // closed
            }
        });
        watcher.setDaemon(true);
        closer.start();
        watcher.start();
        try {
            watcher.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a test", e);
        }
        assertFalse(watcher.isAlive(), "rule 11: the store still answers while it is closed");
    }

    /** A store that counts in ticks may show the end of the record's. */
    private void assertShown(Map<DedupKey, Long> shown, DedupKey key, long expected, String what) {
        Long timestamp = shown.get(key);
        assertTrue(timestamp != null, "scan: not shown: " + what);
        assertTrue(
                timestamp >= expected && timestamp - expected < retention().tickMillis(),
                "scan: shown at " + timestamp + ", not at " + expected + ": " + what);
    }

    @Test
    @DisplayName("blind mark: it is a mark, with its origin, and in the books")
    void blind_isAMark() {
        BackingStore store = openBacking();
        markNew(store, key(0), START, O1, FIRST_SEEN, "blind: a new key");
        mark(store, key(0), START, O2, DUPLICATE, "blind: another delivery");
        mark(store, key(0), START, O1, FIRST_SEEN, "blind: the same delivery again");
        store.confirm(key(0), START, O1);
        mark(store, key(0), START, O1, DUPLICATE, "blind: confirmed");
        markNew(store, key(1), START, O1, FIRST_SEEN, "blind: a new key");
        store.forget(key(1), START, O1);
        mark(store, key(1), START, O2, FIRST_SEEN, "blind: forgotten");
        markNew(store, key(2), START, 0, FIRST_SEEN, "blind: without origin");
        mark(store, key(2), START, 0, DUPLICATE, "blind: without origin, confirmed at once");
        StoreStats stats = store.stats();
        assertEquals(4, stats.firstSeen(), "rule 10: first seen; " + stats);
        assertEquals(8, stats.calls(), "rule 10: calls; " + stats);
        assertTrue(ledger.agreesWith(stats), "rule 10: the listener was told " + ledger + ", but " + stats);
    }

    @Test
    @DisplayName("blind mark: the store judges its time, and the watermark moves")
    void blind_isJudgedByItsTime() {
        long lateness = retention().latenessMillis();
        BackingStore store = openBacking();
        clock.set(START + lateness);
        markNew(store, key(0), START + lateness, O1, FIRST_SEEN, "blind: moves the watermark");
        mark(store, key(1), START - 1, O1, TOO_LATE, "blind: the watermark has moved");
        markNew(store, key(2), START - 1, O1, TOO_LATE, "blind: too late");
        markNew(store, key(2), START, O2, FIRST_SEEN, "blind: what is too late is not recorded, and L back is in time");
        mark(store, key(2), START, O2, FIRST_SEEN, "blind: the record is that of the second delivery");

        markNew(store, key(3), Long.MAX_VALUE, O1, FIRST_SEEN, "blind: from the future");
        mark(store, key(4), START, 0, FIRST_SEEN, "rule 4(e): the watermark is not past the clock");
        clock.set(
                START + lateness + retention().futureSkewMillis() + retention().windowMillis());
        mark(store, key(3), clock.millis(), O2, DUPLICATE, "rule 4(e): stored at the clock + S, W ago");
        clock.set(clock.millis() + retention().tickMillis() + 1);
        mark(store, key(3), clock.millis(), O2, FIRST_SEEN, "rule 4(e): stored at the clock + S, more than W + g ago");
    }

    @Test
    @DisplayName("blind mark: it takes the place of a record that is out of its window")
    void blind_replacesAnExpiredRecord() {
        BackingStore store = openBacking();
        long beyond = START + retention().windowMillis() + retention().tickMillis() + 1;
        clock.set(beyond);
        mark(store, key(0), START, 0, FIRST_SEEN, "blind: a fresh key");
        markNew(store, key(0), beyond, O1, FIRST_SEEN, "blind: W + g + 1 later");
        mark(store, key(0), beyond, O2, DUPLICATE, "blind: a copy of the newer mark");
        mark(store, key(0), beyond, O1, FIRST_SEEN, "blind: the newer mark is open");
        assertShown(scan(store), key(0), beyond, "the newer mark");
    }

    @Test
    @DisplayName("rule 5: a batch with proven items equals its sequence, repeats inside it included")
    void blind_batchIsASequence() {
        BackingStore store = openBacking();
        long lateness = retention().latenessMillis();
        clock.set(START + lateness);
        mark(store, key(9), START, O1, FIRST_SEEN, "a fresh key");
        EventBatch batch = new EventBatch(10);
        batch.add(key(0), START - 1, O1);
        batch.add(key(9), START - 1, O2);
        batch.add(key(9), START, O1);
        batch.add(key(1), START, O1);
        batch.add(key(1), START, O2);
        batch.add(key(2), START + lateness, 0);
        batch.add(key(2), START, 0);
        batch.add(key(3), START - 1, O1);
        batch.add(key(4), START - 1, O1);
        batch.add(key(5), START, O1);
        BitSet proven = bits(0, 3, 5, 8, 9);
        store.markSeen(batch, proven);
        Verdict[] expected = {
            FIRST_SEEN,
            DUPLICATE,
            FIRST_SEEN,
            FIRST_SEEN,
            DUPLICATE,
            FIRST_SEEN,
            DUPLICATE,
            TOO_LATE,
            TOO_LATE,
            FIRST_SEEN
        };
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], batch.verdict(i), "rule 5: item " + i + " of " + batch);
        }
        assertEquals(bits(0, 3, 5, 8, 9), proven, "the bits stay as they are");
        long noted = batch.confirmedAt(5);
        assertTrue(noted == -1 || noted == START + lateness, "rule 3: noted as confirmed at " + noted);
        assertEquals(-1, batch.confirmedAt(3), "rule 3: an open mark is not noted as confirmed");
        StoreStats stats = store.stats();
        assertEquals(11, stats.calls(), "rule 10: calls; " + stats);
        assertTrue(ledger.agreesWith(stats), "rule 10: the listener was told " + ledger + ", but " + stats);
        assertEquals(2, ledger.calls(), "rule 10: the listener is called once per batch");
    }

    @Test
    @DisplayName("rule 5: a batch submitted again asks for its unjudged items only, proven or not")
    void blind_judgedItemsAreNotAskedAgain() {
        BackingStore store = openBacking();
        EventBatch batch = new EventBatch(4);
        for (int i = 0; i < 4; i++) {
            batch.add(key(i), START, O1);
        }
        batch.judge(0, DUPLICATE);
        batch.judge(1, TOO_LATE);
        store.markSeen(batch, bits(0, 2));
        Verdict[] expected = {DUPLICATE, TOO_LATE, FIRST_SEEN, FIRST_SEEN};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], batch.verdict(i), "rule 5: item " + i + " of " + batch);
        }
        assertEquals(2, store.stats().calls(), "rule 5: judged items are not asked about again");
        mark(store, key(0), START, O2, FIRST_SEEN, "rule 5: a judged item is not recorded, though proven");
        store.markSeen(batch, bits(0, 1, 2, 3));
        assertEquals(3, store.stats().calls(), "rule 5: a batch that is judged");
    }

    @Test
    @DisplayName("scan: it shows each record, however it was made, with its own timestamp")
    void scan_showsEachRecord() {
        BackingStore store = openBacking();
        assertEquals(Map.of(), scan(store), "scan: an empty store");
        long later = START + retention().latenessMillis();
        clock.set(later);
        mark(store, key(0), START, O1, FIRST_SEEN, "open");
        mark(store, key(1), START + 1, O1, FIRST_SEEN, "to be confirmed");
        mark(store, key(2), START + 2, 0, FIRST_SEEN, "without origin");
        markNew(store, key(3), START + 3, O1, FIRST_SEEN, "blind");
        EventBatch batch = new EventBatch(2);
        batch.add(key(4), START + 4, O1);
        batch.add(key(5), START + 5, O1);
        store.markSeen(batch, bits(1));
        mark(store, key(6), Long.MAX_VALUE, O1, FIRST_SEEN, "from the future");
        store.confirm(key(1), START + 1, O1);
        mark(store, key(0), later, O2, DUPLICATE, "a copy of the open mark");
        mark(store, key(1), later, O1, DUPLICATE, "a copy of the confirmed mark");
        mark(store, key(7), START - 1, O1, TOO_LATE, "too late");
        Map<DedupKey, Long> shown = scan(store);
        for (int i = 0; i < 6; i++) {
            assertShown(shown, key(i), START + i, "key " + i);
        }
        assertShown(shown, key(6), later + retention().futureSkewMillis(), "from the future");
        assertEquals(7, shown.size(), "scan: what was too late is shown; " + shown);
    }

    @Test
    @DisplayName("scan: it shows whatever can still make an event a duplicate, to the last moment")
    void scan_showsRecordsToTheirEnd() {
        BackingStore store = openBacking();
        long end = START + retention().windowMillis() + retention().latenessMillis();
        clock.set(end);
        mark(store, key(0), START, O1, FIRST_SEEN, "a fresh key");
        mark(store, key(1), end, O1, FIRST_SEEN, "moves the watermark to where the record ends");
        assertShown(scan(store), key(0), START, "a record at its end");
        mark(store, key(0), end - retention().latenessMillis(), O2, DUPLICATE, "which still makes a duplicate");
    }

    @Test
    @DisplayName("scan: under load it shows every record that is there throughout")
    void scan_underLoad() throws Exception {
        BackingStore store = openBacking();
        int keys = 3_000;
        clock.set(START + 1);
        for (int i = 0; i < keys; i++) {
            mark(store, key(i), START, O1, FIRST_SEEN, "a fresh key");
        }
        AtomicBoolean done = new AtomicBoolean();
        onThreads(4, thread -> {
            if (thread == 0) {
                try {
                    for (int round = 0; round < 20; round++) {
                        Map<DedupKey, Long> shown = scan(store);
                        for (int i = 0; i < keys; i++) {
                            assertShown(shown, key(i), START, "a record that is confirmed and copied meanwhile");
                        }
                    }
                } finally {
                    done.set(true);
                }
                return;
            }
            SplittableRandom random = new SplittableRandom(thread);
            for (long i = 0; !done.get(); i++) {
                DedupKey known = key(random.nextInt(keys));
                store.confirm(known, START, O1);
                store.markSeen(known, START + 1, O2);
                DedupKey other = key(keys + thread * 1_000L + i % 1_000);
                store.markSeen(other, START, O1);
                store.forget(other, START, O1);
            }
        });
    }

    @Test
    @DisplayName("watermark: it is the M of the contract")
    void watermark_isM() {
        BackingStore store = openBacking();
        assertTrue(store.watermark() < 0, "watermark: before the first mark: " + store.watermark());
        mark(store, key(0), START - 5, O1, FIRST_SEEN, "a fresh key");
        assertEquals(START - 5, store.watermark(), "watermark: the first mark's");
        mark(store, key(0), START - 3, O2, DUPLICATE, "a copy");
        assertEquals(START - 3, store.watermark(), "watermark: a duplicate moves it");
        markNew(store, key(1), START - 2, O1, FIRST_SEEN, "a blind mark");
        assertEquals(START - 2, store.watermark(), "watermark: a blind mark moves it");
        mark(store, key(2), START - 4, O1, FIRST_SEEN, "an earlier one");
        assertEquals(START - 2, store.watermark(), "watermark: never falls");
        mark(store, key(3), Long.MAX_VALUE, O1, FIRST_SEEN, "from the future");
        assertEquals(START, store.watermark(), "watermark: never past the clock");
        clock.set(START - retention().windowMillis());
        mark(store, key(4), START, O1, FIRST_SEEN, "the clock is set back");
        assertEquals(START, store.watermark(), "watermark: never falls with the clock");
    }

    @Test
    @DisplayName("rules 11 and 12: blind marks and scans refuse bad input and calls after close")
    @SuppressWarnings("NullAway") // null is what is tested
    void backing_badInputAndClose() {
        BackingStore store = openBacking();
        EventBatch batch = new EventBatch(1);
        batch.add(key(0), START, O1);
        refusesNull("batch", () -> store.markSeen((EventBatch) null, new BitSet()));
        refusesNull("provenNew", () -> store.markSeen(batch, null));
        refusesNull("visitor", () -> store.scan(null));
        refusesTimestamp(-1, () -> store.markNew(0, 0, -1, O1));
        mark(store, key(1), START, O1, FIRST_SEEN, "something to scan");
        assertThrows(
                IllegalStateException.class,
                () -> store.scan((high, low, timestamp) -> closeFromOutside(store)),
                "rule 11: a scan in which the store is closed");
        assertThrows(IllegalStateException.class, () -> store.markNew(0, 0, START, O1), "rule 11: markNew");
        assertThrows(IllegalStateException.class, () -> store.markSeen(batch, bits(0)), "rule 11: markSeen");
        assertThrows(IllegalStateException.class, () -> store.scan((high, low, at) -> {}), "rule 11: scan");
        assertThrows(IllegalStateException.class, store::watermark, "rule 11: watermark");
    }
}
