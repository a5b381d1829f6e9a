package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Execution;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.IdempotentExecutor;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What callers get who come while another one is at work. */
abstract class ExecutorWaitRules extends ExecutorContractSupport {
    private static final Duration LIMIT = LEASE.dividedBy(2);
    private static final int CALLERS = 64;
    private static final int HEIRS = 20;
    private static final int FIRST_VIRTUAL_THREADS = 21;

    private static final String ROUNDS = "dedup.test.crowds";
    private static final long STANDARD_ROUNDS = 300;

    private IdempotentExecutor.Builder<String> waiting(IdempotencyStore store) {
        return retrying(store).waitUpTo(LIMIT).pollEvery(SHORT_POLL);
    }

    /** A caller that waits in a thread of its own, from its second look on. */
    private final class Waiter {
        private final Thread thread;
        private final CountedClaims looks;
        private volatile Execution<String> told = new Execution.InProgress<>(Duration.ofDays(1));
        private volatile boolean interrupted;

        Waiter(CountedClaims looks, IdempotentExecutor<String> executor, DedupKey key) {
            this.looks = looks;
            thread = new Thread(() -> {
                told = executor.execute(key, lease -> "waiter");
                interrupted = Thread.currentThread().isInterrupted();
            });
            thread.start();
            await("a waiting caller", () -> looks.count() >= 2);
        }

        void awaitLooks(int more) {
            int until = looks.count() + more;
            await("looks of a waiting caller", () -> looks.count() >= until);
        }

        Execution<String> told() {
            try {
                await("the answer of a waiting caller", () -> !thread.isAlive());
            } finally {
                thread.interrupt();
            }
            return told;
        }
    }

    /** Counts claims, each of which is a look of a waiting caller. */
    private static final class CountedClaims extends ForwardingIdempotencyStore {
        private final AtomicInteger claims = new AtomicInteger();

        CountedClaims(IdempotencyStore store) {
            super(store);
        }

        @Override
        public Claim claim(ClaimRequest request) {
            Claim claim = super.claim(request);
            claims.incrementAndGet();
            return claim;
        }

        int count() {
            return claims.get();
        }
    }

    private Waiter waiter(DedupKey key) {
        CountedClaims looks = new CountedClaims(process());
        return new Waiter(looks, waiting(looks).build(), key);
    }

    @Test
    @DisplayName("wait: unless told to wait, a second caller is told at once that the first one is at work")
    void wait_failsAtOnceByDefault() {
        IdempotencyStore process = process();
        DedupKey key = newKey();
        granted(process, key, "a fresh key");
        nanoTime.advance(LIMIT);
        told(new Execution.InProgress<>(LEASE.minus(LIMIT)), retrying(process).build(), key, "somebody is at work");
    }

    @Test
    @DisplayName("wait: a caller waits up to its limit, and not longer")
    void wait_endsAtTheLimit() {
        DedupKey key = newKey();
        granted(process(), key, "a fresh key");
        Waiter waiter = waiter(key);
        nanoTime.advance(LIMIT.minusNanos(1));
        waiter.awaitLooks(3);
        assertTrue(waiter.thread.isAlive(), "it waits until its limit");
        nanoTime.advance(Duration.ofNanos(1));
        assertInstanceOf(Execution.InProgress.class, waiter.told(), "the limit is over");
    }

    @Test
    @DisplayName("wait: a caller gets the result when it is there, and runs its action when the claim is released")
    void wait_getsTheResultOrTheClaim() {
        IdempotencyStore process = process();
        DedupKey completed = newKey();
        Lease first = granted(process, completed, "a fresh key");
        Waiter waiter = waiter(completed);
        process.complete(first, Outcome.result(new byte[] {'x'}), RETENTION);
        assertEquals(new Execution.Replayed<>("x"), waiter.told(), "completed");
        DedupKey released = newKey();
        Lease second = granted(process, released, "a fresh key");
        waiter = waiter(released);
        process.release(second);
        assertEquals(new Execution.Executed<>("waiter"), waiter.told(), "released");
        DedupKey parked = newKey();
        Lease third = granted(process, parked, "a fresh key");
        waiter = waiter(parked);
        process.park(third);
        assertEquals(new Execution.Parked<>(Duration.ZERO), waiter.told(), "parked");
    }

