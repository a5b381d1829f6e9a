package io.github.dedupkit.benchmarks;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The stores behind the figures answer as stores do. */
class TrivialStoreTest {
    private static final long WINDOW = 1_000;
    private static final long START = 100_000;

    private static Stream<ReplaySafeStore> roomy() {
        return stores(1 << 18);
    }

    private static Stream<ReplaySafeStore> tight() {
        return stores(64);
    }

    private static Stream<ReplaySafeStore> stores(int slots) {
        return Stream.of(
                new DirectMappedStore(slots, WINDOW),
                new NeighbourhoodStore(slots, WINDOW),
                new TwoChoiceStore(slots, WINDOW),
                new ChainedRingStore(slots, WINDOW));
    }

    @ParameterizedTest
    @MethodSource("roomy")
    void verdicts(ReplaySafeStore store) {
        assertEquals(FIRST_SEEN, store.markSeen(1, 2, START, 7));
        assertEquals(FIRST_SEEN, store.markSeen(1, 2, START, 7), "a replay");
        assertEquals(DUPLICATE, store.markSeen(1, 2, START + WINDOW, 8), "another delivery");
        assertEquals(DUPLICATE, store.markSeen(1, 2, START, 0), "no origin");
        assertEquals(FIRST_SEEN, store.markSeen(3, 2, START, 7), "another key with the same low half");
        store.confirm(1, 2, START, 8);
        assertTrue(store.mightContain(3, 2, START));
        store.forget(3, 2, START, 8);
        assertEquals(FIRST_SEEN, store.markSeen(3, 2, START, 7), "another origin forgets nothing");
        store.forget(3, 2, START, 7);
        assertEquals(FIRST_SEEN, store.markSeen(3, 2, START, 9), "forgotten");
        store.confirm(3, 2, START, 9);
        assertEquals(DUPLICATE, store.markSeen(3, 2, START, 9), "confirmed");
        assertEquals(FIRST_SEEN, store.markSeen(3, 2, START + WINDOW + 1, 9), "out of the window");
        assertEquals(TOO_LATE, store.markSeen(3, 2, START, 9));
        store.close();
        assertThrows(IllegalStateException.class, () -> store.markSeen(1, 2, START, 7));
    }

    @ParameterizedTest
    @MethodSource("roomy")
    void withRoomNothingIsLostOrAdmitted(ReplaySafeStore store) {
        assertEquals(0, copiesAdmitted(store));
        assertEquals(0, store.stats().evicted());
        assertEquals(Duration.ofMillis(WINDOW), store.stats().effectiveWindow());
    }

    @ParameterizedTest
    @MethodSource("tight")
    void withoutRoomCopiesAreAdmittedAndCountedButNothingIsLost(ReplaySafeStore store) {
        long admitted = copiesAdmitted(store);
        StoreStats stats = store.stats();
        assertTrue(admitted > 0 && admitted <= stats.evicted(), admitted + " admitted, " + stats);
        assertTrue(stats.retainedKeys() <= 64, stats.toString());
        assertTrue(stats.effectiveWindow().compareTo(Duration.ofMillis(WINDOW)) < 0, stats.toString());
    }

    /** Marks 200 ids at random, singly and in batches, beside an exact map; fails if an event is lost. */
    private static long copiesAdmitted(ReplaySafeStore store) {
        Map<String, Long> recorded = new HashMap<>();
        KeyHasher hasher = KeySpace.trusted("benchmarks/test").hasher();
        SplittableRandom random = new SplittableRandom(7);
        EventBatch batch = new EventBatch(32);
        String[] ids = new String[32];
        long now = START;
        long marks = 0;
        long admitted = 0;
        while (marks < 20_000) {
            batch.clear();
            for (int i = 0; i < 32; i++) {
                now += random.nextInt(4);
                ids[i] = "id-" + random.nextInt(200);
                hasher.hash(ids[i]);
                batch.add(hasher.high(), hasher.low(), now, 0);
            }
            if (random.nextBoolean()) {
                store.markSeen(batch);
            } else {
                for (int i = 0; i < 32; i++) {
                    batch.judge(i, store.markSeen(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), 0));
                }
            }
            for (int i = 0; i < 32; i++) {
                marks++;
                Long seen = recorded.get(ids[i]);
                boolean copy = seen != null && batch.timestamp(i) - seen <= WINDOW;
                Verdict verdict = batch.verdict(i);
                assertFalse(verdict.isDuplicate() && !copy, "event lost: " + ids[i]);
                admitted += copy && !verdict.isDuplicate() ? 1 : 0;
                if (!verdict.isDuplicate()) {
                    recorded.put(ids[i], batch.timestamp(i));
                }
            }
        }
        assertEquals(marks, store.stats().calls());
        return admitted;
    }
}
