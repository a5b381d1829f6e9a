package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Execution;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.IdempotentExecutor;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Lease;
import io.github.dedupkit.ResultCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What the contract of the executor shares: one storage on virtual time, processes that use it, executors, fresh keys. */
abstract class ExecutorContractSupport {
    static final Duration LEASE = Duration.ofMinutes(1);
    static final Duration RETENTION = Duration.ofHours(24);
    static final int MAXIMUM_OUTCOME_BYTES = 1024;

    static final String PATIENCE = "dedup.test.patience";

    /** A poll that finds soon what a test has made ready. */
    static final Duration SHORT_POLL = Duration.ofMillis(2);

    private static final long START = ContractSupport.START;
    private static final KeySpace KEY_SPACE = KeySpace.trusted("dedupkit/executor-contract");

    private final List<IdempotencyStore> stores = new ArrayList<>();
    private @Nullable IdempotencyFixture opened;
    private int processes;
    private long keys;
    private long owners;

    /** The clock of the storage's leases and of every executor. */
    final VirtualNanoTime nanoTime = new VirtualNanoTime(-LEASE.toNanos());

    /**
     * Supplies an empty storage for the store under test.
     *
     * @param config what the test asks for
     * @return the fixture; the contract closes it
     */
    protected abstract IdempotencyFixture fixture(IdempotencyConfig config);

    /**
     * Supplies how soon after a completion 99 of 100 waiting callers must be awake, who poll once in two seconds. A store
     * that notifies nobody says so by a literal of more than that.
     *
     * @return one second, unless overridden
     */
    protected Duration expectedWakeUp() {
        return Duration.ofSeconds(1);
    }

    /** A number of iterations, settable by a system property. */
    long scale(String property, long standard) {
        return Long.getLong(property, standard);
    }

    /** How long a test waits for what other threads must bring about before it fails. */
    final long patienceSeconds() {
        return scale(PATIENCE, 60);
    }

    @AfterEach
    final void closeStores() {
        stores.forEach(IdempotencyStore::close);
        if (opened != null) {
            opened.close();
        }
    }

    /** A store on the storage: as many as may be open at once, in turn. */
    final IdempotencyStore store() {
        IdempotencyFixture fixture = opened;
        if (fixture == null) {
            fixture = fixture(new IdempotencyConfig(new VirtualClock(START), nanoTime, 1 << 19, MAXIMUM_OUTCOME_BYTES));
            opened = fixture;
        }
        if (stores.size() < fixture.instances()) {
            stores.add(fixture.open());
        }
        return stores.get(processes++ % stores.size());
    }

    /** A process that uses the storage. */
    final FaultInjectingIdempotencyStore process() {
        return new FaultInjectingIdempotencyStore(store());
    }

    /** Begins an executor of texts, on virtual time, that runs an action again whose owner is gone. */
    final IdempotentExecutor.Builder<String> retrying(IdempotencyStore store) {
        return onVirtualTime(IdempotentExecutor.retrying(store, ResultCodec.utf8()));
    }

    final <T> IdempotentExecutor.Builder<T> onVirtualTime(IdempotentExecutor.Builder<T> builder) {
        return builder.nanoTime(nanoTime).lease(LEASE).retention(RETENTION);
    }

    final DedupKey newKey() {
        return key(keys++);
    }

    static DedupKey key(long index) {
        return KEY_SPACE.key(index);
    }

    /** A claim by a new owner, for a minute. */
    final Claim claim(IdempotencyStore store, DedupKey key, OwnerGone ownerGone, Intent intent) {
        return store.claim(new ClaimRequest(
                key,
                ClaimRequest.NO_FINGERPRINT,
                new UUID(Long.MIN_VALUE, owners++),
                LEASE,
                RETENTION,
                ownerGone,
                intent));
    }

    /** A claim that must be granted. */
    final Lease granted(IdempotencyStore store, DedupKey key, OwnerGone ownerGone, Intent intent, String why) {
        Claim claim = claim(store, key, ownerGone, intent);
        if (claim instanceof Claim.Granted granted) {
            return granted.lease();
        }
        throw new AssertionError(why + ": a claim to " + intent + " was told " + claim);
    }

    final Lease granted(IdempotencyStore store, DedupKey key, String why) {
        return granted(store, key, OwnerGone.RETRY, Intent.RUN, why);
    }

    /** Asks for a key with an action that must not run, and checks the answer. */
    static void told(Execution<String> expected, IdempotentExecutor<String> executor, DedupKey key, String why) {
        Execution<String> told = executor.execute(key, lease -> {
            throw new AssertionError(why + ": the action ran; expected " + expected);
        });
        assertEquals(expected, told, why);
    }

    /** Runs an action that returns a text, and checks that it ran. */
    static void runs(String result, IdempotentExecutor<String> executor, DedupKey key, String why) {
        assertEquals(new Execution.Executed<>(result), executor.execute(key, lease -> result), why);
    }

    /** Checks that an action ran, and that its result may not be recorded for a reason. */
    static void assertUnrecorded(String result, Class<? extends Throwable> cause, Execution<String> told) {
        if (told instanceof Execution.Unrecorded<String> unrecorded) {
            assertEquals(result, unrecorded.value(), "the result is in the answer");
            assertInstanceOf(cause, unrecorded.cause(), "why it is not recorded");
            return;
        }
        throw new AssertionError("told " + told + ", not that the result " + result + " is unrecorded: " + cause);
    }

    /** Waits in real time for what other threads bring about. */
    final void await(String what, BooleanSupplier condition) {
        long limit = TimeUnit.SECONDS.toNanos(patienceSeconds());
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - began < limit, "waited in vain: " + what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}
