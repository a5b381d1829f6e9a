package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A full table: what it drops it counts, and its statistics show; or it refuses, and keeps what it has. */
class EvictionTest {
    private static final long START = FingerprintTables.START;
    private static final long TICK = FingerprintTables.TICK;
    private static final int PLANNED = 5_000;
    private static final int WINDOW = 60;
    private static final int LATENESS = 5;

    private final VirtualClock clock = new VirtualClock(START);
    private final AtomicLong toldEvicted = new AtomicLong();

    private FingerprintDeduplicationStore.Builder builder() {
        return FingerprintDeduplicationStore.builder(FingerprintTables.retention(WINDOW, LATENESS, 0), PLANNED)
                .clock(clock);
    }

    private DeduplicationStore evicting() {
        DeduplicationListener listener = new DeduplicationListener() {
            @Override
            public void marked(int firstSeen, int replayed, int duplicates, int tooLate, int failedOpen, int thrown) {}

            @Override
            public void evicted(long records) {
                toldEvicted.addAndGet(records);
            }
        };
        return builder().listener(listener).evictOldestWhenFull().buildNarrow();
    }

    private static Verdict mark(DeduplicationStore store, long index, long timestamp) {
        return store.markSeen(FingerprintTables.key(index), timestamp);
    }

    /** What a table finds without recording, and without regard to what was dropped. */
    private static int found(DeduplicationStore store, int keys, long timestamp) {
        LineTable table = FingerprintTables.tableOf(store);
        int found = 0;
        for (int i = 0; i < keys; i++) {
            DedupKey key = FingerprintTables.key(i);
            found += table.ask(Request.LOOK, key.high(), key.low(), timestamp, 0) == LineTable.DUPLICATE ? 1 : 0;
        }
        return found;
    }

    @Test
    void whatIsDroppedIsCounted() {
        DeduplicationStore store = evicting();
        int keys = 4 * PLANNED;
        EventBatch batch = new EventBatch(100);
        KeySpace space = KeySpace.trusted("dedupkit/test");
        for (int i = 0; i < keys / 2; i++) {
            assertEquals(FIRST_SEEN, mark(store, i, START + i));
        }
        for (int i = keys / 2; i < keys; i += batch.size()) {
            batch.clear();
            for (int k = 0; k < 100; k++) {
                batch.add(space, i + k, START + i + k);
            }
            store.markSeen(batch);
        }
        StoreStats stats = store.stats();
        assertEquals(keys, stats.firstSeen(), stats.toString());
        assertEquals(keys - found(store, keys, START + keys), stats.evicted(), stats.toString());
        assertEquals(stats.evicted(), toldEvicted.get(), "the listener is told");
        assertTrue(stats.retainedKeys() >= keys - stats.evicted(), stats.toString());
        assertTrue(stats.retainedKeys() <= stats.bytes().orElseThrow() / 6, stats.toString());
        assertTrue(keys - stats.evicted() > PLANNED, "it holds what it was planned for: " + stats);
    }

    /** Nothing is dropped before its time as long as there are not more keys than planned. */
    @Test
    void thePlannedKeysFit() {
        DeduplicationStore store = evicting();
        int perTick = PLANNED / (WINDOW + LATENESS);
        for (int tick = 0; tick < 500; tick++) {
            clock.set(START + tick * TICK);
            for (int i = 0; i < perTick; i++) {
                assertEquals(FIRST_SEEN, mark(store, (long) tick * perTick + i, clock.millis()));
            }
        }
        assertEquals(0, store.stats().evicted());
        assertEquals(Duration.ofMillis(WINDOW * TICK), store.stats().effectiveWindow());
    }

    /** In a steady flow records sit where there was room, not where there would be now: that must not fill the table early. */
    @ParameterizedTest
    @EnumSource
    void aTenthMoreThanPlannedFitsForEver(Width width) {
        int planned = 100_000;
        FingerprintDeduplicationStore.Builder builder = FingerprintDeduplicationStore.builder(
                        FingerprintTables.retention(WINDOW, LATENESS, 0), planned)
                .clock(clock);
        DeduplicationStore store = width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
        int perTick = planned * 11 / 10 / (WINDOW + LATENESS + 1);
        SplittableRandom keys = new SplittableRandom(5);
        for (int tick = 0; tick < 6 * (WINDOW + LATENESS); tick++) {
            clock.set(START + tick * TICK);
            for (int i = 0; i < perTick; i++) {
                assertEquals(FIRST_SEEN, store.markSeen(keys.nextLong(), keys.nextLong(), clock.millis()));
            }
        }
        assertTrue(store.stats().retainedKeys() > planned * 1.05, store.stats().toString());
    }

