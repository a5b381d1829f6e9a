package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.IdempotencyStats;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules 6 and 10: what a store does when it is full, and whether its books balance. */
abstract class ClaimRoomAndBooksRules extends ClaimDurabilityRules {
    private static final int ROOM = 64;
    private static final int FAR_BEYOND = 20 * ROOM;

    private IdempotencyStore openWithRoom() {
        return open(new IdempotencyConfig(wallClock, nanoTime, ROOM, MAXIMUM_OUTCOME_BYTES));
    }

    /** Claims fresh keys until one is refused; gives up, with the reason, on a store without a bound. */
    private List<Lease> fill(IdempotencyStore store) {
        List<Lease> leases = new ArrayList<>();
        while (leases.size() < FAR_BEYOND) {
            int k = leases.size();
            try {
                leases.add(granted(store, key(k), "rule 6: a fresh key"));
            } catch (StoreUnavailableException full) {
                assertTrue(k >= ROOM, "rule 6: refused before the records it must have room for: " + k);
                String message = String.valueOf(full.getMessage());
                boolean named = Pattern.compile("\\d+")
                        .matcher(message)
                        .results()
                        .anyMatch(number -> Long.parseLong(number.group()) == k);
                assertTrue(named, "rule 6: a refusal names the capacity, which is " + k + ": " + message);
                return leases;
            }
        }
        for (Lease lease : leases) {
            answers(store, lease.key(), "InProgress for " + LEASE, "rule 6: never refused, so nothing may be gone");
        }
        assumeTrue(false, "the store refused none of " + FAR_BEYOND + " records: its room is not bounded by a number");
        return leases;
    }

    private static void refusedForRoom(IdempotencyStore store, long key, UUID owner, String why) {
        assertThrows(StoreUnavailableException.class, () -> store.claim(request(key(key), owner)), why);
    }

    @Test
    @DisplayName("rule 6: a full store refuses new keys and drops nothing: the others are served as ever")
    void rule6_fullRefusesNewKeysOnly() {
        IdempotencyStore store = openWithRoom();
        List<Lease> leases = fill(store);
        int room = leases.size();
        Lease last = leases.get(room - 1);
        store.complete(leases.get(0), result("0"), OUTCOME_RETENTION);
        store.park(leases.get(1));
        nanoTime.advance(LEASE);
        Lease takenOver = granted(store, leases.get(2).key(), "rule 6: a lapsed claim in a full store");
        granted(store, request(leases.get(1).key(), stranger()).toResolve(), "rule 6: a parked claim in a full store");
        for (int i = 0; i < FAR_BEYOND; i++) {
            refusedForRoom(store, room + i, stranger(), "rule 6: a new key in a full store");
        }
        store.complete(takenOver, result("2"), OUTCOME_RETENTION);
        store.renew(last);
        answers(store, key(0), completed(result("0")), "rule 6: dropped by a full store");
        answers(store, key(1), "InProgress for " + LEASE, "rule 6: dropped by a full store");
        answers(store, key(2), completed(result("2")), "rule 6: dropped by a full store");
        answers(store, last.key(), "InProgress for " + LEASE, "rule 6: dropped by a full store");
        for (int k = 3; k < room - 1; k++) {
            answers(store, key(k), "Granted, attempt 2", "rule 6: dropped by a full store");
        }
        assertEquals(room, store.stats().records(), "rule 6: records held by a full store");
    }

    @Test
    @DisplayName(
            "rule 6: room returns, once, when a record is released or its time is over; a zombie's calls return none")
    void rule6_roomReturns() {
        IdempotencyStore store = openWithRoom();
        List<Lease> leases = fill(store);
        int room = leases.size();
        int next = room;
        for (int i = 0; i < room; i++) {
            store.release(leases.get(i));
            Lease anew = granted(store, key(next++), "rule 6: a record was released");
            refusedForRoom(store, next, stranger(), "rule 6: one record was released, and one was made");
            leases.set(i, anew);
        }
        for (int round = 0; round < 3; round++) {
            for (Lease lease : leases) {
                store.complete(lease, result("short"), SECOND);
            }
            refusedForRoom(store, next, stranger(), "rule 6: a completed record takes room");
            nanoTime.advance(HOUR);
            List<Lease> zombies = List.copyOf(leases);
            leases.clear();
            for (Lease zombie : zombies.subList(0, room / 2)) {
                refusesAll(store, zombie, "rule 6: its record is over");
            }
            for (int i = 0; i < room; i++) {
                leases.add(granted(store, key(next++), "rule 6: the records before are over, round " + round));
            }
            assertEquals(room, store.stats().records(), "rule 6: records held by a full store, round " + round);
            for (int i = 0; i < room; i++) {
                refusedForRoom(store, next + i, stranger(), "rule 6: more records than room, round " + round);
            }
        }
    }