    @Test
    @DisplayName(
            "wait: an interrupted caller is told that another one is at work, and stays interrupted; nothing is lost")
    void wait_isInterrupted() {
        IdempotencyStore process = process();
        DedupKey key = newKey();
        Lease lease = granted(process, key, "a fresh key");
        Waiter waiter = waiter(key);
        waiter.thread.interrupt();
        assertEquals(new Execution.InProgress<>(LEASE), waiter.told(), "interrupted");
        assertTrue(waiter.interrupted, "its interrupt status is set again");
        process.complete(lease, Outcome.result(new byte[] {'x'}), RETENTION);
        told(new Execution.Replayed<>("x"), retrying(process).build(), key, "the owner was not disturbed");
    }

    @Test
    @DisplayName("wait: the owner dies while twenty wait: one of them takes over when the lease ends")
    void wait_oneTakesOver() throws Exception {
        DedupKey key = newKey();
        granted(process(), key, "a fresh key");
        AtomicInteger runs = new AtomicInteger();
        CountedClaims looks = new CountedClaims(process());
        IdempotentExecutor<String> heirs =
                waiting(looks).waitUpTo(LEASE.multipliedBy(2)).build();
        ExecutorService pool = Executors.newFixedThreadPool(HEIRS);
        try {
            List<Future<Execution<String>>> told = new ArrayList<>();
            for (int i = 0; i < HEIRS; i++) {
                told.add(pool.submit(() -> heirs.execute(key, lease -> {
                    assertEquals(2, lease.attempt(), "the heir knows that it is one");
                    return "heir " + runs.incrementAndGet();
                })));
            }
            await("twenty who wait", () -> looks.count() >= 2 * HEIRS);
            nanoTime.advance(LEASE.minusNanos(1));
            int looked = looks.count();
            await("a look of each", () -> runs.get() > 0 || looks.count() >= looked + 2 * HEIRS);
            assertEquals(0, runs.get(), "nobody takes over before the lease ends");
            assertFalse(told.stream().anyMatch(Future::isDone), "all wait");
            nanoTime.advance(Duration.ofNanos(1));
            int executed = 0;
            for (Future<Execution<String>> future : told) {
                Execution<String> execution = future.get(patienceSeconds(), TimeUnit.SECONDS);
                assertEquals("heir 1", execution.result().orElseThrow(), "told " + execution);
                executed += execution instanceof Execution.Executed<String> ? 1 : 0;
            }
            assertEquals(1, executed, "heirs");
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName("wait: 64 callers of one key: one runs, 63 get the same bytes, and soon after the completion")
    void wait_crowd() throws Exception {
        crowd("64 platform threads", Executors.newFixedThreadPool(CALLERS));
    }

    @Test
    @DisplayName("wait: 64 callers of one key on virtual threads")
    void wait_crowdOnVirtualThreads() throws Exception {
        int release = Runtime.version().feature();
        assumeTrue(
                release >= FIRST_VIRTUAL_THREADS, "virtual threads came with JDK 21, this is " + release + ": not run");
        Object pool =
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        crowd("64 virtual threads", (ExecutorService) pool);
    }

    private void crowd(String who, ExecutorService pool) throws Exception {
        Crowd crowd = new Crowd(store(), CALLERS, pool, patienceSeconds());
        List<Long> wakeUps = run(crowd, Crowd.SLOW_POLL);
        System.out.println(who + ": " + crowd + "; awake after " + Crowd.describe(wakeUps));
        Duration p99 = Crowd.percentile(wakeUps, 99);
        assertTrue(
                p99.compareTo(expectedWakeUp()) <= 0,
                () -> "the 99th of 100 waiting callers is awake " + p99 + " after the completion; expected within "
                        + expectedWakeUp() + ", of polls once in " + Crowd.SLOW_POLL);
    }

    @Test
    @DisplayName("wait: 64 callers whose notifications are lost poll, and get the same")
    void wait_crowdWithoutNotifications() throws Exception {
        IdempotencyStore deaf = new ForwardingIdempotencyStore(store()) {
            @Override
            public Watch watch(DedupKey key, Runnable changed) {
                return () -> {};
            }
        };
        Crowd crowd = new Crowd(deaf, CALLERS, Executors.newFixedThreadPool(CALLERS), patienceSeconds());
        List<Long> wakeUps = run(crowd, SHORT_POLL);
        System.out.println("64 threads, no notifications: " + crowd + "; awake after " + Crowd.describe(wakeUps));
    }

    private List<Long> run(Crowd crowd, Duration polls) throws Exception {
        IdempotentExecutor<byte[]> executor = onVirtualTime(crowd.retrying())
                .waitUpTo(Duration.ofDays(1))
                .pollEvery(polls)
                .build();
        try (crowd) {
            for (long round = scale(ROUNDS, STANDARD_ROUNDS); round > 0; round--) {
                crowd.meet(executor, newKey());
            }
        }
        return crowd.wakeUps();
    }
}
