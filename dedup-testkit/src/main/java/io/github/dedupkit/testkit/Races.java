package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongFunction;

/**
 * Races of several threads on fresh keys: all mark the same keys in the same order, each with an origin of its own where
 * the store keeps origins, and with timestamps up to a tick apart. Counts winners per key, and the races whose calls
 * really overlapped: a race that did not proves nothing. Before each call a thread waits a moment for another one to be
 * there as well, or on few cores one thread would be through before the next one starts.
 *
 * <p>Event time moves by more than the retention from one chunk of keys to the next, so the memory needed stays bounded.
 */
public final class Races {
    private static final int CHUNK = 2048;
    private static final int SPINS = 1024;
    private static final int SPINS_PER_YIELD = 128;

    private final List<? extends DeduplicationStore> stores;
    private final Retention retention;
    private final LongFunction<DedupKey> keys;
    private final long start;

    /**
     * What happened.
     *
     * @param races keys raced on
     * @param overlapped races in which two calls were in progress at once
     * @param manyWinners races in which more than one thread was told FIRST_SEEN
     * @param noWinner races in which every thread was told something else
     */
    public record Result(long races, long overlapped, long manyWinners, long noWinner) {
        /**
         * Adds another result.
         *
         * @param other the other result
         * @return the sum
         */
        public Result plus(Result other) {
            return new Result(
                    races + other.races,
                    overlapped + other.overlapped,
                    manyWinners + other.manyWinners,
                    noWinner + other.noWinner);
        }

        @Override
        public String toString() {
            return races + " races, " + overlapped + " overlapped, " + manyWinners + " with several winners, "
                    + noWinner + " with none";
        }
    }

    /**
     * Prepares races.
     *
     * @param stores the stores on one storage; threads take them in turn
     * @param retention the stores' retention, with a lateness of two ticks or more
     * @param keys makes a fresh key of each number
     * @param start the first timestamp, at least W below the stores' clock at the end of the races
     */
    public Races(
            List<? extends DeduplicationStore> stores, Retention retention, LongFunction<DedupKey> keys, long start) {
        this.stores = List.copyOf(stores);
        this.retention = retention;
        this.keys = keys;
        this.start = start;
    }

    /**
     * The span of event time that a number of races needs.
     *
     * @param retention the stores' retention
     * @param races keys to race on
     * @return milliseconds
     */
    public static long span(Retention retention, long races) {
        return (races / CHUNK + 2) * step(retention);
    }

    private static long step(Retention retention) {
        return retention.windowMillis() + retention.latenessMillis() + 4 * retention.tickMillis();
    }

    /**
     * Runs races.
     *
     * @param threads racing on each key, 2 or more
     * @param races keys to race on
     * @param seed of the timestamps
     * @return the counts
     * @throws InterruptedException if interrupted
     * @throws ExecutionException if a call threw
     */
    public Result run(int threads, long races, long seed) throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            Chunk chunk = new Chunk(threads, races);
            List<Future<Result>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                results.add(pool.submit(() -> race(thread, chunk, new SplittableRandom(seed + thread))));
            }
            Result total = new Result(0, 0, 0, 0);
            for (Future<Result> result : results) {
                total = total.plus(result.get());
            }
            return total;
        } finally {
            pool.shutdownNow();
        }
    }

    /** What the threads share while they race on one chunk of keys. */
    private static final class Chunk {
        private final int threads;
        private final long races;
        private final Phaser barrier;
        private final AtomicIntegerArray entered = new AtomicIntegerArray(CHUNK);
        private final AtomicIntegerArray left = new AtomicIntegerArray(CHUNK);
        private final AtomicIntegerArray winners = new AtomicIntegerArray(CHUNK);
        private final AtomicIntegerArray overlaps = new AtomicIntegerArray(CHUNK);
        private final AtomicLongArray progress;

        Chunk(int threads, long races) {
            this.threads = threads;
            this.races = races;
            this.barrier = new Phaser(threads);
            this.progress = new AtomicLongArray(threads);
            for (int thread = 0; thread < threads; thread++) {
                progress.set(thread, -1);
            }
        }

        Result countAndClear(int length) {
            long overlapped = 0;
            long many = 0;
            long none = 0;
            for (int i = 0; i < length; i++) {
                overlapped += overlaps.getAndSet(i, 0) > 0 ? 1 : 0;
                int won = winners.getAndSet(i, 0);
                many += won > 1 ? 1 : 0;
                none += won == 0 ? 1 : 0;
                entered.set(i, 0);
                left.set(i, 0);
            }
            return new Result(length, overlapped, many, none);
        }
    }

    /** The part of one thread; one that fails leaves the barrier, so that the others come to their end. */
    private Result race(int thread, Chunk chunk, SplittableRandom random) {
        try {
            return raceToTheEnd(thread, chunk, random);
        } finally {
            chunk.progress.set(thread, Long.MAX_VALUE);
            chunk.barrier.arriveAndDeregister();
        }
    }

    private Result raceToTheEnd(int thread, Chunk chunk, SplittableRandom random) {
        DeduplicationStore store = stores.get(thread % stores.size());
        Result result = new Result(0, 0, 0, 0);
        long tick = retention.tickMillis();
        long time = start;
        for (long from = 0; from < chunk.races; from += CHUNK) {
            int length = (int) Math.min(CHUNK, chunk.races - from);
            chunk.barrier.arriveAndAwaitAdvance();
            for (int i = 0; i < length; i++) {
                DedupKey key = keys.apply(from + i);
                long timestamp = time + tick * i / length + random.nextLong(tick + 1);
                awaitAnother(chunk, thread, from + i);
                mark(store, thread, key, timestamp, chunk, i);
            }
            chunk.barrier.arriveAndAwaitAdvance();
            if (thread == 0) {
                result = result.plus(chunk.countAndClear(length));
            }
            time += step(retention);
        }
        return result;
    }

    private static void mark(DeduplicationStore store, int thread, DedupKey key, long timestamp, Chunk chunk, int i) {
        int before = chunk.entered.getAndIncrement(i);
        if (before > chunk.left.get(i)) {
            chunk.overlaps.incrementAndGet(i);
        }
        Verdict verdict = store instanceof ReplaySafeStore replaySafe
                ? replaySafe.markSeen(key, timestamp, thread + 1L)
                : store.markSeen(key, timestamp);
        chunk.left.incrementAndGet(i);
        if (verdict == Verdict.FIRST_SEEN) {
            chunk.winners.incrementAndGet(i);
        }
    }

    /** Waits a moment until another thread is at this race or beyond; never for long. */
    @SuppressWarnings("ThreadPriorityCheck") // only makes calls meet more often
    private static void awaitAnother(Chunk chunk, int thread, long race) {
        chunk.progress.set(thread, race);
        for (int spin = 1; spin <= SPINS; spin++) {
            for (int other = 0; other < chunk.threads; other++) {
                if (other != thread && chunk.progress.get(other) >= race) {
                    return;
                }
            }
            if (spin % SPINS_PER_YIELD == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
