package io.github.dedupkit.inmemory;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Races of all threads on each key of a schedule while event time goes on: it crosses a tick every few races, leaps over
 * granules, and now and then over whole lives, and every thread's clock and timestamps are a tick ahead or not at random.
 * Keys come back, long after their window or within it, so it is known how many winners each race must have: one or none.
 *
 * <p>A thread begins a race only when all others have ended those that could make it late, so nothing is ever late.
 */
final class FingerprintRaces {
    private static final int PHASE = 512;
    private static final int SPINS_PER_YIELD = 64;
    private static final int OVERLAPPED = 1 << 16;
    private static final long[] ORIGINS = FingerprintTables.originsApart(1 << 15);

    private final Retention retention;
    private final int races;
    private final long[] times;
    private final long[] keys;
    private final boolean[] isNew;

    /** How many races must be over before one may begin. */
    private final int[] over;

    /**
     * What happened.
     *
     * @param races in all
     * @param overlapped in which two calls were in progress at once
     * @param manyWinners more than the one that there may be, or than none
     * @param noWinner none although there had to be one
     * @param otherwise verdicts that are neither FIRST_SEEN nor DUPLICATE
     */
    record Result(long races, long overlapped, long manyWinners, long noWinner, long otherwise) {
        Result plus(Result other) {
            return new Result(
                    races + other.races,
                    overlapped + other.overlapped,
                    manyWinners + other.manyWinners,
                    noWinner + other.noWinner,
                    otherwise + other.otherwise);
        }
    }

    FingerprintRaces(Retention retention, int races, long seed) {
        this.retention = retention;
        this.races = races;
        times = new long[races];
        keys = new long[races];
        isNew = new boolean[races];
        over = new int[races];
        schedule(new SplittableRandom(seed));
    }

    /** The time of the last race. */
    long end() {
        return times[races - 1] + retention.tickMillis();
    }

    private void schedule(SplittableRandom random) {
        long tick = retention.tickMillis();
        long life = Ages.of(retention).life() * tick;
        long time = FingerprintTables.START;
        long fresh = random.nextLong() >>> 1;
        long[] recordedAt = new long[races]; // by the race that recorded the key
        int[] recordedBy = new int[races];
        int done = 0;
        long longestStep = tick;
        for (int race = 0; race < races; race++) {
            if (race % PHASE == 0) {
                time += random.nextInt(4) == 0 ? random.nextLong(3 * life) : 0;
                longestStep = tick * (random.nextBoolean() ? 1 : random.nextInt(2, 32)) / 2;
            }
            time += random.nextLong(longestStep);
            times[race] = time;
            while (time - times[done] > retention.latenessMillis() - 2 * tick) {
                done++;
            }
            over[race] = done;
            int earlier = random.nextInt(Math.max(0, race - 4 * PHASE), race + 1);
            int recorder = earlier == race ? race : recordedBy[earlier];
            long passed = time - recordedAt[recorder];
            boolean again = recorder < race && random.nextBoolean();
            boolean known = again && passed <= retention.windowMillis() - tick;
            boolean expired = again && passed >= retention.windowMillis() + 3 * tick;
            keys[race] = known || expired ? keys[recorder] : fresh++;
            isNew[race] = !known;
            recordedBy[race] = known || expired ? recorder : race;
            if (!known) {
                recordedAt[recordedBy[race]] = time;
            }
        }
    }

    /** A store's clock: each thread's own. Some readings yield the processor, or few calls would overlap on few cores. */
    static final class Clocks implements InstantSource {
        private static final int YIELD_ONE_READING_IN = 64;

        private final ThreadLocal<long[]> reading = ThreadLocal.withInitial(() -> new long[1]);

        void set(long millis) {
            reading.get()[0] = millis;
        }

        @SuppressWarnings("ThreadPriorityCheck") // only makes calls meet more often
        @Override
        public long millis() {
            if (ThreadLocalRandom.current().nextInt(YIELD_ONE_READING_IN) == 0) {
                Thread.yield();
            }
            return reading.get()[0];
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }
    }

    /** Runs the schedule on so many threads. */
    Result run(DeduplicationStore store, Clocks clocks, int threads, long seed) throws Exception {
        Progress progress = new Progress(threads, races);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Long>> others = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                others.add(
                        pool.submit(() -> race(store, clocks, progress, thread, new SplittableRandom(seed + thread))));
            }
            long otherwise = 0;
            for (Future<Long> other : others) {
                otherwise += other.get();
            }
            return count(progress, otherwise);
        } finally {
            pool.shutdownNow();
        }
    }

    private long race(DeduplicationStore store, Clocks clocks, Progress progress, int thread, SplittableRandom random) {
        long tick = retention.tickMillis();
        long otherwise = 0;
        try {
            for (int race = 0; race < races; race++) {
                progress.awaitOver(over[race]);
                long timestamp = times[race] + random.nextInt(2) * tick;
                clocks.set(times[race] + random.nextInt(2) * tick);
                progress.enter(race);
                Verdict verdict = mark(store, keys[race], timestamp, race * progress.threads + thread);
                progress.leave(race, thread, verdict == Verdict.FIRST_SEEN);
                otherwise += verdict == Verdict.FIRST_SEEN || verdict == Verdict.DUPLICATE ? 0 : 1;
            }
        } finally {
            progress.ended.set(thread, Integer.MAX_VALUE); // one that fails keeps nobody waiting
        }
        return otherwise;
    }

    /** Every mark is a delivery of its own: with an origin, where the store keeps it, that comes back when keys no longer do. */
    private static Verdict mark(DeduplicationStore store, long index, long timestamp, int delivery) {
        DedupKey key = FingerprintTables.key(index);
        return store instanceof NearTier near
                ? near.markSeen(key, timestamp, ORIGINS[delivery & (ORIGINS.length - 1)])
                : store.markSeen(key, timestamp);
    }

    private Result count(Progress progress, long otherwise) {
        long overlapped = 0;
        long many = 0;
        long none = 0;
        for (int race = 0; race < races; race++) {
            int seen = progress.winners.get(race);
            int won = seen & (OVERLAPPED - 1);
            overlapped += seen >= OVERLAPPED ? 1 : 0;
            many += won > (isNew[race] ? 1 : 0) ? 1 : 0;
            none += isNew[race] && won == 0 ? 1 : 0;
        }
        return new Result(races, overlapped, many, none, otherwise);
    }

    /** Where the threads are, and what they saw. */
    private static final class Progress {
        final int threads;
        final AtomicLongArray ended;
        final AtomicIntegerArray winners;
        final AtomicIntegerArray inside;

        Progress(int threads, int races) {
            this.threads = threads;
            ended = new AtomicLongArray(threads);
            winners = new AtomicIntegerArray(races);
            inside = new AtomicIntegerArray(races);
        }

        @SuppressWarnings("ThreadPriorityCheck") // the one waited for may need the processor
        void awaitOver(int races) {
            for (int thread = 0; thread < ended.length(); thread++) {
                for (int spin = 1; ended.get(thread) < races; spin++) {
                    if (spin % SPINS_PER_YIELD == 0) {
                        Thread.yield();
                    } else {
                        Thread.onSpinWait();
                    }
                }
            }
        }

        void enter(int race) {
            if (inside.getAndIncrement(race) > 0) {
                winners.getAndUpdate(race, seen -> seen | OVERLAPPED);
            }
        }

        void leave(int race, int thread, boolean won) {
            inside.getAndDecrement(race);
            if (won) {
                winners.incrementAndGet(race);
            }
            ended.set(thread, race + 1L);
        }
    }
}
