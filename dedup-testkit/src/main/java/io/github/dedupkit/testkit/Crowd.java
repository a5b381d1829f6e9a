package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Execution;
import io.github.dedupkit.HeldLease;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.IdempotentExecutor;
import io.github.dedupkit.ResultCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many callers of one key at once. The action ends when all the others have begun to wait, so that each of them is woken
 * up; it is measured how long after the action's end each one returns.
 */
final class Crowd implements AutoCloseable {
    /** A poll that is no notification. */
    static final Duration SLOW_POLL = Duration.ofSeconds(2);

    private static final int RESULT_BYTES = 64;

    private final WatchedStore store;
    private final int callers;
    private final ExecutorService pool;
    private final long patienceSeconds;
    private final SplittableRandom random = new SplittableRandom(64);
    private final List<Long> wakeUps = new ArrayList<>();
    private int rounds;

    /** Counts who begins to wait. */
    private static final class WatchedStore extends ForwardingIdempotencyStore {
        private final ConcurrentHashMap<DedupKey, CountDownLatch> expected = new ConcurrentHashMap<>();

        WatchedStore(IdempotencyStore store) {
            super(store);
        }

        @Override
        public Watch watch(DedupKey key, Runnable changed) {
            Watch watch = super.watch(key, changed);
            CountDownLatch latch = expected.get(key);
            if (latch != null) {
                latch.countDown();
            }
            return watch;
        }
    }

    /** How one call ended, and when. */
    private record Answer(Execution<byte[]> told, long at) {}

    /** The action of one round. */
    private final class Slow implements IdempotentExecutor.Action<byte[], InterruptedException> {
        private final byte[] result = new byte[RESULT_BYTES];
        private final CountDownLatch waiting = new CountDownLatch(callers - 1);
        private final AtomicInteger runs = new AtomicInteger();
        private volatile long ended;

        @Override
        public byte[] run(HeldLease lease) throws InterruptedException {
            runs.incrementAndGet();
            assertTrue(waiting.await(patienceSeconds, TimeUnit.SECONDS), "waited in vain for the others to wait");
            ended = System.nanoTime();
            return result;
        }
    }

    Crowd(IdempotencyStore store, int callers, ExecutorService pool, long patienceSeconds) {
        this.store = new WatchedStore(store);
        this.callers = callers;
        this.pool = pool;
        this.patienceSeconds = patienceSeconds;
    }

    IdempotentExecutor.Builder<byte[]> retrying() {
        return IdempotentExecutor.retrying(store, ResultCodec.bytes());
    }

    /** Plays one round. */
    void meet(IdempotentExecutor<byte[]> executor, DedupKey key) throws Exception {
        Slow action = new Slow();
        random.nextBytes(action.result);
        store.expected.put(key, action.waiting);
        List<Future<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            answers.add(pool.submit(() -> new Answer(executor.execute(key, action), System.nanoTime())));
        }
        int executed = 0;
        for (Future<Answer> future : answers) {
            Answer answer = future.get(patienceSeconds, TimeUnit.SECONDS);
            assertArrayEquals(
                    action.result, answer.told().result().orElseThrow(), "rule 9: byte for byte, " + answer.told());
            if (answer.told() instanceof Execution.Executed<byte[]>) {
                executed++;
            } else {
                wakeUps.add(answer.at() - action.ended);
            }
        }
        assertEquals(1, action.runs.get(), "actions run for " + callers + " callers");
        assertEquals(1, executed, "callers told that they ran it");
        store.expected.remove(key);
        rounds++;
    }

    /** How long after the end of the action each waiting caller returned, in ascending order, in nanoseconds. */
    List<Long> wakeUps() {
        Collections.sort(wakeUps);
        return wakeUps;
    }

    static Duration percentile(List<Long> ascending, int percent) {
        return Duration.ofNanos(ascending.get((ascending.size() - 1) * percent / 100));
    }

    static String describe(List<Long> ascending) {
        return micros(percentile(ascending, 50)) + " (p50), " + micros(percentile(ascending, 99)) + " (p99)";
    }

    private static String micros(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos()) + " microseconds";
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }

    @Override
    public String toString() {
        return rounds + " keys, " + rounds + " executions, " + (long) rounds * (callers - 1) + " replays";
    }
}
