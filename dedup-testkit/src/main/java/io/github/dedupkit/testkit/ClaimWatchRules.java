package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.IdempotencyStore.Watch;
import io.github.dedupkit.Lease;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Watches: told in time by a store that tells, and harmless. Skipped, with the reason, for one that leaves callers to poll. */
abstract class ClaimWatchRules extends ClaimRoomAndBooksRules {
    private static final Map<String, BiConsumer<IdempotencyStore, Lease>> CHANGES = new TreeMap<>(Map.of(
            "complete", (store, lease) -> store.complete(lease, result("done"), OUTCOME_RETENTION),
            "release", IdempotencyStore::release,
            "park", IdempotencyStore::park));

    private IdempotencyStore openToWatch() {
        assumeTrue(tellsWatches(), "the store tells no watches: its callers poll");
        return open();
    }

    private boolean told(Semaphore changes) throws InterruptedException {
        return told(changes, 1);
    }

    /** Whether a store has told so often; one that tells from another thread is given time. */
    private boolean told(Semaphore changes, int times) throws InterruptedException {
        return changes.tryAcquire(times, scale("dedup.test.watch-millis", 10_000), TimeUnit.MILLISECONDS);
    }

    @Test
    @DisplayName("watch: told after complete, release and park, when a claim already sees the change")
    void watch_isToldOfEveryChange() throws Exception {
        IdempotencyStore store = openToWatch();
        Map<String, String> seen = Map.of(
                "complete", completed(result("done")), "release", "Granted, attempt 1", "park", "Parked for PT0S");
        int k = 0;
        for (var change : CHANGES.entrySet()) {
            Lease lease = granted(store, key(k++), "watch: a fresh key");
            Semaphore changes = new Semaphore(0);
            AtomicReference<String> answer = new AtomicReference<>("not asked");
            Watch watch = store.watch(lease.key(), () -> {
                answer.compareAndSet("not asked", describe(store.claim(request(lease.key(), stranger()))));
                changes.release();
            });
            change.getValue().accept(store, lease);
            assertTrue(told(changes), "watch: not told of " + change.getKey());
            assertEquals(seen.get(change.getKey()), answer.get(), "watch: claimed when told of " + change.getKey());
            watch.close();
        }
    }

    @Test
    @DisplayName("watch: several watches of a key are told, those of other keys and those that were closed are not")
    void watch_endsWhenItIsClosed() throws Exception {
        IdempotencyStore store = openToWatch();
        Lease lease = granted(store, key(0), "watch: a fresh key");
        Semaphore shared = new Semaphore(0);
        Semaphore closed = new Semaphore(0);
        Semaphore last = new Semaphore(0);
        store.watch(key(0), shared::release);
        Watch second = store.watch(key(0), shared::release);
        Watch ended = store.watch(key(0), closed::release);
        Watch elsewhere = store.watch(key(1), closed::release);
        ended.close();
        ended.close();
        Watch end = store.watch(key(0), last::release);
        store.park(lease);
        assertTrue(told(shared, 2), "watch: two watches with one action");
        assertTrue(told(last), "watch: the last of several");
        assertEquals(0, closed.availablePermits(), "watch: told after it was closed, or of another key");
        second.close();
        end.close();
        shared.drainPermits();
        store.release(lease);
        assertTrue(told(shared), "watch: one of several is left");
        assertEquals(0, closed.availablePermits(), "watch: told after it was closed, or of another key");
        elsewhere.close();
    }

    @Test
    @DisplayName("watch: one that throws harms nobody: the call, the other watches, or the store")
    void watch_throwingWatchersHarmNobody() throws Exception {
        IdempotencyStore store = openToWatch();
        int k = 0;
        for (var change : CHANGES.entrySet()) {
            Lease lease = granted(store, key(k++), "watch: a fresh key");
            Semaphore changes = new Semaphore(0);
            store.watch(lease.key(), () -> {
                throw new IllegalArgumentException("this watcher always throws");
            });
            store.watch(lease.key(), changes::release);
            store.watch(lease.key(), () -> {
                throw new AssertionError("this watcher always throws an error");
            });
            assertDoesNotThrow(() -> change.getValue().accept(store, lease), "watch: a watcher that throws");
            assertTrue(told(changes), "watch: told beside one that throws");
        }
        assertDoesNotThrow(store::close, "watch: a watcher that throws when the store is closed");
    }

    @Test
    @DisplayName(
            "watch: whoever watches, then claims and is told InProgress, is told of the change: no gap between them")
    void watch_hasNoGap() throws Exception {
        IdempotencyStore store = openToWatch();
        int rounds = 2_000;
        Lease[] leases = new Lease[rounds];
        for (int k = 0; k < rounds; k++) {
            leases[k] = granted(store, key(k), "watch: a fresh key");
        }
        int[] missed = {0};
        CountDownLatch[] met = new CountDownLatch[rounds];
        for (int k = 0; k < rounds; k++) {
            met[k] = new CountDownLatch(2);
        }
        ContractSupport.onThreads(2, thread -> {
            for (int k = 0; k < rounds; k++) {
                met[k].countDown();
                met[k].await();
                if (thread == 0) {
                    store.complete(leases[k], result("done"), OUTCOME_RETENTION);
                } else {
                    Semaphore changes = new Semaphore(0);
                    Watch watch = store.watch(key(k), changes::release);
                    boolean waits =
                            describe(store.claim(request(key(k), stranger()))).startsWith("InProgress");
                    missed[0] += waits && missed[0] == 0 && !told(changes) ? 1 : 0;
                    watch.close();
                }
            }
        });
        assertEquals(0, missed[0], "watch: told InProgress, and never told of the change");
    }

    @Test
    @DisplayName("rule 11: watches are told when the store is closed, and later ones are refused")
    void rule11_closeTellsWatches() throws Exception {
        IdempotencyStore store = openToWatch();
        granted(store, key(0), "watch: a fresh key");
        Semaphore changes = new Semaphore(0);
        Watch watch = store.watch(key(0), changes::release);
        store.close();
        assertTrue(told(changes), "rule 11: whoever waits is told of the close");
        assertDoesNotThrow(watch::close, "rule 11: a watch is closed after its store");
        assertThrows(IllegalStateException.class, () -> store.watch(key(0), changes::release), "rule 11: watch");
    }
}
