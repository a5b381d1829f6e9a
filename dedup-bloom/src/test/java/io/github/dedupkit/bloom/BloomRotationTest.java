package io.github.dedupkit.bloom;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static io.github.dedupkit.bloom.BloomStores.START;
import static io.github.dedupkit.bloom.BloomStores.TICK;
import static io.github.dedupkit.bloom.BloomStores.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.VirtualClock;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generations come and go with event time, on a virtual clock. */
class BloomRotationTest {
    private static final int WINDOW = 8;
    private static final int LATENESS = 2;
    private static final int SKEW = 1;
    private static final Retention RETENTION = BloomStores.retention(WINDOW, LATENESS, SKEW);

    private final VirtualClock clock = new VirtualClock(START + 1_000 * TICK);

    private DeduplicationStore open(Retention retention, long expectedKeys) {
        return BloomDeduplicationStore.builder(retention, expectedKeys)
                .falseDuplicateProbability(1e-9)
                .clock(clock)
                .build();
    }

    /** Each tick's marks are held until W + L after its end, and dropped with it. */
    @Test
    void aGenerationIsDroppedWhole() {
        DeduplicationStore store = open(RETENTION, 10_000);
        for (int tick = 0; tick < 3 * WINDOW; tick++) {
            for (int i = 0; i < 100; i++) {
                store.markSeen(key(100 * tick + i), START + tick * TICK + i);
            }
            assertEquals(
                    100L * Math.min(tick + 1, WINDOW + LATENESS + 1),
                    store.stats().retainedKeys());
        }
        long held = store.stats().bytes().orElseThrow();
        long end = START + (3 * WINDOW - 1) * TICK;
        store.markSeen(key(0), end + (WINDOW + LATENESS) * TICK);
        assertEquals(101, store.stats().retainedKeys(), "the last generation, and the new one");
        store.markSeen(key(0), end + (WINDOW + LATENESS + 1) * TICK);
        assertEquals(1, store.stats().retainedKeys(), "the last generation has expired");
        assertTrue(10 * store.stats().bytes().orElseThrow() < held, "filters are dropped with it");
    }

    /** A mark that comes late or early is kept for its own time. */
    @Test
    void aMarkGoesToTheGenerationOfItsTimestamp() {
        clock.set(START);
        DeduplicationStore store = open(RETENTION, 10_000);
        assertEquals(FIRST_SEEN, store.markSeen(key(1), START));
        assertEquals(FIRST_SEEN, store.markSeen(key(2), START - LATENESS * TICK));
        assertEquals(FIRST_SEEN, store.markSeen(key(3), START + SKEW * TICK));
        int[] ends = {WINDOW, WINDOW + LATENESS, WINDOW + LATENESS + SKEW
        }; // the last ticks that hold each of the three
        for (int tick = 1; tick <= WINDOW + LATENESS + SKEW + 1; tick++) {
            clock.advance(Duration.ofMillis(TICK));
            store.markSeen(key(100 + tick), clock.millis());
            int held = Math.min(tick, WINDOW + LATENESS + 1);
            for (int end : ends) {
                held += tick <= end ? 1 : 0;
            }
            assertEquals(held, store.stats().retainedKeys(), "tick " + tick);
        }
    }

    @Test
    void roomComesBackWithTime() {
        int expected = 1_000;
        DeduplicationStore store = open(RETENTION, expected);
        for (int i = 0; i < expected; i++) {
            store.markSeen(key(i), START);
        }
        StoreUnavailableException full =
                assertThrows(StoreUnavailableException.class, () -> store.markSeen(key(expected), START));
        String message = String.valueOf(full.getMessage());
        assertTrue(message.contains("capacity") && message.contains("1000 keys"), message);
        assertTrue(message.contains("1.0E-9") && message.contains("overfillWhenFull()"), message);
        assertEquals(DUPLICATE, store.markSeen(key(0), START), "what is known needs no room");
        long next = START + (WINDOW + LATENESS + 1) * TICK;
        assertEquals(FIRST_SEEN, store.markSeen(key(expected), next));
        assertEquals(1, store.stats().retainedKeys());
        assertEquals(1, store.stats().thrown());
    }

    /** A batch ends at the item that finds no room, and goes on there when there is some. */
    @Test
    void aBatchEndsAtTheItemThatFindsNoRoom() {
        DeduplicationStore store = open(RETENTION, 3);
        EventBatch batch = new EventBatch(5);
        for (int i = 0; i < 4; i++) {
            batch.add(key(i), START, 0);
        }
        batch.add(key(0), START, 0);
        assertThrows(StoreUnavailableException.class, () -> store.markSeen(batch));
        assertEquals(FIRST_SEEN, batch.verdict(2));
        assertEquals(UNJUDGED, batch.verdict(3));
        assertEquals(UNJUDGED, batch.verdict(4));
        assertEquals(2, store.stats().thrown());
        assertEquals(5, store.stats().calls());
        store.markSeen(key(9), START + (WINDOW + LATENESS + 1) * TICK);
        store.markSeen(batch);
        assertEquals(TOO_LATE, batch.verdict(3));
    }

    /** Look-ups at any age up to the window, while generations come and go: not one says new. */
    @ParameterizedTest
    @CsvSource({"8, 2, 1, 1600000", "60, 20, 7, 400000"})
    void noKeyIsForgottenWithinTheWindow(int window, int lateness, int skew, int looks) {
        lookForKnownKeys(window, lateness, skew, looks);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({"8, 2, 1, 10000000", "60, 20, 7, 2000000"})
    void noKeyIsForgottenInTenMillionLookUps(int window, int lateness, int skew, int looks) {
        lookForKnownKeys(window, lateness, skew, looks);
    }

    private void lookForKnownKeys(int window, int lateness, int skew, int looks) {
        Retention retention = BloomStores.retention(window, lateness, skew);
        int expected = 10_000;
        DeduplicationStore store = open(retention, expected);
        clock.set(START + 1_000_000 * TICK); // later than every event, none of which is held back then
        SplittableRandom random = new SplittableRandom(3);
        int perWindow = expected * window / (window + lateness + 1) * 9 / 10;
        long[] markedAt = new long[perWindow];
        long time = START;
        int looked = 0;
        for (int fresh = 0; looked < looks; fresh++) {
            time = START + (long) fresh * window * TICK / perWindow;
            long inTime = time - lateness * TICK;
            markedAt[fresh % perWindow] = Math.max(START, time - random.nextLong(lateness * TICK + 1));
            assertEquals(FIRST_SEEN, store.markSeen(key(fresh), markedAt[fresh % perWindow]), "key " + fresh);
            for (int i = 0; i < 8; i++) {
                int known = fresh - random.nextInt(Math.min(fresh + 1, perWindow));
                long markedTime = markedAt[known % perWindow];
                long latest = Math.min(time, markedTime + window * TICK);
                if (latest >= inTime) {
                    long asked = random.nextLong(Math.max(0, inTime), latest + 1);
                    boolean found = i % 2 == 0
                            ? store.mightContain(key(known), asked)
                            : store.markSeen(key(known), asked) == DUPLICATE;
                    assertTrue(
                            found, "key " + known + " of " + markedTime + ", asked for at " + asked + ", now " + time);
                    looked++;
                }
            }
        }
        assertTrue(time > START + 3L * window * TICK, "the window has passed several times");
    }
}
