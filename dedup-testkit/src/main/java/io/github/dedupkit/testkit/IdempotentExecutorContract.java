package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.github.dedupkit.Outcome;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Call;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link IdempotentExecutor} on an {@link IdempotencyStore}: one owner at a time, one recorded result,
 * whoever crashes, wakes up late or loses answers. It tests the store with it, as the executor uses it.
 */
public abstract class IdempotentExecutorContract extends ExecutorCrashRules {
    private static final Duration PAUSE = LEASE.multipliedBy(3);
    private static final Duration BRIEF = LEASE;
    private static final String ZOMBIES = "dedup.test.zombies";
    private static final long ZOMBIE_ROUNDS = 10_000;

    /** Creates the contract. */
    protected IdempotentExecutorContract() {}

    /** One way of ending or keeping a claim. */
    private record Ending(String name, LeaseCall call) {}

    private interface LeaseCall {
        void with(IdempotencyStore store, Lease lease);
    }

    private static final List<Ending> ENDINGS = List.of(
            new Ending("complete", (store, lease) -> store.complete(lease, text("zombie"), RETENTION)),
            new Ending("release", IdempotencyStore::release),
            new Ending("renew", IdempotencyStore::renew),
            new Ending("park", IdempotencyStore::park));

    private static Outcome text(String text) {
        return Outcome.result(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("rule 8: an owner who was paused for three leases and overtaken is refused whatever it tries")
    void rule8_zombiesAreRefused() {
        long rounds = scale(ZOMBIES, ZOMBIE_ROUNDS);
        IdempotencyStore first = process();
        IdempotencyStore second = process();
        long refused = 0;
        long gone = 0;
        for (long round = 0; round < rounds; round++) {
            DedupKey key = newKey();
            boolean brief = round % 2 == 0;
            OwnerGone ownerGone = round % 4 < 2 ? OwnerGone.RETRY : OwnerGone.PARK;
            Lease zombie = granted(first, key, ownerGone, Intent.RUN, "a fresh key");
            nanoTime.advance(LEASE);
            Lease successor = takeOver(second, key, ownerGone);
            assertTrue(successor.fence() > zombie.fence(), "rule 8: the successor's fence is higher");
            second.complete(successor, text("second"), brief ? BRIEF : RETENTION);
            nanoTime.advance(PAUSE.minus(LEASE));
            refused += refuses(first, zombie, round);
            Outcome expected = text("second");
            if (brief) { // nothing is left of the successor: the key is new, and still not the zombie's
                gone++;
                Lease third = granted(second, key, ownerGone, Intent.RUN, "the successor's outcome is over");
                assertTrue(third.fence() > successor.fence(), "rule 8: the fence rises though the record was gone");
                refused += refuses(first, zombie, round + 1);
                second.complete(third, text("third"), RETENTION);
                expected = text("third");
            }
            Claim claim = claim(first, key, ownerGone, Intent.RUN);
            assertEquals(new Claim.Completed(expected), claim, "rule 8: the recorded outcome is the successor's");
        }
        System.out.println("zombies: " + rounds + " paused for " + PAUSE + ", " + gone
                + " of them longer than the successor's outcome was kept; " + refused + " calls refused, 0 accepted");
    }

    private Lease takeOver(IdempotencyStore store, DedupKey key, OwnerGone ownerGone) {
        if (ownerGone == OwnerGone.RETRY) {
            return granted(store, key, ownerGone, Intent.RUN, "the owner is gone");
        }
        assertEquals(new Claim.Parked(Duration.ZERO), claim(store, key, ownerGone, Intent.RUN), "the owner is gone");
        return granted(store, key, ownerGone, Intent.RESOLVE, "the key is parked");
    }

    /** Tries every call with a lease that was overtaken, beginning with another one each round. */
    private static long refuses(IdempotencyStore store, Lease zombie, long round) {
        for (int i = 0; i < ENDINGS.size(); i++) {
            Ending ending = ENDINGS.get((int) ((round + i) % ENDINGS.size()));
            assertThrows(
                    LeaseLostException.class,
                    () -> ending.call().with(store, zombie),
                    "rule 8: the zombie's " + ending.name() + " was accepted");
        }
        return ENDINGS.size();
    }

    @Test
    @DisplayName(
            "rule 8: an action that was paused and overtaken sees that its lease is lost; its result is not recorded")
    void rule8_zombieActionsChangeNothing() {
        long rounds = scale(ZOMBIES, ZOMBIE_ROUNDS);
        FaultInjectingIdempotencyStore paused = process();
        paused.failRandomly(Call.RENEW, Fault.LOSE_REQUEST, 1, 0); // a paused process renews nothing
        IdempotentExecutor<String> first = retrying(paused).build();
        FaultInjectingIdempotencyStore other = process();
        IdempotentExecutor<String> second = retrying(other).build();
        IdempotentExecutor<String> brief = retrying(other).retention(BRIEF).build();
        long failed = 0;
        for (long round = 0; round < rounds; round++) {
            DedupKey key = newKey();
            boolean isBrief = round % 2 == 0;
            if (round % 3 == 0) {
                failed++;
                failsLate(first, isBrief ? brief : second, key);
            } else {
                Execution<String> late = first.execute(key, lease -> {
                    pauseAndOvertake(isBrief ? brief : second, key, lease);
                    return "late";
                });
                assertUnrecorded("late", LeaseLostException.class, late);
            }
            if (isBrief) {
                runs("third", second, key, "the successor's result is over");
            }
            Execution<String> expected = new Execution.Replayed<>(isBrief ? "third" : "successor");
            told(expected, first, key, "rule 8: the recorded result is the successor's");
        }
        System.out.println("zombie actions: " + rounds + " paused for " + PAUSE + ", " + failed
                + " of them failed late; 0 changed what was recorded");
    }

    private void pauseAndOvertake(IdempotentExecutor<String> successor, DedupKey key, HeldLease lease) {
        nanoTime.advance(LEASE);
        assertTrue(lease.isLost(), "a lease that ran out is lost");
        Execution<String> taken = successor.execute(key, later -> {
            assertTrue(later.fence() > lease.fence(), "rule 8: the successor's fence is higher");
            assertEquals(lease.attempt() + 1, later.attempt(), "the successor knows that it is one");
            return "successor";
        });
        assertEquals(new Execution.Executed<>("successor"), taken, "the owner is gone");
        nanoTime.advance(PAUSE.minus(LEASE));
        assertTrue(lease.isLost(), "rule 8: the lease was overtaken");
        assertEquals(Duration.ZERO, lease.remaining(), "nothing remains of a lost lease");
        assertThrows(LeaseLostException.class, lease::requireHeld, "a lost lease is not held");
    }

    /** An action that fails late: its caller gets the failure, and its release is refused. */
    private void failsLate(IdempotentExecutor<String> zombie, IdempotentExecutor<String> successor, DedupKey key) {
        IllegalStateException failure = new IllegalStateException("late");
        Throwable thrown = assertThrows(
                IllegalStateException.class,
                () -> zombie.execute(key, lease -> {
                    pauseAndOvertake(successor, key, lease);
                    throw failure;
                }));
        assertEquals(failure, thrown, "what the action threw reaches its caller");
        assertEquals(1, failure.getSuppressed().length, "the refused release is suppressed");
        assertTrue(failure.getSuppressed()[0] instanceof LeaseLostException, "the release was refused");
    }
}
