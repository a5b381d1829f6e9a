package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Execution;
import io.github.dedupkit.IdempotentExecutor;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Call;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Several processes ask for the same keys, in the same order, and lose a tenth of the answers to each kind of call that
 * starts or ends a claim. Every action fails once, before it has an effect, so that there is a release for each complete.
 */
final class LostAnswers {
    static final int THREADS = 4;

    private static final double LOST = 0.1;
    private static final List<Call> CALLS = List.of(Call.CLAIM, Call.COMPLETE, Call.RELEASE);
    private static final long PAUSE_NANOS = 100_000;
    private static final int MAXIMUM_KEYS = 1 << 18;

    private final Fault fault;
    private final long target;
    private final long patienceNanos;
    private final long seed;
    private final List<FaultInjectingIdempotencyStore> processes = new ArrayList<>();
    private final List<IdempotentExecutor<String>> executors = new ArrayList<>();
    private final AtomicIntegerArray attempts = new AtomicIntegerArray(MAXIMUM_KEYS);
    private final AtomicIntegerArray effects = new AtomicIntegerArray(MAXIMUM_KEYS);
    private final AtomicInteger keys = new AtomicInteger();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong busy = new AtomicLong();
    private final AtomicLong replays = new AtomicLong();

    /** The failure of an action that had no effect. */
    private static final class NoEffect extends Exception {
        private static final long serialVersionUID = 1L;
    }

    LostAnswers(Fault fault, long target, long patienceSeconds, long seed) {
        this.fault = fault;
        this.target = target;
        this.seed = seed;
        patienceNanos = TimeUnit.SECONDS.toNanos(patienceSeconds);
    }

    void add(FaultInjectingIdempotencyStore process, IdempotentExecutor<String> executor) {
        for (Call call : CALLS) {
            process.failRandomly(
                    call,
                    fault,
                    LOST,
                    seed + 31L * processes.size() + call.name().hashCode());
        }
        processes.add(process);
        executors.add(executor);
    }

    /** Asks for one key after the other until enough answers of each kind were lost. */
    void play(int thread) {
        for (int key = 0; key < MAXIMUM_KEYS && CALLS.stream().anyMatch(call -> lost(call) < target); key++) {
            keys.accumulateAndGet(key + 1, Math::max);
            String result = resultOf(executors.get(thread), key);
            assertEquals(result(key), result, "the result of key " + key + ", seed " + seed);
        }
    }

    /** Asks until there is a result. */
    private String resultOf(IdempotentExecutor<String> executor, int key) {
        long began = System.nanoTime();
        while (true) {
            try {
                Execution<String> told = executor.execute(key(key), lease -> act(key));
                if (told instanceof Execution.Executed<String> executed) {
                    return executed.value();
                }
                if (told instanceof Execution.Replayed<String> replayed) {
                    replays.incrementAndGet();
                    return replayed.value();
                }
                boolean ends = System.nanoTime() - began < patienceNanos;
                if (!(told instanceof Execution.InProgress<String>) || !ends) {
                    throw new AssertionError("key " + key + " has live owners only, and is " + told + ", seed " + seed);
                }
                busy.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (NoEffect e) {
                failures.incrementAndGet();
            }
        }
    }

    private String act(int key) throws NoEffect {
        if (attempts.incrementAndGet(key) == 1) {
            throw new NoEffect();
        }
        effects.incrementAndGet(key);
        return result(key);
    }

    private static String result(int key) {
        return "result " + key;
    }

    private static DedupKey key(int key) {
        return ExecutorContractSupport.key(Long.MIN_VALUE + key);
    }

    private long lost(Call call) {
        return processes.stream()
                .mapToLong(process -> process.faults(call, fault))
                .sum();
    }

    /** Whether each key had its effect once, and keeps its result. */
    void check(IdempotentExecutor<String> executor) {
        for (Call call : CALLS) {
            if (lost(call) < target) {
                throw new AssertionError("only " + lost(call) + " of " + target + " answers to " + call + " were lost");
            }
        }
        for (int key = 0; key < keys.get(); key++) {
            assertEquals(1, effects.get(key), "effects of key " + key + ", seed " + seed);
            assertEquals(2, attempts.get(key), "attempts of key " + key + ", seed " + seed);
            ExecutorContractSupport.told(
                    new Execution.Replayed<>(result(key)), executor, key(key), "lost result, seed " + seed);
        }
    }

    @Override
    public String toString() {
        return fault + ": " + lost(Call.CLAIM) + " claims, " + lost(Call.COMPLETE) + " completes, "
                + lost(Call.RELEASE) + " releases; " + keys + " keys of " + THREADS + " processes, " + failures
                + " failures without effect, " + busy + " found busy, " + replays + " replays; seed " + seed;
    }
}