    /** A third more keys than fit: the window shrinks, and within it no copy is admitted. */
    @Test
    void noCopyIsAdmittedWithinTheEffectiveWindow() {
        DeduplicationStore store = evicting();
        SplittableRandom random = new SplittableRandom(1);
        int perTick = PLANNED * 3 / 2 / WINDOW;
        long[] markedAt = new long[400 * perTick];
        int next = 0;
        int within = 0;
        int admitted = 0;
        Duration least = Duration.ofDays(1);
        for (int tick = 0; tick < 400; tick++) {
            for (int i = 0; i < perTick; i++) {
                clock.set(START + tick * TICK + i * TICK / perTick);
                long now = clock.millis();
                markedAt[next] = now;
                assertEquals(FIRST_SEEN, mark(store, next++, now));
                Duration effective = store.stats().effectiveWindow();
                least = effective.compareTo(least) < 0 ? effective : least;
                int earlier = random.nextInt(Math.max(0, next - WINDOW * perTick), next);
                assertTrue(
                        store.mightContain(FingerprintTables.key(earlier), now)
                                || now - markedAt[earlier] > WINDOW * TICK,
                        "mightContain is false for a key marked " + (now - markedAt[earlier]) + " ms ago");
                boolean covered = now - markedAt[earlier] <= effective.toMillis();
                within += covered ? 1 : 0;
                if (mark(store, earlier, now) == FIRST_SEEN) {
                    assertFalse(covered, (now - markedAt[earlier]) + " ms ago, effective window " + effective);
                    markedAt[earlier] = now;
                    admitted++;
                }
            }
        }
        System.out.println(
                within + " copies within the effective window, " + admitted + " admitted beyond it; at least " + least);
        assertTrue(within > 1_000 && admitted > 1_000, within + " within, " + admitted + " admitted");
        assertTrue(least.toMillis() > 0 && least.toMillis() < WINDOW * TICK, least.toString());
    }

    /** Twice the keys that fit, in singles and batches: whatever is as old as the effective window at most is still there. */
    @ParameterizedTest
    @EnumSource
    void theEffectiveWindowIsNeverLargerThanItIs(Width width) {
        FingerprintDeduplicationStore.Builder builder = builder().evictOldestWhenFull();
        DeduplicationStore store = width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
        LineTable table = FingerprintTables.tableOf(store);
        int perTick = 2 * PLANNED / (WINDOW + LATENESS + 1);
        int ticks = 4 * WINDOW;
        long[] markedAt = new long[ticks * perTick];
        EventBatch batch = new EventBatch(perTick);
        int covered = 0;
        int gone = 0;
        for (int tick = 0; tick < ticks; tick++) {
            batch.clear();
            for (int i = 0; i < perTick; i++) {
                int next = tick * perTick + i;
                markedAt[next] = START + tick * TICK + i * TICK / perTick;
                clock.set(markedAt[next]);
                if (tick % 2 == 0) {
                    assertEquals(FIRST_SEEN, mark(store, next, markedAt[next]));
                } else {
                    batch.add(FingerprintTables.key(next), markedAt[next], 0);
                }
            }
            store.markSeen(batch);
            long now = clock.millis();
            long effective = store.stats().effectiveWindow().toMillis();
            for (int i = Math.max(0, (tick - WINDOW) * perTick); i < (tick + 1) * perTick; i++) {
                DedupKey key = FingerprintTables.key(i);
                boolean found = table.ask(Request.LOOK, key.high(), key.low(), now, 0) == LineTable.DUPLICATE;
                long age = now - markedAt[i];
                assertTrue(found || age > effective, "a key of " + age + " ms is gone, effective window " + effective);
                covered += age <= effective ? 1 : 0;
                gone += found || age > WINDOW * TICK ? 0 : 1;
            }
        }
        assertTrue(covered > 10_000 && gone > 10_000, covered + " in the effective window, " + gone + " gone early");
    }

