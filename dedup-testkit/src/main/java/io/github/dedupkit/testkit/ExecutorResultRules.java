package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Execution;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.IdempotentExecutor;
import io.github.dedupkit.IdempotentExecutor.OnFailure;
import io.github.dedupkit.ResultCodec;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Call;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Fault;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Results that cannot be recorded or read, and keys that are used for something else. */
abstract class ExecutorResultRules extends ExecutorWaitRules {
    /** Throws anything, as code that was not written in Java may. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <E extends Throwable> RuntimeException sneaky(Throwable failure) throws E {
        throw (E) failure;
    }

    @Test
    @DisplayName("unrecorded: the store gives no answer to a claim: the action does not run")
    void unrecorded_noClaimNoAction() {
        FaultInjectingIdempotencyStore process = process();
        IdempotentExecutor<String> executor =
                retrying(process).patience(Duration.ofMillis(1)).build();
        DedupKey key = newKey();
        for (Fault fault : Fault.values()) {
            process.failRandomly(Call.CLAIM, fault, 1, 0);
            assertThrows(
                    StoreUnavailableException.class,
                    () -> executor.execute(key, lease -> {
                        throw new AssertionError("the action ran without a claim");
                    }));
            process.failRandomly(Call.CLAIM, fault, 0, 0);
        }
        told(new Execution.InProgress<>(LEASE), executor, key, "a claim was granted whose reply was lost");
        nanoTime.advance(LEASE);
        runs("second", executor, key, "its lease is over");
    }

    @Test
    @DisplayName("unrecorded: the store gives no answer to a complete, or is closed: the caller has the result")
    void unrecorded_storeIsGone() {
        for (Fault fault : Fault.values()) {
            FaultInjectingIdempotencyStore process = process();
            process.failRandomly(Call.COMPLETE, fault, 1, 0);
            IdempotentExecutor<String> executor =
                    retrying(process).patience(Duration.ofMillis(1)).build();
            DedupKey key = newKey();
            assertUnrecorded("first", StoreUnavailableException.class, executor.execute(key, lease -> "first"));
            boolean recorded = fault == Fault.LOSE_REPLY;
            Execution<String> next = recorded ? new Execution.Replayed<>("first") : new Execution.InProgress<>(LEASE);
            told(next, executor, key, fault + ": nobody knows whether it was recorded");
        }
        FaultInjectingIdempotencyStore process = process();
        Execution<String> told = retrying(process).build().execute(newKey(), lease -> {
            process.close();
            return "first";
        });
        assertUnrecorded("first", IllegalStateException.class, told);
    }

    @Test
    @DisplayName(
            "unrecorded: a result that cannot be encoded, or is too large, or is null, leaves the claim as a crash does")
    void unrecorded_resultThatCannotBeStored() {
        FaultInjectingIdempotencyStore process = process();
        for (Throwable broken : List.of(new IllegalStateException("by hand"), new StackOverflowError("by hand"))) {
            DedupKey key = newKey();
            IdempotentExecutor<String> executor = onVirtualTime(IdempotentExecutor.retrying(process, failing(broken)))
                    .build();
            assertUnrecorded("first", broken.getClass(), executor.execute(key, lease -> "first"));
            leftAsByACrash(key);
        }
        IdempotentExecutor<String> executor = retrying(process).build();
        DedupKey key = newKey();
        String large = "x".repeat(MAXIMUM_OUTCOME_BYTES + 1);
        assertUnrecorded(large, IllegalArgumentException.class, executor.execute(key, lease -> large));
        leftAsByACrash(key);
        DedupKey none = newKey();
        var refusal = assertThrows(NullPointerException.class, () -> executor.execute(none, lease -> nothing()));
        assertTrue(String.valueOf(refusal.getMessage()).contains("returned null; it ran"), refusal.getMessage());
        leftAsByACrash(none);
    }

    private void leftAsByACrash(DedupKey key) {
        IdempotentExecutor<String> executor = retrying(process()).build();
        told(new Execution.InProgress<>(LEASE), executor, key, "the claim was left");
        nanoTime.advance(LEASE);
        runs("second", executor, key, "its lease is over");
    }

    /** A codec that can neither encode nor decode. */
    private static ResultCodec<String> failing(Throwable failure) {
        return new ResultCodec<>() {
            @Override
            public byte[] encode(String result) {
                throw sneaky(failure);
            }

            @Override
            public String decode(byte[] bytes) {
                throw sneaky(failure);
            }
        };
    }

