package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The contract of every {@link KeyFilter}: that of a store, and what its records promise. */
public abstract class KeyFilterContract extends DeduplicationStoreContract {
    private static final int HISTORIES = 40;
    private static final int STEPS = 400;

    /** Creates the contract. */
    protected KeyFilterContract() {}

    private KeyFilter openFilter(Retention retention) {
        return (KeyFilter) open(retention);
    }

    private Retention retention() {
        return retentions().get(1);
    }

    private static boolean record(KeyFilter filter, DedupKey key, long timestamp) {
        return filter.record(key.high(), key.low(), timestamp);
    }

    @Test
    @DisplayName("record: a new key is proven, one that was recorded within W is not, and both are recorded")
    void record_provesWhatIsNew() {
        long window = retention().windowMillis();
        KeyFilter filter = openFilter(retention());
        clock.set(START + 10 * window);
        assertTrue(record(filter, key(0), START), "record: a new key");
        assertFalse(record(filter, key(0), START), "record: again");
        assertFalse(record(filter, key(0), START + window), "record: W later");
        assertFalse(record(filter, key(0), START + 2 * window), "record: W after what was not proven");
        assertTrue(
                record(filter, key(0), START + 3 * window + retention().tickMillis() + 1),
                "record: more than W + g after the latest record");
    }

    @Test
    @DisplayName("record: it is no mark, but the key is known")
    void record_isNoMark() {
        KeyFilter filter = openFilter(retention());
        assertTrue(record(filter, key(0), START), "record: a new key");
        assertEquals(0, filter.stats().calls(), "record: in the books; " + filter.stats());
        assertEquals(0, ledger.calls(), "record: the listener was told " + ledger);
        assertTrue(filter.mightContain(key(0), START), "record: not found");
        mark(filter, key(0), START, DUPLICATE, "record: known to a mark");
        mark(filter, key(1), START, FIRST_SEEN, "a fresh key");
        assertFalse(record(filter, key(1), START), "record: a marked key");
    }

    @Test
    @DisplayName("record: what is late is not proven, and recorded as long as it can matter, in any order")
    void record_takesWhatIsLate() {
        long window = retention().windowMillis();
        long lateness = retention().latenessMillis();
        KeyFilter filter = openFilter(retention());
        long now = START + window + lateness;
        clock.set(now);
        assertTrue(record(filter, key(0), now), "record: the newest comes first");
        assertFalse(record(filter, key(1), START), "record: proven, though late");
        assertFalse(record(filter, key(1), now - lateness), "record: W after a late record");
        assertFalse(record(filter, key(2), now - lateness - 1), "record: proven, though late");
        assertFalse(record(filter, key(2), now - lateness), "record: a little after a late record");
        assertFalse(record(filter, key(3), 0), "record: proven, though very late");
        assertTrue(record(filter, key(4), now - lateness), "record: L back is in time");
        mark(filter, key(5), now - lateness - 1, TOO_LATE, "record: moves the watermark");
    }

    @Test
    @DisplayName("record: the timestamp is taken as it is, and the watermark follows S behind")
    void record_isNotHeldBack() {
        long window = retention().windowMillis();
        long skew = retention().futureSkewMillis();
        KeyFilter filter = openFilter(retention());
        long ahead = START + 5 * window;
        assertTrue(record(filter, key(0), ahead), "record: far ahead of the clock");
        assertFalse(
                record(filter, key(1), ahead - skew - retention().latenessMillis() - 1), "record: proven, though late");
        assertTrue(record(filter, key(2), ahead - skew - retention().latenessMillis()), "record: in time");
        assertFalse(record(filter, key(0), ahead + window), "record: W after the time as given");
        KeyFilter other = openFilter(retention());
        assertTrue(record(other, key(0), START + skew), "record: S ahead of the clock");
        mark(other, key(1), START - retention().latenessMillis(), FIRST_SEEN, "record: the watermark passed the clock");
    }

    @Test
    @DisplayName("rule 6: a filter without room throws, and forgets nothing")
    void record_dropsNothing() {
        int expected = 2_000;
        StoreConfig config = new StoreConfig(retention(), clock, expected, new Ledger());
        try (StoreFixture fixture = fixture(config);
                KeyFilter filter = (KeyFilter) fixture.open()) {
            List<DedupKey> recorded = new ArrayList<>();
            for (int i = 0; i < 20 * expected; i++) {
                try {
                    record(filter, key(i), START);
                    recorded.add(key(i));
                } catch (StoreUnavailableException full) {
                    assertTrue(
                            String.valueOf(full.getMessage()).contains("capacity"),
                            "rule 6: a refusal names the capacity: " + full);
                }
            }
            assertTrue(recorded.size() >= expected, "rule 6: refused before the expected keys: " + recorded.size());
            for (DedupKey key : recorded) {
                assertFalse(record(filter, key, START), "rule 6: a record was dropped");
            }
        }
    }