    /** When the load is over, the effective window grows with the watermark until it is whole. */
    @Test
    void theEffectiveWindowGrowsBack() {
        DeduplicationStore store = evicting();
        for (int i = 0; i < 4 * PLANNED; i++) {
            mark(store, i, START);
        }
        assertEquals(Duration.ZERO, store.stats().effectiveWindow());
        Duration before = Duration.ZERO;
        for (int tick = 1; tick <= WINDOW + LATENESS + 1; tick++) {
            clock.set(START + tick * TICK);
            mark(store, -tick, clock.millis());
            Duration effective = store.stats().effectiveWindow();
            assertTrue(effective.compareTo(before) >= 0, effective + " after " + before);
            before = effective;
        }
        assertEquals(Duration.ofMillis(WINDOW * TICK), before);
    }

    /** Where no record is dropped, mightContain tells the keys apart; afterwards it stands by what it cannot know. */
    @Test
    void mightContainIsNeverFalseForAMarkedKey() {
        DeduplicationStore store = evicting();
        for (int i = 0; i < PLANNED; i++) {
            mark(store, i, START);
        }
        assertFalse(store.mightContain(FingerprintTables.key(-1), START));
        for (int i = PLANNED; i < 4 * PLANNED; i++) {
            mark(store, i, START);
        }
        assertTrue(store.stats().evicted() > PLANNED, store.stats().toString());
        for (int i = 0; i < 4 * PLANNED; i++) {
            assertTrue(store.mightContain(FingerprintTables.key(i), START), "key " + i);
        }
        clock.advance(Duration.ofMillis((WINDOW + 1) * TICK));
        assertFalse(store.mightContain(FingerprintTables.key(0), clock.millis()), "beyond the window");
    }

    @Test
    void aTableThatMayNotDropRefuses() {
        DeduplicationStore store = builder().buildNarrow();
        int fit = 0;
        while (fits(store, fit)) {
            fit++;
        }
        int refused = fit;
        var refusal = assertThrows(StoreUnavailableException.class, () -> mark(store, refused, START));
        String message = String.valueOf(refusal.getMessage());
        for (String part :
                new String[] {"capacity", PLANNED + " keys", "may not grow", "maximumBytes", "evictOldestWhenFull"}) {
            assertTrue(message.contains(part), message);
        }
        assertTrue(fit > PLANNED, fit + " keys fit");
        assertFalse(store.mightContain(FingerprintTables.key(fit), START), "a refused mark is not recorded");
        assertEquals(fit, found(store, fit, START), "a refused mark drops nothing");
        StoreStats full = store.stats();
        assertEquals(2, full.thrown(), full.toString());
        assertEquals(0, full.evicted(), full.toString());
        assertEquals(fit, full.firstSeen(), full.toString());
        for (int i = 0; i < fit; i++) {
            assertEquals(DUPLICATE, mark(store, i, START), "a full table answers for key " + i);
        }
        clock.advance(Duration.ofMillis((WINDOW + LATENESS + 1) * TICK));
        for (int i = 0; i <= fit; i++) {
            assertEquals(i < fit, fits(store, i), "key " + i + ": the same keys fit again");
        }
    }

    private boolean fits(DeduplicationStore store, int index) {
        try {
            assertEquals(FIRST_SEEN, mark(store, index, clock.millis()));
            return true;
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    /** The items before the one that is refused are judged; after time has passed, the same batch goes on. */
    @Test
    void aRefusedBatchCanBeSubmittedAgain() {
        DeduplicationStore store = builder().buildNarrow();
        EventBatch batch = new EventBatch(3 * PLANNED);
        KeySpace space = KeySpace.trusted("dedupkit/test");
        for (int i = 0; i < 3 * PLANNED; i++) {
            batch.add(space, i, START + (i < 2 * PLANNED ? 0 : (WINDOW + LATENESS + 1) * TICK));
        }
        clock.advance(Duration.ofDays(1));
        assertThrows(StoreUnavailableException.class, () -> store.markSeen(batch));
        int judged = 0;
        while (batch.verdict(judged) == FIRST_SEEN) {
            judged++;
        }
        assertEquals(Verdict.UNJUDGED, batch.verdict(judged));
        assertEquals(judged, store.stats().firstSeen());
        assertEquals(3 * PLANNED - judged, store.stats().thrown());
        mark(store, -1, START + (WINDOW + LATENESS + 1) * TICK);
        store.markSeen(batch);
        for (int i = 0; i < batch.size(); i++) {
            Verdict expected = i < judged || i >= 2 * PLANNED ? FIRST_SEEN : Verdict.TOO_LATE;
            assertEquals(expected, batch.verdict(i), "item " + i);
        }
    }
}
