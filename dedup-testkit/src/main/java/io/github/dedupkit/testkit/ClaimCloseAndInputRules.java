package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules 11 and 12: what a closed store does, and what a store does with bad input. */
abstract class ClaimCloseAndInputRules extends ClaimWatchRules {
    @Test
    @DisplayName("rule 11: after close every call throws IllegalStateException, close itself does not")
    void rule11_callsAfterCloseAreRefused() {
        IdempotencyStore store = open();
        Lease lease = granted(store, key(0), "rule 11: a fresh key");
        store.close();
        assertDoesNotThrow(store::close, "rule 11: close again");
        ClaimRequest request = request(key(0), stranger());
        assertThrows(IllegalStateException.class, () -> store.claim(request), "rule 11: claim");
        assertThrows(
                IllegalStateException.class,
                () -> store.complete(lease, result("late"), OUTCOME_RETENTION),
                "rule 11: complete");
        assertThrows(IllegalStateException.class, () -> store.release(lease), "rule 11: release");
        assertThrows(IllegalStateException.class, () -> store.renew(lease), "rule 11: renew");
        assertThrows(IllegalStateException.class, () -> store.park(lease), "rule 11: park");
        assertThrows(IllegalStateException.class, store::stats, "rule 11: stats");
    }

    @Test
    @DisplayName(
            "rule 11: close under load ends every call with an answer or IllegalStateException, leaves no thread, and"
                    + " grants no key twice")
    void rule11_closeUnderLoad() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int round = 0; round < 20; round++) {
            IdempotencyStore store = open();
            Map<Long, Integer> grants = new ConcurrentHashMap<>();
            CountDownLatch running = new CountDownLatch(3);
            List<FutureTask<Void>> loads = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                long thread = t;
                FutureTask<Void> load = new FutureTask<>(() -> claimUntilClosed(store, thread, grants, running), null);
                loads.add(load);
                new Thread(load).start();
            }
            assertTrue(running.await(30, TimeUnit.SECONDS), "rule 11: the load did not get going");
            store.close();
            for (FutureTask<Void> load : loads) {
                load.get(30, TimeUnit.SECONDS);
            }
            grants.forEach((key, count) ->
                    assertEquals(1, count, "rule 11: key " + key + " was granted twice while the store closed"));
        }
        closeAll();
        List<Thread> left = CloseAndInputRules.threadsLeftBehind(before);
        assertTrue(left.size() <= CloseAndInputRules.SHARED_THREADS, "rule 11: threads left behind: " + left);
    }

    /** Claims and completes the keys that the other threads claim too, round after round, until the store is closed. */
    private static void claimUntilClosed(
            IdempotencyStore store, long thread, Map<Long, Integer> grants, CountDownLatch running) {
        for (long i = 0; ; i++) {
            long k = i % 5_000;
            try {
                if (store.claim(request(key(k), new UUID(thread + 7, i))) instanceof Claim.Granted granted) {
                    grants.merge(k, 1, Integer::sum);
                    store.complete(granted.lease(), result("done"), OUTCOME_RETENTION);
                }
                store.stats();
            } catch (IllegalStateException closed) {
                return;
            } catch (LeaseLostException e) {
                throw new AssertionError("rule 11: key " + k + " was granted and lost while the store closed", e);
            } finally {
                if (i == 500) {
                    running.countDown();
                }
            }
        }
    }

    @Test
    @DisplayName("rule 12: null is refused by name, a bad retention with value and bounds, before anything changes")
    @SuppressWarnings("NullAway") // null is what is tested
    void rule12_badInputIsRefused() {
        IdempotencyStore store = open();
        Lease lease = granted(store, key(0), "rule 12: a fresh key");
        ContractSupport.refusesNull("request", () -> store.claim(null));
        ContractSupport.refusesNull("lease", () -> store.complete(null, result("x"), OUTCOME_RETENTION));
        ContractSupport.refusesNull("outcome", () -> store.complete(lease, null, OUTCOME_RETENTION));
        ContractSupport.refusesNull("retention", () -> store.complete(lease, result("x"), null));
        ContractSupport.refusesNull("lease", () -> store.release(null));
        ContractSupport.refusesNull("lease", () -> store.renew(null));
        ContractSupport.refusesNull("lease", () -> store.park(null));
        if (tellsWatches()) {
            ContractSupport.refusesNull("key", () -> store.watch(null, () -> {}));
            ContractSupport.refusesNull("changed", () -> store.watch(key(0), null));
        }
        List<Duration> bad = List.of(
                Duration.ZERO,
                SECOND.negated(),
                ClaimRequest.MINIMUM.minusNanos(1),
                ClaimRequest.MAXIMUM_RETENTION.plusNanos(1),
                Duration.ofSeconds(Long.MAX_VALUE));
        for (Duration retention : bad) {
            var refusal = assertThrows(
                    IllegalArgumentException.class,
                    () -> store.complete(lease, result("x"), retention),
                    "rule 12: retention " + retention);
            String message = String.valueOf(refusal.getMessage());
            assertTrue(
                    message.contains(retention.toString())
                            && message.contains(ClaimRequest.MAXIMUM_RETENTION.toString()),
                    "rule 12: the message names value and bounds: " + message);
        }
        answers(store, key(0), "InProgress for " + LEASE, "rule 12: a refused call changes nothing");
        assertEquals(2, store.stats().claims(), "rule 12: a refused call is no claim");
        assertEquals(0, store.stats().leasesLost(), "rule 12: a refused call loses no lease");
    }

    @Test
    @DisplayName("rule 12: every bit of a key counts")
    void rule12_everyBitOfAKeyCounts() {
        IdempotencyStore store = open();
        granted(store, key(0), "rule 12: a fresh key");
        for (int bit = 0; bit < Long.SIZE; bit++) {
            var high = DedupKey.ofBits(key(0).high() ^ (1L << bit), key(0).low());
            var low = DedupKey.ofBits(key(0).high(), key(0).low() ^ (1L << bit));
            granted(store, high, "rule 12: a key that differs in bit " + (Long.SIZE + bit));
            granted(store, low, "rule 12: a key that differs in bit " + bit);
        }
    }
}
