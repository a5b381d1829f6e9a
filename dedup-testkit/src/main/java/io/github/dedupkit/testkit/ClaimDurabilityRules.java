package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Rules 7 and 8 across restarts, crashes and restores. Skipped, with the reason, for a store that promises to survive
 * nothing; the process is killed by the fixture's {@link DurableIdempotencyFixture#crash()}.
 */
abstract class ClaimDurabilityRules extends ClaimOutcomeRules {
    private static final Outcome KEPT = result("kept");

    /** How a life of the store ends. */
    private enum End {
        CLOSE,
        CRASH
    }

    private IdempotencyStore restart(DurableIdempotencyFixture fixture, IdempotencyStore store, End end) {
        if (end == End.CRASH) {
            fixture.crash();
        } else {
            store.close();
        }
        return closing(fixture.open());
    }

    @Test
    @DisplayName("the store promises the durability and the scope that its test expects")
    void promisesAreAsExpected() {
        IdempotencyStore store = open();
        assertEquals(expectedDurability(), store.durability(), "durability");
        assertEquals(expectedScope(), store.scope(), "scope");
    }

    @Test
    @DisplayName("rule 7: outcomes, parked claims and releases survive a crash and a reopen, for as long as was asked")
    void rule7_outcomesSurviveARestart() {
        for (End end : End.values()) {
            DurableIdempotencyFixture fixture = durable();
            IdempotencyStore store = closing(fixture.open());
            Lease[] leases = new Lease[4];
            for (int k = 0; k < leases.length; k++) {
                leases[k] = granted(store, key(k), "rule 7: a fresh key");
            }
            Outcome failure = Outcome.failure("\u62D2\u5426");
            store.complete(leases[0], KEPT, OUTCOME_RETENTION);
            store.complete(leases[1], failure, OUTCOME_RETENTION);
            store.park(leases[2]);
            store.release(leases[3]);
            nanoTime.advance(HOUR);
            store = restart(fixture, store, end);
            String why = "rule 7: after " + end;
            answers(store, key(0), completed(KEPT), why + ", a result");
            answers(store, key(1), completed(failure), why + ", a failure");
            answers(store, key(2), "Parked for " + HOUR, why + ", a parked claim");
            answers(store, key(3), "Granted, attempt 1", why + ", a released claim");
            var mismatch = store.claim(withOtherFingerprint(request(key(0), stranger())));
            assertEquals("FingerprintMismatch", describe(mismatch), why + ", another fingerprint");
            nanoTime.advance(OUTCOME_RETENTION.minus(HOUR).minus(resolution()));
            answers(store, key(0), completed(KEPT), why + ", before the retention is over");
            // A store that cannot tell how long it was down may count the retention anew.
            nanoTime.advance(HOUR.plus(resolution()));
            answers(store, key(0), "Granted, attempt 1", why + ", the retention is over");
            store.close();
        }
    }

    @Test
    @DisplayName(
            "rule 8: in a store of one process, claims of an earlier life are lapsed at once; in a shared one they run on")
    void rule8_claimsOfAnEarlierLife() {
        boolean shared = expectedScope() == Scope.SHARED;
        for (End end : End.values()) {
            DurableIdempotencyFixture fixture = durable();
            IdempotencyStore store = closing(fixture.open());
            Lease retried = granted(store, key(0), "rule 8: a fresh key");
            granted(store, request(key(1), stranger(), OwnerGone.PARK), "rule 8: a fresh key");
            Lease late = granted(store, key(2), "rule 8: a fresh key");
            granted(store, key(3), "rule 8: a fresh key");
            nanoTime.advance(SECOND);
            store = restart(fixture, store, end);
            String why = "rule 8: a claim of an earlier life, after " + end;
            String runsOn = "InProgress for " + LEASE.minus(SECOND);
            answers(store, key(0), shared ? runsOn : "Granted, attempt 2", why);
            answers(store, key(1), shared ? runsOn : "Parked for PT0S", why + ", left by PARK");
            store.complete(late, KEPT, OUTCOME_RETENTION);
            answers(store, key(2), completed(KEPT), why + ", that nobody overtook");
            Duration left = CLAIM_RETENTION.minus(resolution());
            nanoTime.advance(shared ? left.plus(LEASE).minus(SECOND) : left);
            answers(store, key(3), "Granted, attempt 2", why + ", within its retention");
            if (!shared) {
                refusesAll(store, retried, why + ", overtaken");
            }
            store.close();
        }
    }

    @Test
    @DisplayName("rule 8: fences rise across restarts, for released keys too, with the wall clock set back meanwhile")
    void rule8_fencesRiseAcrossRestarts() {
        for (Duration jump : List.of(Duration.ZERO, HOUR, HOUR.negated(), Duration.ofDays(-400))) {
            for (End end : End.values()) {
                wallClock.set(START);
                DurableIdempotencyFixture fixture = durable();
                IdempotencyStore store = closing(fixture.open());
                for (int round = 0; round < 3; round++) {
                    Lease lost = granted(store, key(1 + round), "rule 8: a fresh key");
                    Lease released = granted(store, key(0), "rule 8: a released key"); // with the highest fence
                    store.release(released);
                    store = restart(fixture, store, end);
                    wallClock.advance(jump);
                    String why = "after " + end + " and a jump of the wall clock by " + jump;
                    Lease again = granted(store, key(0), "rule 8: a released key");
                    rises(released.fence(), again, why);
                    store.release(again);
                    nanoTime.advance(LEASE);
                    rises(lost.fence(), granted(store, key(1 + round), "rule 8: a lapsed claim"), why);
                }
                store.close();
            }
        }
    }