    @Test
    @DisplayName(
            "rule 9: a result that cannot be decoded is an exception for its caller; nothing runs, nothing changes")
    void rule9_resultThatCannotBeDecoded() {
        DedupKey key = newKey();
        IdempotentExecutor<String> executor = retrying(process()).build();
        runs("first", executor, key, "a fresh key");
        for (Throwable broken : List.of(new IllegalStateException("by hand"), new StackOverflowError("by hand"))) {
            IdempotentExecutor<String> other = onVirtualTime(IdempotentExecutor.retrying(process(), failing(broken)))
                    .build();
            Throwable thrown = assertThrows(
                    broken.getClass(),
                    () -> other.execute(key, lease -> {
                        throw new AssertionError("the action ran again");
                    }));
            assertSame(broken, thrown, "what the codec threw");
        }
        told(new Execution.Replayed<>("first"), executor, key, "nothing changed");
    }

    @Test
    @DisplayName(
            "rule 9: a key used with another fingerprint is a mismatch in every state; the result is never decoded")
    void rule9_fingerprintMismatch() {
        IdempotencyStore process = process();
        DedupKey mine = DedupKey.ofBits(1, 1);
        DedupKey other = DedupKey.ofBits(1, 2);
        IdempotentExecutor<String> owner =
                retrying(process).onFailure(f -> OnFailure.PARK).build();
        IdempotentExecutor<String> remembering =
                retrying(process).onFailure(f -> OnFailure.REMEMBER).build();
        IdempotentExecutor<String> stranger = onVirtualTime(
                        IdempotentExecutor.retrying(process, failing(new AssertionError("decoded for a stranger"))))
                .build();
        DedupKey key = newKey();
        assertEquals(new Execution.Executed<>("mine"), owner.execute(key, mine, lease -> {
            mismatched(stranger, key, other, "while the claim is held");
            nanoTime.advance(LEASE);
            mismatched(stranger, key, other, "when its lease is over");
            return "mine";
        }));
        mismatched(stranger, key, other, "when it is completed");
        mismatched(stranger, key, DedupKey.ofBits(0, 0), "without a fingerprint");
        DedupKey failed = newKey();
        assertThrows(
                IllegalStateException.class,
                () -> remembering.execute(failed, mine, lease -> {
                    throw new IllegalStateException("secret");
                }));
        mismatched(stranger, failed, other, "when its failure is remembered");
        DedupKey parked = newKey();
        assertThrows(
                IllegalStateException.class,
                () -> owner.execute(parked, mine, lease -> {
                    throw new IllegalStateException("secret");
                }));
        mismatched(stranger, parked, other, "when it is parked");
        assertEquals(
                new Execution.Replayed<>("mine"), owner.execute(key, mine, lease -> "again"), "the owner's result");
    }

    private static void mismatched(
            IdempotentExecutor<String> stranger, DedupKey key, DedupKey fingerprint, String when) {
        Execution<String> told = stranger.execute(key, fingerprint, lease -> {
            throw new AssertionError("rule 9: the action ran " + when);
        });
        assertEquals(new Execution.FingerprintMismatch<>(), told, "rule 9: another fingerprint " + when);
    }

    @Test
    @DisplayName("an action that asks for its own key is told that it is in progress")
    void reentrant_isInProgress() {
        IdempotentExecutor<String> executor = retrying(process()).build();
        DedupKey key = newKey();
        Execution<String> told = executor.execute(key, lease -> {
            told(new Execution.InProgress<>(LEASE), executor, key, "from inside the action");
            return "first";
        });
        assertEquals(new Execution.Executed<>("first"), told, "the outer call");
    }

    /** What an action returns that breaks its types. */
    @SuppressWarnings("NullAway")
    private static String nothing() {
        return null;
    }
}
