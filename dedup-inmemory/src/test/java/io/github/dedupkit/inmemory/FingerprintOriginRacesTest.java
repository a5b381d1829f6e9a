package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Deliveries of one key by several threads, each with an origin and a clock of its own, while winners confirm or forget and
 * the others try to: at each time one origin at most holds the key, and at the end it is as its last holder left it.
 *
 * <p>System properties: {@code dedup.test.origin-races} and {@code dedup.test.long-origin-races}, keys in all.
 */
@Timeout(1_800)
class FingerprintOriginRacesTest {
    private static final long TICK = FingerprintTables.TICK;
    private static final int SEED = 20_260_101;
    private static final int EACH = 5_000;
    private static final int DELIVERIES = 3;
    private static final int SPINS_PER_YIELD = 64;
    private static final long CONFIRMED = -1;
    private static final long[] ORIGINS = FingerprintTables.originsApart(1_000);
    private static final long ANOTHER = FingerprintTables.originsApart(1_001)[1_000];
    private static final List<Retention> RETENTIONS =
            List.of(FingerprintTables.retention(12, 8, 4), FingerprintTables.retention(59, 59, 0));

    /** What happened to the keys of one store. */
    private static final class Rounds {
        final int keys;
        final int threads;
        final Retention retention;
        final FingerprintRaces.Clocks clocks = new FingerprintRaces.Clocks();
        final NearTier store;
        final long[] times;
        final AtomicLongArray holders;
        final AtomicIntegerArray winners;
        final AtomicIntegerArray inside;
        final AtomicLongArray arrived;
        final AtomicInteger overlapped = new AtomicInteger();

        Rounds(int keys, int threads, Retention retention, SplittableRandom random) {
            this.keys = keys;
            this.threads = threads;
            this.retention = retention;
            store = FingerprintDeduplicationStore.builder(retention, 300)
                    .clock(clocks)
                    .maximumBytes(1 << 20)
                    .buildWide();
            times = new long[keys];
            long time = FingerprintTables.START;
            for (int key = 0; key < keys; key++) {
                int kind = random.nextInt(500);
                time += kind == 0
                        ? random.nextLong(300 * TICK)
                        : kind < 20 ? random.nextLong(2 * TICK) : random.nextLong(TICK / 8);
                times[key] = time;
            }
            holders = new AtomicLongArray(keys);
            winners = new AtomicIntegerArray(keys);
            inside = new AtomicIntegerArray(keys);
            arrived = new AtomicLongArray(threads);
        }

        /** One key at a time, or a leap of time would make others late. */
        @SuppressWarnings("ThreadPriorityCheck") // the one waited for may need the processor
        void awaitAll(int thread, int key) {
            arrived.set(thread, key + 1L);
            for (int other = 0; other < threads; other++) {
                for (int spin = 1; arrived.get(other) <= key; spin++) {
                    if (spin % SPINS_PER_YIELD == 0) {
                        Thread.yield();
                    } else {
                        Thread.onSpinWait();
                    }
                }
            }
        }

        void run(int thread, SplittableRandom random) {
            try {
                for (int key = 0; key < keys; key++) {
                    awaitAll(thread, key);
                    for (int i = 0; i < DELIVERIES; i++) {
                        deliver(key, origin(key, thread), random);
                    }
                }
            } finally {
                arrived.set(thread, Long.MAX_VALUE); // one that fails keeps nobody waiting
            }
        }

        private long origin(int key, int thread) {
            return ORIGINS[(key * threads + thread) % ORIGINS.length];
        }

        private void deliver(int key, long origin, SplittableRandom random) {
            DedupKey id = FingerprintTables.key(key);
            long timestamp = times[key] + random.nextInt(2) * TICK;
            clocks.set(times[key] + random.nextInt(2) * TICK);
            if (inside.getAndIncrement(key) > 0) {
                overlapped.incrementAndGet();
            }
            boolean won = store.markSeen(id, timestamp, origin) == FIRST_SEEN;
            inside.getAndDecrement(key);
            if (!won) {
                assertTrue(store.mightContain(id, timestamp) || winners.get(key) > 0, "a duplicate without a winner");
                if (random.nextInt(4) == 0 && holders.get(key) != origin) {
                    store.confirm(id, timestamp, origin); // neither is its own, so neither does anything
                    store.forget(id, timestamp, origin);
                }
                return;
            }
            winners.incrementAndGet(key);
            long holder = holders.compareAndExchange(key, 0, origin);
            assertTrue(
                    holder == 0 || holder == origin, "key " + key + ": origins " + holder + " and " + origin + " won");
            int end = random.nextInt(4);
            if (end == 0) {
                holders.set(key, CONFIRMED); // before: from then on nobody may win
                store.confirm(id, timestamp, origin);
            } else if (end < 3) {
                holders.set(key, 0); // before: another one may win before the call returns
                store.forget(id, timestamp, origin);
            }
        }

        void check() {
            for (int key = keys - EACH / 100; key < keys; key++) {
                checkEnd(key);
            }
            for (int key = 0; key < keys; key++) {
                assertTrue(winners.get(key) > 0, "key " + key + " had no winner");
            }
        }

        private void checkEnd(int key) {
            long holder = holders.get(key);
            DedupKey id = FingerprintTables.key(key);
            long now = times[keys - 1] + TICK;
            clocks.set(now);
            if (now - times[key] > retention.windowMillis() - TICK) {
                return;
            }
            assertEquals(holder == 0 ? FIRST_SEEN : DUPLICATE, store.markSeen(id, now, ANOTHER), "key " + key);
            if (holder > 0) {
                assertEquals(FIRST_SEEN, store.markSeen(id, now, holder), "key " + key + ", not confirmed");
            }
        }
    }

    private static void race(int keys) throws Exception {
        long overlapped = 0;
        int raced = 0;
        for (int round = 0; raced < keys; round++) {
            int threads = 2 + round % 3;
            SplittableRandom random = new SplittableRandom(SEED + round);
            Rounds rounds = new Rounds(EACH, threads, RETENTIONS.get(round % RETENTIONS.size()), random.split());
            long[] seeds = random.longs(threads).toArray();
            FingerprintTables.onThreads(threads, thread -> rounds.run(thread, new SplittableRandom(seeds[thread])));
            rounds.check();
            rounds.store.close();
            overlapped += rounds.overlapped.get();
            raced += EACH;
        }
        System.out.printf("%,d keys raced for, %,d calls overlapped%n", raced, overlapped);
        assertTrue(overlapped > keys / 1_000, "hardly a race was one: " + overlapped);
    }

    @Test
    void oneOriginHoldsAKey() throws Exception {
        race(Integer.getInteger("dedup.test.origin-races", 60_000));
    }

    @Test
    @Tag("long")
    void oneOriginHoldsAKeyInMillionsOfRaces() throws Exception {
        race(Integer.getInteger("dedup.test.long-origin-races", 5_000_000));
    }
}
