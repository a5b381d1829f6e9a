package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules 11 and 12: what a closed store does, and what a store does with bad input. */
abstract class CloseAndInputRules extends DurabilityRules {
    /** Threads that all stores of a process may share, and that so need not end with any of them. */
    static final int SHARED_THREADS = 2;

    private static final long GRACE_MILLIS = 1_000;

    @Test
    @DisplayName("rule 11: after close every call throws IllegalStateException, close itself does not")
    void rule11_callsAfterCloseAreRefused() {
        DeduplicationStore store = open(retentions().get(0));
        mark(store, key(0), START, FIRST_SEEN, "rule 11: open");
        store.close();
        assertDoesNotThrow(store::close, "rule 11: close again");
        EventBatch batch = new EventBatch(1);
        batch.add(key(0), START, 0);
        assertThrows(IllegalStateException.class, () -> store.markSeen(key(0), START), "rule 11: markSeen");
        assertThrows(IllegalStateException.class, () -> store.markSeen(batch), "rule 11: markSeen of a batch");
        assertThrows(IllegalStateException.class, () -> store.mightContain(key(0), START), "rule 11: mightContain");
        assertThrows(IllegalStateException.class, store::stats, "rule 11: stats");
        assertEquals(UNJUDGED, batch.verdict(0), "rule 11: a refused batch is not judged");
    }

    @Test
    @DisplayName(
            "rule 11: close under load ends every call with an answer or IllegalStateException, and leaves no thread")
    void rule11_closeUnderLoad() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int round = 0; round < 10; round++) {
            DeduplicationStore store = open(retentions().get(0));
            CountDownLatch running = new CountDownLatch(4);
            AtomicBoolean closed = new AtomicBoolean();
            List<FutureTask<Void>> loads = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                long firstKey = thread * 1_000_000_000L;
                FutureTask<Void> load = new FutureTask<>(() -> markUntilClosed(store, firstKey, running, closed), null);
                loads.add(load);
                new Thread(load).start();
            }
            running.await();
            store.close();
            closed.set(true);
            for (FutureTask<Void> load : loads) {
                load.get(30, TimeUnit.SECONDS);
            }
        }
        closeStore();
        List<Thread> left = threadsLeftBehind(before);
        assertTrue(left.size() <= SHARED_THREADS, "rule 11: threads left behind: " + left);
    }

    @Test
    @DisplayName("rules 1 and 11: close under load makes no key new: threads that share keys have one winner each")
    void rule11_closeUnderLoadMakesNoSecondWinner() throws Exception {
        for (int round = 0; round < 30; round++) {
            DeduplicationStore store = open(retentions().get(0));
            Map<Long, Integer> winners = new ConcurrentHashMap<>();
            CountDownLatch running = new CountDownLatch(3);
            List<FutureTask<Void>> loads = new ArrayList<>();
            for (int thread = 1; thread <= 3; thread++) {
                long origin = thread;
                FutureTask<Void> load = new FutureTask<>(() -> winUntilClosed(store, origin, winners, running), null);
                loads.add(load);
                new Thread(load).start();
            }
            running.await();
            store.close();
            for (FutureTask<Void> load : loads) {
                load.get(30, TimeUnit.SECONDS);
            }
            winners.forEach((key, count) ->
                    assertEquals(1, count, "rule 11: a second winner of key " + key + " while the store closed"));
        }
    }

    /** Marks the keys that the other threads mark too, batch after batch, until the store is closed. */
    private void winUntilClosed(
            DeduplicationStore store, long origin, Map<Long, Integer> winners, CountDownLatch running) {
        int size = 200;
        EventBatch batch = new EventBatch(size);
        boolean open = true;
        for (long first = 0; open; first = (first + size) % 20_000) {
            batch.clear();
            for (int i = 0; i < size; i++) {
                batch.add(key(first + i), START, store instanceof ReplaySafeStore ? origin : 0);
            }
            try {
                store.markSeen(batch);
                if (store instanceof ReplaySafeStore replaySafe) {
                    replaySafe.confirm(batch);
                }
            } catch (IllegalStateException closed) {
                open = false;
            } catch (StoreUnavailableException full) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < size; i++) {
                if (batch.verdict(i) == FIRST_SEEN) {
                    winners.merge(first + i, 1, Integer::sum);
                }
            }
            if (first > 0) {
                running.countDown();
            }
        }
    }

    private void markUntilClosed(
            DeduplicationStore store, long firstKey, CountDownLatch running, AtomicBoolean closed) {
        EventBatch batch = new EventBatch(8);
        for (long i = firstKey; ; i++) {
            boolean closedBefore = closed.get();
            try {
                store.markSeen(key(i), START);
                batch.clear();
                batch.add(key(i), START, 0);
                store.markSeen(batch);
                store.mightContain(key(i), START);
            } catch (IllegalStateException refused) {
                return;
            } catch (StoreUnavailableException full) {
                Thread.onSpinWait();
            } finally {
                running.countDown();
            }
            if (closedBefore) {
                throw new AssertionError("rule 11: a call that began after close got an answer");
            }
        }
    }

    /** The threads started since and alive a while later, but for those of the pool that all Java code shares. */
    static List<Thread> threadsLeftBehind(Set<Thread> before) throws InterruptedException {
        List<Thread> left = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && !thread.getName().startsWith("ForkJoinPool.commonPool")) {
                thread.join(left.size() > SHARED_THREADS ? 1 : GRACE_MILLIS);
                if (thread.isAlive()) {
                    left.add(thread);
                }
            }
        }
        return left;
    }

    @Test
    @DisplayName("rule 12: null and negative input is refused by name, before anything is recorded")
    @SuppressWarnings("NullAway") // null is what is tested
    void rule12_badInputIsRefused() {
        DeduplicationStore store = open(retentions().get(0));
        refusesNull("key", () -> store.markSeen((DedupKey) null, START));
        refusesNull("batch", () -> store.markSeen((EventBatch) null));
        refusesNull("key", () -> store.mightContain((DedupKey) null, START));
        for (long timestamp : new long[] {-1, Long.MIN_VALUE}) {
            refusesTimestamp(timestamp, () -> store.markSeen(key(0), timestamp));
            refusesTimestamp(timestamp, () -> store.mightContain(key(0), timestamp));
        }
        if (!(store instanceof ReplaySafeStore)) {
            EventBatch batch = new EventBatch(2);
            batch.add(key(0), START, 0);
            batch.add(key(1), START, 7);
            var refusal = assertThrows(IllegalArgumentException.class, () -> store.markSeen(batch));
            assertTrue(String.valueOf(refusal.getMessage()).contains("origin"), "rule 12: " + refusal);
        }
        assertEquals(0, store.stats().calls(), "rule 12: a refused call is no mark");
        mark(store, key(0), START, FIRST_SEEN, "rule 12: a refused call records nothing");
    }

    @Test
    @DisplayName("rule 12: ids crafted to collide in common hashes lose nothing through a keyed key space")
    void rule12_hostileIdsLoseNothing() {
        KeySpace keyed =
                KeySpace.keyed("dedupkit/contract", new byte[] {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3});
        List<byte[]> ids = new ArrayList<>(HostileIds.murmur3Collisions(13));
        ids.addAll(HostileIds.xxh3Collisions(5_000));
        DeduplicationStore store = open(retentions().get(0));
        long lost = 0;
        for (byte[] id : ids) {
            lost += store.markSeen(keyed.key(id), START).isDuplicate() ? 1 : 0;
        }
        assertFalseDuplicatesWithinBound(lost, ids.size(), "crafted ids through a keyed key space");
    }
}
