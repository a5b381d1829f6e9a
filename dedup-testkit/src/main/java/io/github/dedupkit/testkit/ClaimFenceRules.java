package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule 8, in one life of the store: fences, leases that lapsed or were overtaken, and clocks. */
abstract class ClaimFenceRules extends ClaimTableRules {
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final Outcome FIRST = result("the first");
    private static final Outcome SECOND_OUTCOME = result("the second");
    private static final List<Duration> JUMPS = List.of(Duration.ZERO, HOUR, HOUR.negated(), Duration.ofDays(-400));

    /** How a lease of a key ends so that another one is granted. */
    private interface Ending {
        Lease next(IdempotencyStore store, Lease lease, Duration jump);
    }

    private Map<String, Ending> endings() {
        Map<String, Ending> endings = new TreeMap<>();
        endings.put("release", (store, lease, jump) -> {
            store.release(lease);
            return after(jump, store, request(lease.key(), stranger()));
        });
        endings.put("take-over", (store, lease, jump) -> {
            nanoTime.advance(LEASE);
            return after(jump, store, request(lease.key(), stranger()));
        });
        endings.put("end of the claim's retention", (store, lease, jump) -> {
            nanoTime.advance(LEASE.plus(CLAIM_RETENTION));
            return after(jump, store, request(lease.key(), stranger()));
        });
        endings.put("end of the outcome's retention", (store, lease, jump) -> {
            store.complete(lease, FIRST, OUTCOME_RETENTION);
            nanoTime.advance(OUTCOME_RETENTION);
            return after(jump, store, request(lease.key(), stranger()));
        });
        endings.put("removal of an expired record", (store, lease, jump) -> {
            store.complete(lease, FIRST, OUTCOME_RETENTION);
            nanoTime.advance(Duration.ofDays(30));
            store.stats();
            return after(jump, store, request(lease.key(), stranger()));
        });
        endings.put("resolving", (store, lease, jump) -> {
            store.park(lease);
            return after(jump, store, request(lease.key(), stranger()).toResolve());
        });
        return endings;
    }

    private Lease after(Duration jump, IdempotencyStore store, ClaimRequest request) {
        wallClock.advance(jump);
        return granted(store, request, "rule 8: claimed again");
    }

    /** Checks that a fence is higher than the last one, and not behind the wall clock. */
    final void rises(long last, Lease next, String why) {
        assertTrue(next.fence() > last, () -> "rule 8: the fence did not rise " + why + ": " + last + ", then " + next);
        assertTrue(
                next.fence() >= micros(),
                () -> "rule 8: the fence is behind the wall clock " + why + ": " + next.fence());
    }

    final long micros() {
        Instant now = wallClock.instant();
        return now.getEpochSecond() * MICROS_PER_SECOND + now.getNano() / 1_000;
    }

    @Test
    @DisplayName("rule 8: fences rise strictly after every way a lease may end, while the wall clock stands or jumps")
    void rule8_fencesRise() {
        for (Duration jump : JUMPS) {
            endings().forEach((name, ending) -> {
                wallClock.set(START);
                IdempotencyStore store = open();
                Lease lease = granted(store, key(0), "rule 8: a fresh key");
                rises(0, lease, "for a fresh key");
                for (int round = 0; round < 4; round++) {
                    Lease next = ending.next(store, lease, round == 1 ? jump.negated() : jump);
                    rises(lease.fence(), next, "after " + name + " and a jump of the wall clock by " + jump);
                    lease = next;
                }
                store.close();
            });
        }
    }

    @Test
    @DisplayName("rule 8: a fence is no further ahead of the wall clock than the claims since: restores rely on it")
    void rule8_fencesStayWithTheWallClock() {
        IdempotencyStore store = open();
        for (int i = 0; i < 100; i++) {
            wallClock.advance(Duration.ofMillis(1 + i % 3 * 400));
            long fence = granted(store, key(i), "rule 8: a fresh key").fence();
            long ahead = fence - micros();
            assertTrue(
                    ahead >= 0 && ahead < MICROS_PER_SECOND,
                    "rule 8: the fence is " + ahead + " microseconds ahead of the wall clock");
        }
    }

    @Test
    @DisplayName(
            "rule 8: a lapsed claim that nobody overtook completes while its record is kept, and is refused after that")
    void rule8_lapsedClaimsComplete() {
        IdempotencyStore store = open();
        Lease inTime = granted(store, key(0), "rule 8: a fresh key");
        Lease late = granted(store, key(1), "rule 8: a fresh key");
        nanoTime.advance(LEASE.plus(CLAIM_RETENTION).minus(resolution()));
        store.complete(inTime, FIRST, OUTCOME_RETENTION);
        nanoTime.advance(resolution());
        refusesAll(store, late, "rule 8: the claim's retention is over");
        answers(store, key(0), completed(FIRST), "rule 8: the outcome of a lapsed claim");
        answers(store, key(1), "Granted, attempt 1", "rule 8: the claim's retention is over");
    }

