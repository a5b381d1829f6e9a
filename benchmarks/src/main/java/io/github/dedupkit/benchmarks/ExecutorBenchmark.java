package io.github.dedupkit.benchmarks;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Execution;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.IdempotentExecutor;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Outcome;
import io.github.dedupkit.ResultCodec;
import io.github.dedupkit.inmemory.InMemoryIdempotencyStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What an idempotent execution costs beside its action.
 *
 * <p><b>Workload:</b> one thread; an action that returns a constant of 36 bytes; the store in memory. Time is virtual and
 * moves by 20 microseconds a call, and results are kept for 50 milliseconds of it and the second that the store takes to
 * forget: in steady state it holds some fifty thousand records, and drops as many as it takes. Key and fingerprint are made
 * beforehand.
 *
 * <ul>
 *   <li>{@link #executed}: a new key; the action runs and its result is recorded.
 *   <li>{@link #storeAlone}: the two calls that this makes, without an executor. The difference is the executor's own.
 *   <li>{@link #replayed}: a key whose result is recorded; it is decoded.
 * </ul>
 *
 * <p>It does not show what renewal costs, which happens for actions longer than a third of a lease, nor waiting.
 *
 * <p><b>Command:</b> {@code java -jar benchmarks/target/benchmarks.jar ExecutorBenchmark -prof gc}; {@code
 * gc.alloc.rate.norm} is the bytes allocated per call.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "-Xmx1g")
public class ExecutorBenchmark {
    private static final long NANOS_PER_CALL = 20_000;
    private static final Duration RETENTION = Duration.ofMillis(50);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final long MAXIMUM_RECORDS = 10_000_000;

    private final String result = "payment 0190a5d2 of 12.50 EUR: taken";
    private final Outcome outcome = Outcome.result(result.getBytes(StandardCharsets.UTF_8));
    private final KeySpace keys = KeySpace.trusted("benchmarks/executor");
    private final DedupKey fingerprint = keys.key("the request's content");
    private final DedupKey recorded = keys.key("a key whose result is recorded");

    private IdempotencyStore store;
    private IdempotentExecutor<String> executor;
    private IdempotentExecutor<String> replaying;
    private IdempotencyStore kept;
    private long now;
    long reading;
    private long calls;

    /** Creates the stores, and records the one result that is replayed. */
    @Setup(Level.Trial)
    public void open() {
        store = InMemoryIdempotencyStore.builder(MAXIMUM_RECORDS)
                .nanoTime(this::readClock)
                .build();
        executor = IdempotentExecutor.retrying(store, ResultCodec.utf8())
                .lease(LEASE)
                .retention(RETENTION)
                .nanoTime(this::readClock)
                .build();
        kept = InMemoryIdempotencyStore.builder(MAXIMUM_RECORDS).build();
        replaying = IdempotentExecutor.retrying(kept, ResultCodec.utf8()).build();
        replaying.execute(recorded, fingerprint, lease -> result);
    }

    /** Closes the stores. */
    @TearDown(Level.Trial)
    public void close() {
        store.close();
        kept.close();
    }

    /** Reads the clock as in production, for what that costs, and tells the virtual time. */
    private long readClock() {
        reading = System.nanoTime();
        return now;
    }

    private DedupKey nextKey() {
        now += NANOS_PER_CALL;
        calls++;
        return DedupKey.ofBits(calls * 0x9E3779B97F4A7C15L, calls * 0xBF58476D1CE4E5B9L);
    }

    /**
     * A new key: claim, action, complete.
     *
     * @return the execution
     */
    @Benchmark
    public Execution<String> executed() {
        return executor.execute(nextKey(), fingerprint, lease -> result);
    }

    /**
     * The store's two calls for a new key.
     *
     * @return the claim
     */
    @Benchmark
    public Claim storeAlone() {
        DedupKey key = nextKey();
        UUID owner = new UUID(1, calls);
        Claim claim =
                store.claim(new ClaimRequest(key, fingerprint, owner, LEASE, RETENTION, OwnerGone.RETRY, Intent.RUN));
        if (claim instanceof Claim.Granted granted) {
            store.complete(granted.lease(), outcome, RETENTION);
        }
        return claim;
    }

    /**
     * A key whose result is recorded.
     *
     * @return the execution
     */
    @Benchmark
    public Execution<String> replayed() {
        return replaying.execute(recorded, fingerprint, lease -> result);
    }
}
