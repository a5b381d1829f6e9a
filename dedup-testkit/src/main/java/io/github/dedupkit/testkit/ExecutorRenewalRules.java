package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Execution;
import io.github.dedupkit.HeldLease;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.IdempotentExecutor;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Call;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Fault;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Leases are renewed while an action runs. The renewal thread looks in real time, a short while apart; the lease that it
 * looks at is on virtual time, which each test moves when the thread has done its part.
 */
abstract class ExecutorRenewalRules extends ExecutorFailureRules {
    private static final Duration SHORT_LEASE = Duration.ofMillis(300);
    private static final Duration THIRD = SHORT_LEASE.dividedBy(3);
    private static final int THIRDS = 20;
    private static final String THREAD = "dedupkit-lease-renewal";

    private IdempotentExecutor<String> shortLeases(IdempotencyStore store) {
        return retrying(store).lease(SHORT_LEASE).build();
    }

    private void awaitRenewal(HeldLease lease) {
        await("a renewal", () -> lease.remaining().compareTo(THIRD.multipliedBy(2)) > 0);
    }

    @Test
    @DisplayName("renewal: an action that takes many leases keeps its claim")
    void renewal_keepsTheClaim() {
        IdempotencyStore other = process();
        DedupKey key = newKey();
        Execution<String> told = shortLeases(process()).execute(key, lease -> {
            for (int i = 0; i < THIRDS; i++) {
                nanoTime.advance(THIRD);
                awaitRenewal(lease);
                lease.requireHeld();
                Claim claim = claim(other, key, OwnerGone.RETRY, Intent.RUN);
                assertInstanceOf(Claim.InProgress.class, claim, "after " + (i + 1) + " thirds of a lease");
            }
            return "result";
        });
        assertEquals(new Execution.Executed<>("result"), told, "after " + THIRDS + " thirds of a lease");
    }

    @Test
    @DisplayName("renewal: one whose reply was lost, or that ended with an error, is tried again")
    void renewal_isTriedAgain() {
        AtomicInteger errors = new AtomicInteger(3);
        FaultInjectingIdempotencyStore process =
                new FaultInjectingIdempotencyStore(new ForwardingIdempotencyStore(store()) {
                    @Override
                    public Lease renew(Lease lease) {
                        if (errors.getAndDecrement() > 0) {
                            throw new StackOverflowError("a store that throws an error");
                        }
                        return super.renew(lease);
                    }
                });
        Execution<String> told = shortLeases(process).execute(newKey(), lease -> {
            nanoTime.advance(THIRD);
            awaitRenewal(lease);
            process.failNext(Call.RENEW, Fault.LOSE_REPLY);
            nanoTime.advance(THIRD);
            awaitRenewal(lease);
            assertEquals(1, process.faults(Call.RENEW, Fault.LOSE_REPLY), "replies lost");
            assertTrue(errors.get() < 0, "the errors were thrown");
            return "result";
        });
        assertEquals(new Execution.Executed<>("result"), told, "renewed after all");
    }

    @Test
    @DisplayName(
            "renewal: when it fails, the lease is seen to run out; nobody came, so the result is recorded after all")
    void renewal_failsAndNobodyComes() {
        FaultInjectingIdempotencyStore process = process();
        process.failRandomly(Call.RENEW, Fault.LOSE_REQUEST, 1, 0);
        IdempotentExecutor<String> executor = shortLeases(process);
        DedupKey key = newKey();
        Execution<String> told = executor.execute(key, lease -> {
            nanoTime.advance(THIRD.multipliedBy(3).minusNanos(1));
            awaitLostRenewals(process);
            assertFalse(lease.isLost(), "the lease is not over");
            assertEquals(Duration.ofNanos(1), lease.remaining(), "what remains of it");
            lease.requireHeld();
            nanoTime.advance(Duration.ofNanos(1));
            assertTrue(lease.isLost(), "the lease is over");
            assertThrows(LeaseLostException.class, lease::requireHeld, "the lease is over");
            return "late";
        });
        assertEquals(new Execution.Executed<>("late"), told, "rule 8: an expired lease that nobody overtook completes");
        told(new Execution.Replayed<>("late"), executor, key, "rule 8: and its result is recorded");
    }

    private void awaitLostRenewals(FaultInjectingIdempotencyStore process) {
        await("lost renewals", () -> process.faults(Call.RENEW, Fault.LOSE_REQUEST) >= 2);
    }

    @Test
    @DisplayName("renewal: an action that was overtaken learns it from the refused renewal")
    void renewal_isRefused() {
        FaultInjectingIdempotencyStore process = process();
        IdempotentExecutor<String> other = retrying(process()).build();
        DedupKey key = newKey();
        process.failRandomly(Call.RENEW, Fault.LOSE_REQUEST, 1, 0);
        Execution<String> told = shortLeases(process).execute(key, lease -> {
            nanoTime.advance(SHORT_LEASE);
            runs("successor", other, key, "the lease is over");
            process.failRandomly(Call.RENEW, Fault.LOSE_REQUEST, 0, 0);
            await("the refusal", () -> overtaken(lease));
            return "late";
        });
        assertUnrecorded("late", LeaseLostException.class, told);
        told(new Execution.Replayed<>("successor"), other, key, "rule 8: the result is the successor's");
    }

    private static boolean overtaken(HeldLease lease) {
        String why = assertThrows(
                        LeaseLostException.class, lease::requireHeld, "rule 8: an overtaken lease was renewed")
                .getMessage();
        return why != null && why.contains("overtaken");
    }

    @Test
    @DisplayName(
            "renewal: its thread ends when there has been nothing to renew for a lease, and comes back when needed")
    void renewal_threadEndsWhenIdle() throws InterruptedException {
        IdempotentExecutor<String> executor = shortLeases(process());
        for (int i = 0; i < 2; i++) {
            Set<Thread> before = renewalThreads();
            Set<Thread> during = new HashSet<>();
            executor.execute(newKey(), lease -> {
                nanoTime.advance(THIRD);
                awaitRenewal(lease);
                during.addAll(renewalThreads());
                return "result";
            });
            during.removeAll(before);
            assertEquals(1, during.size(), "renewal threads of one executor");
            for (Thread thread : during) {
                assertTrue(thread.isDaemon(), "the renewal thread keeps no process alive");
                thread.join(10 * SHORT_LEASE.toMillis() + 10_000);
                assertFalse(thread.isAlive(), "the renewal thread ended");
            }
        }
    }

    private static Set<Thread> renewalThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(THREAD))
                .collect(Collectors.toSet());
    }
}