    @Test
    @DisplayName("rule 8: fences rise after a restore of an older copy, and leases granted since the copy are refused")
    void rule8_fencesRiseAfterARestore() {
        DurableIdempotencyFixture fixture = durable();
        IdempotencyStore store = closing(fixture.open());
        granted(store, key(0), "rule 8: a fresh key");
        store.close();
        Runnable restore = fixture.backUp();
        for (int round = 0; round < 3; round++) {
            store = closing(fixture.open());
            long highest = 0;
            Lease last = null;
            for (int i = 0; i < 50; i++) {
                wallClock.advance(Duration.ofMillis(1));
                nanoTime.advance(LEASE);
                last = granted(store, key(0), "rule 8: a lapsed claim");
                highest = Math.max(highest, last.fence());
            }
            store.close();
            restore.run();
            wallClock.advance(SECOND);
            store = closing(fixture.open());
            nanoTime.advance(LEASE);
            refusesAll(store, Objects.requireNonNull(last), "rule 8: granted after the copy was made");
            rises(highest, granted(store, key(0), "rule 8: a lapsed claim"), "after a restore of an older copy");
            rises(highest, granted(store, key(1), "rule 8: a fresh key"), "after a restore of an older copy");
            store.close();
        }
    }

    @Test
    @DisplayName("rule 7: a crash under load loses no acknowledged outcome and no acknowledged claim")
    void rule7_crashUnderLoad() throws Exception {
        for (int round = 0; round < 5; round++) {
            DurableIdempotencyFixture fixture = durable();
            IdempotencyStore store = closing(fixture.open());
            Map<Long, Long> claimed = new ConcurrentHashMap<>();
            Map<Long, Long> done = new ConcurrentHashMap<>();
            CountDownLatch enough = new CountDownLatch(1_000);
            Thread[] load = new Thread[3];
            for (int t = 0; t < load.length; t++) {
                load[t] = new Thread(() -> claimUntilDead(store, claimed, done, enough));
                load[t].start();
            }
            enough.await();
            fixture.crash();
            for (Thread thread : load) {
                thread.join();
            }
            IdempotencyStore reopened = closing(fixture.open());
            claimed.forEach((k, fence) -> {
                Claim claim = reopened.claim(request(key(k), stranger()));
                Long completed = done.get(k);
                if (completed != null) {
                    String expected = completed(result(k + " by " + completed));
                    assertEquals(expected, describe(claim), "rule 7: an acknowledged outcome is gone after a crash");
                } else if (claim instanceof Claim.Granted granted) {
                    assertTrue(
                            granted.lease().attempt() == 2 && granted.lease().fence() > fence,
                            "rule 7: an acknowledged claim is gone after a crash: " + granted);
                }
            });
            reopened.close();
        }
    }

    /** Claims keys that every thread claims, and completes two of three. */
    private static void claimUntilDead(
            IdempotencyStore store, Map<Long, Long> claimed, Map<Long, Long> done, CountDownLatch enough) {
        for (long k = 0; k < 20_000; k++) {
            try {
                long owner = Thread.currentThread().getId();
                Claim claim = store.claim(request(key(k), new UUID(owner, k)));
                if (claim instanceof Claim.Granted granted) {
                    long fence = granted.lease().fence();
                    claimed.put(k, fence);
                    if (k % 3 != 0) {
                        store.complete(granted.lease(), result(k + " by " + fence), OUTCOME_RETENTION);
                        done.put(k, fence);
                    }
                }
            } catch (RuntimeException dead) {
                return;
            } finally {
                enough.countDown();
            }
        }
    }

    @Test
    @DisplayName("rule 7: damage is refused with numbers, never read as if nothing had been stored")
    void rule7_damageIsNeverReadAsEmpty() {
        for (long seed = 0; seed < 40; seed++) {
            DurableIdempotencyFixture fixture = durable();
            int keys = 50;
            long highest = 0;
            try (IdempotencyStore store = fixture.open()) {
                for (int k = 0; k < keys; k++) {
                    Lease lease = granted(store, key(k), "rule 7: a fresh key");
                    highest = lease.fence();
                    store.complete(lease, result("of " + k), OUTCOME_RETENTION);
                }
            }
            fixture.damage(seed);
            wallClock.advance(HOUR.negated());
            try (IdempotencyStore reopened = fixture.open()) {
                String why = "rule 7: opened with damage as if nothing had happened; seed " + seed;
                for (int k = 0; k < keys; k++) {
                    answers(reopened, key(k), completed(result("of " + k)), why);
                }
                Lease next = granted(reopened, key(keys), why);
                assertTrue(next.fence() > highest, why + ", the fence fell");
            } catch (CorruptSnapshotException refused) {
                assertTrue(
                        String.valueOf(refused.getMessage()).matches("(?s).*\\d.*"),
                        "rule 7: the refusal says where and how much: " + refused);
            }
            wallClock.advance(HOUR);
        }
    }
}