    @Test
    @DisplayName("rule 10: each answer is counted where it belongs, take-overs and lost leases too")
    void rule10_answersAreCounted() {
        IdempotencyStore store = openWithRoom();
        ClaimCounts expected = new ClaimCounts();
        Lease first = granted(store, key(0), "rule 10: a fresh key");
        granted(store, request(key(0), first.owner()), "rule 10: claimed again");
        expected.granted += 2;
        answers(store, key(0), "InProgress for " + LEASE, "rule 10: another owner");
        expected.inProgress++;
        store.claim(withOtherFingerprint(request(key(0), stranger())));
        store.claim(withOtherFingerprint(request(key(0), first.owner())));
        expected.mismatched += 2;
        nanoTime.advance(LEASE);
        Lease second = granted(store, key(0), "rule 10: a lapsed claim");
        expected.granted++;
        expected.takenOver++;
        refusesAll(store, first, "rule 10: overtaken");
        expected.leasesLost += 4;
        store.park(second);
        answers(store, key(0), "Parked for PT0S", "rule 10: parked");
        expected.parked++;
        Lease third = granted(store, request(key(0), stranger()).toResolve(), "rule 10: to resolve");
        expected.granted++;
        expected.takenOver++;
        store.complete(third, result("done"), OUTCOME_RETENTION);
        store.complete(third, result("done"), OUTCOME_RETENTION);
        answers(store, key(0), completed(result("done")), "rule 10: completed");
        answers(store, key(0), completed(result("done")), "rule 10: completed");
        expected.completed += 2;
        granted(store, request(key(1), stranger(), OwnerGone.PARK), "rule 10: a fresh key");
        nanoTime.advance(LEASE);
        answers(store, key(1), "Parked for PT0S", "rule 10: left by PARK");
        expected.granted++;
        expected.parked++;
        nanoTime.advance(OUTCOME_RETENTION);
        granted(store, key(0), "rule 10: the retention is over, so nobody was overtaken");
        expected.granted++;
        assertEquals(expected.stats(2), store.stats(), "rule 10: books after one of each, with 2 records");
        assertEquals(expected.stats(2).claims(), store.stats().claims(), "rule 10: claims");
    }

    @Test
    @DisplayName("rule 10: a claim refused for lack of room is counted as thrown")
    void rule10_refusedClaimsAreCounted() {
        IdempotencyStore store = openWithRoom();
        int room = fill(store).size();
        refusedForRoom(store, room, stranger(), "rule 6: a new key in a full store");
        IdempotencyStats stats = store.stats();
        assertEquals(2, stats.thrown(), "rule 10: claims refused; " + stats);
        assertEquals(room, stats.granted(), "rule 10: claims granted; " + stats);
        assertEquals(room + 2L, stats.claims(), "rule 10: all claims; " + stats);
    }

    @Test
    @DisplayName("rule 10: the books balance under load")
    void rule10_booksBalanceUnderLoad() throws Exception {
        IdempotencyStore store = open();
        int threads = 4;
        ClaimCounts[] all = new ClaimCounts[threads];
        AtomicLong held = new AtomicLong();
        ContractSupport.onThreads(threads, thread -> all[thread] = load(store, thread, held));
        IdempotencyStats stats = store.stats();
        ClaimCounts sum = new ClaimCounts();
        for (ClaimCounts counts : all) {
            sum.granted += counts.granted;
            sum.inProgress += counts.inProgress;
            sum.completed += counts.completed;
            sum.parked += counts.parked;
            sum.mismatched += counts.mismatched;
            sum.leasesLost += counts.leasesLost;
        }
        sum.takenOver = stats.takenOver();
        assertEquals(sum.stats(held.get()), stats, "rule 10: what was answered, and what the books say");
        assertEquals(threads * 4_000L, stats.claims(), "rule 10: all claims");
    }

    /** Calls of all kinds on few keys; time stands, so records go by release alone. */
    private static ClaimCounts load(IdempotencyStore store, int thread, AtomicLong held) {
        ClaimCounts counts = new ClaimCounts();
        SplittableRandom random = new SplittableRandom(thread);
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            var request = request(key(random.nextInt(40 + i / 10)), new UUID(thread, i));
            int kind = random.nextInt(10);
            if (kind == 0) {
                request = withOtherFingerprint(request);
            } else if (kind == 1) {
                request = request.toResolve();
            }
            Claim claim = store.claim(request);
            counts.enter(claim, false);
            if (claim instanceof Claim.Granted granted) {
                leases.add(granted.lease());
                held.addAndGet(granted.lease().attempt() == 1 ? 1 : 0);
            }
            if (!leases.isEmpty() && random.nextInt(3) == 0) {
                counts.leasesLost += end(store, leases.get(random.nextInt(leases.size())), random, held) ? 0 : 1;
            }
        }
        return counts;
    }

    private static boolean end(IdempotencyStore store, Lease lease, SplittableRandom random, AtomicLong held) {
        try {
            switch (random.nextInt(5)) {
                case 0 -> store.complete(lease, result("done"), OUTCOME_RETENTION);
                case 1 -> store.renew(lease);
                case 2 -> store.park(lease);
                default -> {
                    store.release(lease);
                    held.decrementAndGet();
                }
            }
            return true;
        } catch (LeaseLostException e) {
            return false;
        }
    }
}