    @Test
    @DisplayName("rule 5: a batch of records is a sequence of the unjudged items")
    void record_batchIsASequence() {
        KeyFilter filter = openFilter(retention());
        assertTrue(record(filter, key(0), START), "a new key");
        EventBatch batch = new EventBatch(6);
        batch.add(key(0), START, 7);
        batch.add(key(1), START, 7);
        batch.add(key(1), START, 8);
        batch.add(key(2), START, 0);
        batch.judge(3, FIRST_SEEN);
        batch.add(key(3), START, 0);
        batch.add(key(4), START, 0);
        batch.judge(5, DUPLICATE);
        BitSet proven = new BitSet();
        proven.set(5);
        filter.record(batch, proven);
        BitSet expected = new BitSet();
        expected.set(1);
        expected.set(4, 6);
        assertEquals(expected, proven, "rule 5: the bits, of which none is cleared");
        for (int i = 0; i < 6; i++) {
            Verdict before = i == 3 ? FIRST_SEEN : i == 5 ? DUPLICATE : UNJUDGED;
            assertEquals(before, batch.verdict(i), "rule 5: the verdict of item " + i);
        }
        assertTrue(record(filter, key(2), START), "rule 5: a judged item was recorded");
    }

    @Test
    @DisplayName("record: threads that record the same keys get one proof at most for each")
    void record_oneProofPerKey() throws Exception {
        KeyFilter filter = openFilter(retention());
        int keys = 20_000;
        clock.yieldOneReadingIn(64);
        AtomicIntegerArray proofs = new AtomicIntegerArray(keys);
        onThreads(4, thread -> {
            for (int i = 0; i < keys; i++) {
                if (record(filter, key(i), START)) {
                    proofs.incrementAndGet(i);
                }
            }
        });
        long none = 0;
        for (int i = 0; i < keys; i++) {
            assertTrue(proofs.get(i) <= 1, "record: " + proofs.get(i) + " proofs for one key");
            none += proofs.get(i) == 0 ? 1 : 0;
        }
        assertFalseDuplicatesWithinBound(none, keys, "new keys of which nothing was proven");
    }

    @Test
    @DisplayName("record: in random histories nothing is proven of a known key, and most is of a new one")
    void record_randomHistories() {
        long unproven = 0;
        long fresh = 0;
        for (Retention retention : retentions()) {
            for (int seed = 0; seed < HISTORIES; seed++) {
                RecordHistory history = new RecordHistory(retention, new SplittableRandom(seed));
                history.play(openFilter(retention));
                unproven += history.unproven;
                fresh += history.fresh;
            }
        }
        assertTrue(fresh > HISTORIES * STEPS / 4, "hardly a key was new: " + fresh);
        assertFalseDuplicatesWithinBound(unproven, fresh, "new keys of which nothing was proven");
    }

    /** Records of few keys at times here and there, with a clock that jumps, beside all that was recorded. */
    private final class RecordHistory {
        private final Retention retention;
        private final SplittableRandom random;
        private final Map<Integer, List<Long>> recorded = new HashMap<>();
        private long watermark = -1;
        private long time = START;
        private long fresh;
        private long unproven;

        RecordHistory(Retention retention, SplittableRandom random) {
            this.retention = retention;
            this.random = random;
        }

        void play(KeyFilter filter) {
            clock.set(START);
            for (int step = 0; step < STEPS; step++) {
                time += random.nextLong(retention.windowMillis() / 4);
                if (random.nextInt(4) == 0) {
                    clock.set(time + random.nextLong(3 * retention.windowMillis()) - 2 * retention.windowMillis());
                }
                int key = random.nextInt(8);
                long at = Math.max(0, time + random.nextLong(retention.windowMillis() * 2) - retention.windowMillis());
                long present = Math.max(0, Math.max(clock.millis(), watermark));
                watermark = Math.max(watermark, Math.max(Math.min(at, present), at - retention.futureSkewMillis()));
                judge(key, at, record(filter, key(key), at));
                recorded.computeIfAbsent(key, k -> new ArrayList<>()).add(at);
            }
        }

        private void judge(int key, long at, boolean proven) {
            long nearest = recorded.getOrDefault(key, List.of()).stream()
                    .mapToLong(record -> Math.abs(record - at))
                    .min()
                    .orElse(Long.MAX_VALUE);
            boolean inTime = at >= watermark - retention.latenessMillis();
            assertTrue(
                    !proven || (inTime && nearest > retention.windowMillis()),
                    () -> "record: proven new at " + at + ", with a record " + nearest + " ms away and the watermark "
                            + watermark + "; " + retention);
            if (inTime && nearest > retention.windowMillis() + retention.tickMillis()) {
                fresh++;
                unproven += proven ? 0 : 1;
            }
        }
    }

    @Test
    @DisplayName("rules 11 and 12: records refuse bad input and calls after close")
    @SuppressWarnings("NullAway") // null is what is tested
    void record_badInputAndClose() {
        KeyFilter filter = openFilter(retention());
        EventBatch batch = new EventBatch(1);
        batch.add(key(0), START, 0);
        refusesNull("batch", () -> filter.record(null, new BitSet()));
        refusesNull("provenNew", () -> filter.record(batch, null));
        refusesTimestamp(-1, () -> record(filter, key(0), -1));
        filter.close();
        assertThrows(IllegalStateException.class, () -> record(filter, key(0), START), "rule 11: record");
        assertThrows(IllegalStateException.class, () -> filter.record(batch, new BitSet()), "rule 11: a batch");
    }
}
