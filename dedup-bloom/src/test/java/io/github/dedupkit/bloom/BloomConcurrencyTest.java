package io.github.dedupkit.bloom;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.bloom.BloomStores.START;
import static io.github.dedupkit.bloom.BloomStores.TICK;
import static io.github.dedupkit.bloom.BloomStores.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many threads on one ring, where such rings are known to have two winners, or none: while two put one key, and while
 * generations come and go.
 *
 * <p>System properties: {@code dedup.test.bloom-races} and {@code dedup.test.long-bloom-races}, races in all.
 */
@Timeout(1_800)
class BloomConcurrencyTest {
    private static final Retention RETENTION = BloomStores.retention(8, 4, 0);

    /** How many races threads may be apart: so none is late. */
    private static final int APART = 8;

    private static final int YIELD_ONE_READING_IN = 64;

    /** Far ahead. Some readings yield the processor, or few calls would overlap on few cores: a store reads it within a call. */
    private static final InstantSource CLOCK = new InstantSource() {
        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }

        @SuppressWarnings("ThreadPriorityCheck") // only makes calls meet more often
        @Override
        public long millis() {
            if (ThreadLocalRandom.current().nextInt(YIELD_ONE_READING_IN) == 0) {
                Thread.yield();
            }
            return Long.MAX_VALUE / 4;
        }
    };

    private static DeduplicationStore open(long expectedKeys) {
        return BloomDeduplicationStore.builder(RETENTION, expectedKeys)
                .falseDuplicateProbability(1e-12)
                .clock(CLOCK)
                .build();
    }

    @Test
    void oneWinnerWhileGenerationsRotate() throws Exception {
        race(Integer.getInteger("dedup.test.bloom-races", 200_000));
    }

    @Tag("long")
    @Test
    void oneWinnerInTenMillionRacesWhileGenerationsRotate() throws Exception {
        race(Integer.getInteger("dedup.test.long-bloom-races", 10_000_000));
    }

    private static void race(int races) throws Exception {
        int each = 50_000;
        long overlapped = 0;
        for (int round = 0; round * each < races; round++) {
            overlapped += new Races(each, 2 + round % 3, round).run();
        }
        System.out.println(races + " races, " + overlapped + " overlapped");
        assertTrue(overlapped > races / 1_000, "hardly a race was one: " + overlapped + " of " + races);
    }

    /**
     * All threads mark each key, at timestamps up to a tick apart, while the watermark begins another tick every eight
     * races; and each asks again for an older key of the window.
     */
    private static final class Races {
        private static final int OVERLAPPED = 1 << 16;

        private final int races;
        private final int threads;
        private final long seed;
        private final long[] times;
        private final AtomicLongArray done;
        private final AtomicIntegerArray winners;
        private final AtomicIntegerArray inside;
        private final DeduplicationStore store = open(1_000);

        Races(int races, int threads, long seed) {
            this.races = races;
            this.threads = threads;
            this.seed = seed;
            times = new long[races];
            done = new AtomicLongArray(threads);
            winners = new AtomicIntegerArray(races);
            inside = new AtomicIntegerArray(races);
            SplittableRandom random = new SplittableRandom(seed);
            long time = START;
            for (int race = 0; race < races; race++) {
                time += random.nextLong(TICK / 4);
                times[race] = time;
            }
        }

        /** Returns how many races overlapped. */
        long run() throws Exception {
            BloomStores.onThreads(threads, thread -> {
                try {
                    raceAll(thread, new SplittableRandom(seed + thread));
                } finally {
                    done.set(thread, Integer.MAX_VALUE); // one that fails keeps nobody waiting
                }
            });
            long overlapped = 0;
            for (int race = 0; race < races; race++) {
                int seen = winners.get(race);
                overlapped += seen >= OVERLAPPED ? 1 : 0;
                assertEquals(1, seen & (OVERLAPPED - 1), "winners of race " + race + " of " + threads + " threads");
            }
            assertEquals(2L * threads * races, store.stats().calls());
            return overlapped;
        }

        private void raceAll(int thread, SplittableRandom random) {
            for (int race = 0; race < races; race++) {
                awaitOthers(race - APART);
                if (inside.getAndIncrement(race) > 0) {
                    winners.getAndUpdate(race, seen -> seen | OVERLAPPED);
                }
                Verdict verdict = store.markSeen(key(race), times[race] + random.nextLong(TICK));
                inside.getAndDecrement(race);
                if (verdict == FIRST_SEEN) {
                    winners.incrementAndGet(race);
                }
                int known = Math.max(0, race - random.nextInt(32)); // at most W - g old
                assertEquals(DUPLICATE, store.markSeen(key(known), times[race]), "race " + race + ", key " + known);
                done.set(thread, race + 1L);
            }
        }

        @SuppressWarnings("ThreadPriorityCheck") // the one waited for may need the processor
        private void awaitOthers(int upTo) {
            for (int other = 0; other < threads; other++) {
                while (done.get(other) < upTo) {
                    Thread.yield();
                }
            }
        }
    }

    /** At the border of capacity: exactly as many are recorded as expected, whoever comes first. */
    @Test
    void threadsShareTheRoomExactly() throws Exception {
        int expected = 20_000;
        int threads = 4;
        DeduplicationStore store = open(expected);
        BloomStores.onThreads(threads, thread -> {
            EventBatch batch = new EventBatch(1);
            for (int i = 0; i < expected; i++) {
                batch.clear();
                batch.add(key((long) i * threads + thread), START, 0);
                try {
                    store.markSeen(batch);
                } catch (StoreUnavailableException full) {
                    assertEquals(Verdict.UNJUDGED, batch.verdict(0));
                }
            }
        });
        assertEquals(expected, store.stats().firstSeen());
        assertEquals(expected, store.stats().retainedKeys());
        assertEquals((long) (threads - 1) * expected, store.stats().thrown());
    }

    /** Looks, statistics and jumps of time among marks: nothing is lost that is in time. */
    @Test
    void everythingAtOnce() throws Exception {
        DeduplicationStore store = open(100_000);
        AtomicLong now = new AtomicLong(START);
        BloomStores.onThreads(4, thread -> {
            for (int i = 0; i < 50_000; i++) {
                switch (thread) {
                    case 0 -> store.markSeen(key(-1 - i), now.addAndGet(i % 1_000 == 0 ? 20 * TICK : TICK / 16));
                    case 1 -> {
                        StoreStats stats = store.stats();
                        assertTrue(stats.retainedKeys() >= 0 && stats.falseDuplicateProbability() < 1e-9, "" + stats);
                    }
                    default -> markTwice(store, key(((long) thread << 32) | i), now.get());
                }
            }
        });
        assertEquals(store.stats().calls(), store.stats().answered());
    }

    private static void markTwice(DeduplicationStore store, DedupKey fresh, long time) {
        Verdict verdict = store.markSeen(fresh, time);
        assertTrue(verdict == FIRST_SEEN || verdict == TOO_LATE, "a fresh key: " + verdict);
        if (verdict == FIRST_SEEN) {
            assertTrue(store.mightContain(fresh, time), "a look");
            Verdict again = store.markSeen(fresh, time);
            assertTrue(again == DUPLICATE || again == TOO_LATE, "a copy: " + again);
        }
    }

    /** A clock that throws costs the call, which is counted, and leaves no lock behind. */
    @Test
    @Timeout(60)
    void aClockThatThrowsFailsTheMarkOnly() {
        AtomicBoolean broken = new AtomicBoolean(true);
        DeduplicationStore store = BloomDeduplicationStore.builder(RETENTION, 1_000)
                .clock(() -> {
                    if (broken.get()) {
                        throw new IllegalStateException("the clock is gone");
                    }
                    return Instant.ofEpochMilli(START);
                })
                .build();
        assertThrows(IllegalStateException.class, () -> store.markSeen(key(0), START));
        assertEquals(1, store.stats().thrown());
        broken.set(false);
        assertEquals(FIRST_SEEN, store.markSeen(key(0), START));
        assertEquals(1, store.stats().retainedKeys());
    }
}
