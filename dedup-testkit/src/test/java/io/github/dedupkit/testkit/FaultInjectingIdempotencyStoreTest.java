package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.Outcome;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Call;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.CrashPoint;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Fault;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FaultInjectingIdempotencyStoreTest {
    private static final DedupKey KEY = DedupKey.ofBits(1, 2);
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Outcome OUTCOME = Outcome.result(new byte[] {1});

    private final VirtualNanoTime nanoTime = new VirtualNanoTime(0);
    private final MapIdempotencyStore store =
            new MapIdempotencyStore(new IdempotencyConfig(new VirtualClock(ContractSupport.START), nanoTime, 100, 100));
    private final FaultInjectingIdempotencyStore process = new FaultInjectingIdempotencyStore(store);

    private static Claim claim(IdempotencyStore through, long owner) {
        return through.claim(new ClaimRequest(
                KEY, ClaimRequest.NO_FINGERPRINT, new UUID(0, owner), LEASE, LEASE, OwnerGone.RETRY, Intent.RUN));
    }

    private static Lease granted(IdempotencyStore through, long owner) {
        return assertInstanceOf(Claim.Granted.class, claim(through, owner)).lease();
    }

    private static void unanswered(Runnable call) {
        assertThrows(StoreUnavailableException.class, call::run);
    }

    @Test
    void aLostRequestDoesNotReachTheStore() {
        process.failNext(Call.CLAIM, Fault.LOSE_REQUEST);
        unanswered(() -> claim(process, 1));
        Lease lease = granted(process, 2);
        process.failNext(Call.RENEW, Fault.LOSE_REQUEST);
        nanoTime.advance(LEASE.dividedBy(2));
        unanswered(() -> process.renew(lease));
        assertEquals(new Claim.InProgress(LEASE.dividedBy(2)), claim(store, 3));
        process.failNext(Call.COMPLETE, Fault.LOSE_REQUEST);
        unanswered(() -> process.complete(lease, OUTCOME, LEASE));
        process.failNext(Call.PARK, Fault.LOSE_REQUEST);
        unanswered(() -> process.park(lease));
        process.failNext(Call.RELEASE, Fault.LOSE_REQUEST);
        unanswered(() -> process.release(lease));
        assertInstanceOf(Claim.InProgress.class, claim(store, 3));
        for (Call call : Call.values()) {
            assertEquals(1, process.faults(call, Fault.LOSE_REQUEST), call + "s lost");
            assertEquals(0, process.faults(call, Fault.LOSE_REPLY), call + "s whose reply was lost");
        }
    }

    @Test
    void aLostReplyComesAfterTheStoreHasActed() {
        process.failNext(Call.CLAIM, Fault.LOSE_REPLY);
        unanswered(() -> claim(process, 1));
        Lease lease = granted(process, 1);
        nanoTime.advance(LEASE.dividedBy(2));
        process.failNext(Call.RENEW, Fault.LOSE_REPLY);
        unanswered(() -> process.renew(lease));
        assertEquals(new Claim.InProgress(LEASE), claim(store, 2));
        process.failNext(Call.PARK, Fault.LOSE_REPLY);
        unanswered(() -> process.park(lease));
        assertInstanceOf(Claim.Parked.class, claim(store, 2));
        process.failNext(Call.RELEASE, Fault.LOSE_REPLY);
        unanswered(() -> process.release(lease));
        Lease second = granted(store, 2);
        process.failNext(Call.COMPLETE, Fault.LOSE_REPLY);
        unanswered(() -> process.complete(second, OUTCOME, LEASE));
        assertEquals(new Claim.Completed(OUTCOME), claim(store, 3));
        process.failNext(Call.RELEASE, Fault.LOSE_REPLY);
        unanswered(() -> process.release(lease));
        assertThrows(LeaseLostException.class, () -> process.release(lease), "a refusal may be lost too");
        assertEquals(2, process.faults(Call.RELEASE, Fault.LOSE_REPLY));
    }

    @Test
    void randomFaultsAreDrawnFromASeedForEachKindOfCall() {
        assertEquals(lostClaims(7), lostClaims(7));
        long lost = lostClaims(8);
        assertTrue(lost > 220 && lost < 380, lost + " of 1000 claims lost at 0.3");
    }

    private long lostClaims(long seed) {
        FaultInjectingIdempotencyStore other = new FaultInjectingIdempotencyStore(store);
        other.failRandomly(Call.CLAIM, Fault.LOSE_REQUEST, 0.1, seed);
        other.failRandomly(Call.CLAIM, Fault.LOSE_REPLY, 0.2, seed);
        long thrown = 0;
        for (int owner = 0; owner < 1000; owner++) {
            try {
                claim(other, owner);
            } catch (StoreUnavailableException e) {
                thrown++;
            }
        }
        assertEquals(thrown, other.faults(Call.CLAIM, Fault.LOSE_REQUEST) + other.faults(Call.CLAIM, Fault.LOSE_REPLY));
        assertTrue(other.faults(Call.CLAIM, Fault.LOSE_REPLY) > other.faults(Call.CLAIM, Fault.LOSE_REQUEST));
        return thrown;
    }

    @Test
    void aCrashBeforeTheClaimLeavesNothing() {
        process.crashAt(CrashPoint.BEFORE_CLAIM);
        assertThrows(SimulatedCrash.class, () -> claim(process, 1));
        assertTrue(process.crashed());
        granted(store, 2);
    }

    @Test
    void aCrashAfterTheClaimLeavesTheClaim() {
        process.crashAt(CrashPoint.AFTER_CLAIM);
        assertThrows(SimulatedCrash.class, () -> claim(process, 1));
        assertInstanceOf(Claim.InProgress.class, claim(store, 2));
    }

    @Test
    void aCrashAfterTheActionEndsNothing() {
        process.crashAt(CrashPoint.AFTER_ACTION);
        Lease lease = granted(process, 1);
        process.renew(lease);
        assertFalse(process.crashed(), "not yet");
        assertThrows(SimulatedCrash.class, () -> process.complete(lease, OUTCOME, LEASE));
        assertInstanceOf(Claim.InProgress.class, claim(store, 2));
    }

    @Test
    void aCrashAfterCompletingLeavesTheOutcome() {
        process.crashAt(CrashPoint.AFTER_COMPLETE);
        Lease lease = granted(process, 1);
        assertThrows(SimulatedCrash.class, () -> process.complete(lease, OUTCOME, LEASE));
        assertEquals(new Claim.Completed(OUTCOME), claim(store, 2));
    }

    @Test
    void aDeadProcessReachesNothing() {
        Lease lease = granted(process, 1);
        process.crashAt(CrashPoint.BEFORE_CLAIM);
        assertThrows(SimulatedCrash.class, () -> claim(process, 1));
        assertThrows(SimulatedCrash.class, () -> process.complete(lease, OUTCOME, LEASE));
        assertThrows(SimulatedCrash.class, () -> process.release(lease));
        assertThrows(SimulatedCrash.class, () -> process.renew(lease));
        assertThrows(SimulatedCrash.class, () -> process.park(lease));
        assertThrows(SimulatedCrash.class, () -> process.watch(KEY, () -> {}));
        assertThrows(SimulatedCrash.class, process::stats);
        assertEquals(new Claim.InProgress(LEASE), claim(store, 2), "nothing has changed");
        FaultInjectingIdempotencyStore other = new FaultInjectingIdempotencyStore(store);
        other.release(lease);
        granted(other, 3);
    }

    @Test
    void closedItLeavesTheStoreOpen() {
        process.close();
        assertThrows(IllegalStateException.class, () -> claim(process, 1));
        granted(store, 2);
    }
}
