package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Execution;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.IdempotentExecutor;
import io.github.dedupkit.IdempotentExecutor.OnFailure;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.ResultCodec;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Call;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an action that fails leaves behind. */
abstract class ExecutorFailureRules extends ExecutorResultRules {
    private static final List<Supplier<Throwable>> FAILURES = List.of(
            () -> new IllegalStateException("by hand"),
            () -> new StackOverflowError("by hand"),
            () -> new OutOfMemoryError("by hand"),
            () -> new AssertionError("by hand"),
            () -> new LeaseLostException("by hand"),
            () -> new StoreUnavailableException("of another store, by hand"));

    /** Runs an action that throws, and checks that its caller gets just that. */
    static void fails(Throwable failure, IdempotentExecutor<String> executor, DedupKey key) {
        Throwable thrown = assertThrows(
                failure.getClass(),
                () -> executor.execute(key, lease -> {
                    throw sneaky(failure);
                }));
        assertSame(failure, thrown, "what the action threw is what its caller gets");
    }

    private IdempotentExecutor<String> leaving(OnFailure choice, IdempotencyStore store) {
        return retrying(store).onFailure(failure -> choice).build();
    }

    @Test
    @DisplayName("failure: RETRY leaves the key released, whatever was thrown")
    void failure_isRetried() {
        IdempotentExecutor<String> executor = leaving(OnFailure.RETRY, process());
        for (Supplier<Throwable> failures : FAILURES) {
            DedupKey key = newKey();
            Throwable failure = failures.get();
            fails(failure, executor, key);
            assertEquals(0, failure.getSuppressed().length, "nothing went wrong beside it");
            runs("second", executor, key, "after " + failure);
            told(new Execution.Replayed<>("second"), executor, key, "after the second attempt");
        }
    }

    @Test
    @DisplayName("failure: unless told, an action that throws leaves what a crash leaves: released, or parked")
    void failure_leavesWhatACrashLeavesUnlessTold() {
        FaultInjectingIdempotencyStore process = process();
        DedupKey key = newKey();
        IdempotentExecutor<String> retrying = retrying(process).build();
        fails(new IllegalStateException("by hand"), retrying, key);
        runs("second", retrying, key, "retrying, after a failure");
        for (IdempotentExecutor<String> uncertain : List.of(
                onVirtualTime(IdempotentExecutor.parking(process, ResultCodec.utf8()))
                        .build(),
                onVirtualTime(IdempotentExecutor.asking(process, ResultCodec.utf8()))
                        .build())) {
            DedupKey uncertainKey = newKey();
            fails(new IllegalStateException("by hand"), uncertain, uncertainKey);
            told(new Execution.Parked<>(Duration.ZERO), uncertain, uncertainKey, "parking or asking, after a failure");
        }
    }

    @Test
    @DisplayName("failure: REMEMBER tells later callers the failure's text, and runs nothing")
    void failure_isRemembered() {
        IdempotentExecutor<String> executor = leaving(OnFailure.REMEMBER, process());
        for (Supplier<Throwable> failures : FAILURES) {
            DedupKey key = newKey();
            Throwable failure = failures.get();
            fails(failure, executor, key);
            assertEquals(0, failure.getSuppressed().length, "nothing went wrong beside it");
            told(new Execution.FailedBefore<>(failure.toString()), executor, key, "after " + failure);
        }
        DedupKey key = newKey();
        fails(new IllegalStateException("by hand"), executor, key);
        nanoTime.advance(RETENTION);
        runs("second", executor, key, "the failure's retention is over");
    }

    @Test
    @DisplayName("failure: its description is cut between two characters to what the store takes")
    void failure_descriptionIsCut() {
        String chosen = "€".repeat(MAXIMUM_OUTCOME_BYTES);
        IdempotentExecutor<String> executor = retrying(process())
                .onFailure(failure -> OnFailure.REMEMBER)
                .describeFailure(failure -> chosen)
                .build();
        DedupKey key = newKey();
        fails(new IllegalStateException("secret"), executor, key);
        int bytes = "€".getBytes(StandardCharsets.UTF_8).length;
        String cut = "€".repeat(MAXIMUM_OUTCOME_BYTES / bytes);
        told(new Execution.FailedBefore<>(cut), executor, key, "a description of " + chosen.length() * bytes);
    }

    @Test
    @DisplayName("failure: PARK leaves the key parked until it is resolved")
    void failure_isParked() {
        FaultInjectingIdempotencyStore process = process();
        IdempotentExecutor<String> executor = leaving(OnFailure.PARK, process);
        for (Supplier<Throwable> failures : FAILURES) {
            DedupKey key = newKey();
            Throwable failure = failures.get();
            fails(failure, executor, key);
            assertEquals(0, failure.getSuppressed().length, "nothing went wrong beside it");
            nanoTime.advance(LEASE);
            told(new Execution.Parked<>(LEASE), executor, key, "after " + failure);
            Lease resolving = granted(process, key, OwnerGone.RETRY, Intent.RESOLVE, "a person resolves it");
            process.release(resolving);
            runs("second", executor, key, "released by a person");
        }
    }

    @Test
    @DisplayName("failure: a classifier that throws leaves the claim as a crash does; the action's failure comes first")
    void failure_ofTheClassifier() {
        AtomicInteger asked = new AtomicInteger();
        RuntimeException second = new StoreUnavailableException("thrown by the classifier");
        IdempotentExecutor<String> executor = retrying(process())
                .onFailure(failure -> {
                    asked.incrementAndGet();
                    throw second;
                })
                .build();
        DedupKey key = newKey();
        IllegalStateException failure = new IllegalStateException("by hand");
        fails(failure, executor, key);
        assertEquals(List.of(second), List.of(failure.getSuppressed()), "what the classifier threw is suppressed");
        assertEquals(1, asked.get(), "the classifier is asked once");
        told(new Execution.InProgress<>(LEASE), executor, key, "the claim was left");
        nanoTime.advance(LEASE);
        runs("second", executor, key, "its lease is over");
    }

    @Test
    @DisplayName("failure: a classifier that throws the failure itself harms nothing")
    void failure_classifierThrowsTheFailure() {
        IdempotentExecutor<String> executor = retrying(process())
                .onFailure(failure -> {
                    throw (RuntimeException) failure;
                })
                .build();
        IllegalStateException failure = new IllegalStateException("by hand");
        fails(failure, executor, newKey());
        assertEquals(0, failure.getSuppressed().length, "a failure cannot suppress itself");
    }

    @Test
    @DisplayName("failure: the store fails as well: the action's failure comes first, the store's is suppressed")
    void failure_ofTheStoreAsWell() {
        for (OnFailure choice : OnFailure.values()) {
            FaultInjectingIdempotencyStore process = process();
            for (Call call : Call.values()) {
                process.failRandomly(call, Fault.LOSE_REQUEST, call == Call.CLAIM ? 0 : 1, 0);
            }
            IdempotentExecutor<String> executor = retrying(process)
                    .onFailure(failure -> choice)
                    .patience(Duration.ofMillis(1))
                    .build();
            DedupKey key = newKey();
            IllegalStateException failure = new IllegalStateException("by hand");
            fails(failure, executor, key);
            assertEquals(1, failure.getSuppressed().length, choice + ": the store's failure is suppressed");
            assertInstanceOf(StoreUnavailableException.class, failure.getSuppressed()[0], "the store's failure");
            told(new Execution.InProgress<>(LEASE), executor, key, choice + ": the claim was left");
            nanoTime.advance(LEASE);
            runs("second", leaving(choice, process()), key, choice + ": its lease is over");
        }
    }
}