    @Test
    @DisplayName("rule 8: a zombie is refused, whatever became of its successor: at work, done, over, and claimed anew")
    void rule8_zombiesAreRefused() {
        IdempotencyStore store = open();
        Lease zombie = granted(store, key(0), "rule 8: a fresh key");
        nanoTime.advance(LEASE);
        Lease successor = granted(store, key(0), "rule 8: a lapsed claim");
        refusesAll(store, zombie, "rule 8: the successor is at work");
        store.complete(successor, SECOND_OUTCOME, SECOND);
        refusesAll(store, zombie, "rule 8: the successor is done");
        answers(store, key(0), completed(SECOND_OUTCOME), "rule 8: the outcome is the successor's");
        nanoTime.advance(SECOND);
        refusesAll(store, zombie, "rule 8: the successor's outcome is over");
        refusesAll(store, successor, "rule 8: its own outcome is over");
        Lease third = granted(store, key(0), "rule 8: the outcome is over");
        refusesAll(store, zombie, "rule 8: the key was claimed anew");
        refusesAll(store, successor, "rule 8: the key was claimed anew");
        store.release(third);
        refusesAll(store, zombie, "rule 8: the third owner released");
        assertEquals(7 * 4, store.stats().leasesLost(), "rule 10: leases lost");
        answers(store, key(0), "Granted, attempt 1", "rule 8: the key is free");
    }

    @Test
    @DisplayName("rule 8: leases and retentions do not follow the wall clock when it jumps by an hour")
    void rule8_wallClockJumpsChangeNothing() {
        for (Duration jump : List.of(HOUR, HOUR.negated(), Duration.ofDays(400), Duration.ofDays(-400))) {
            wallClock.set(START);
            IdempotencyStore store = open();
            String why = "rule 8: after a jump of the wall clock by " + jump;
            Lease running = granted(store, key(0), why);
            granted(store, key(1), why);
            Lease done = granted(store, key(2), why);
            Lease parked = granted(store, key(3), why);
            store.complete(done, FIRST, OUTCOME_RETENTION);
            store.park(parked);
            wallClock.advance(jump);
            answers(store, key(0), "InProgress for " + LEASE, why);
            nanoTime.advance(SECOND);
            store.renew(running);
            answers(store, key(0), "InProgress for " + LEASE, why + ", renewed");
            answers(store, key(1), "InProgress for " + LEASE.minus(SECOND), why);
            nanoTime.advance(LEASE.minus(SECOND));
            wallClock.advance(jump.negated());
            answers(store, key(1), "Granted, attempt 2", why + " and back, a lapsed claim");
            answers(store, key(2), completed(FIRST), why + " and back");
            answers(store, key(3), "Parked for " + LEASE, why + " and back");
            nanoTime.advance(OUTCOME_RETENTION.minus(LEASE));
            answers(store, key(2), "Granted, attempt 1", why + " and back, the outcome's retention is over");
            store.close();
        }
    }

    @Test
    @DisplayName("rule 8: the monotonic clock may begin anywhere, and wrap")
    void rule8_monotonicClockWraps() {
        Duration[] before = {Duration.ofNanos(1), SECOND, LEASE, LEASE.plusSeconds(1), OUTCOME_RETENTION};
        for (Duration distance : before) {
            for (long border : new long[] {Long.MAX_VALUE, 0}) {
                nanoTime = new VirtualNanoTime(border - distance.toNanos() + 1);
                IdempotencyStore store = open();
                String why = "rule 8: the clock wraps or changes its sign after " + distance;
                DedupKey key = key(0);
                Lease first = granted(store, key, why);
                nanoTime.advance(LEASE.minus(resolution()));
                answers(store, key, "InProgress for " + resolution(), why);
                store.renew(first);
                nanoTime.advance(LEASE);
                Lease second = granted(store, key, why + ", lapsed");
                assertEquals(2, second.attempt(), why);
                store.park(second);
                nanoTime.advance(HOUR);
                answers(store, key, "Parked for " + HOUR, why);
                store.complete(second, FIRST, OUTCOME_RETENTION);
                nanoTime.advance(OUTCOME_RETENTION.minus(resolution()));
                answers(store, key, completed(FIRST), why);
                nanoTime.advance(resolution());
                Claim over = store.claim(request(key, stranger()));
                assertEquals("Granted, attempt 1", describe(over), why + ", the retention is over");
                nanoTime.advance(LEASE.plus(CLAIM_RETENTION));
                answers(store, key, "Granted, attempt 1", why + ", the claim's retention is over");
                store.close();
            }
        }
    }
}
