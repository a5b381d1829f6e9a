package io.github.dedupkit.testkit;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A far store as its tiers see it: counts the trips to it, can fail open, and stays open when a tier
 * is closed, as a shared storage does. Safe for use by many threads.
 */
final class FarStore implements ReplaySafeStore {
    private final ReplaySafeStore store;
    private final AtomicLong trips = new AtomicLong();
    private volatile boolean failsOpen;

    FarStore(ReplaySafeStore store) {
        this.store = store;
    }

    long trips() {
        return trips.get();
    }

    /** From now on what the store cannot mark is UNJUDGED instead of an exception. */
    void failOpen() {
        failsOpen = true;
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        trips.incrementAndGet();
        try {
            return store.markSeen(keyHigh, keyLow, timestamp, origin);
        } catch (StoreUnavailableException e) {
            pass(e);
            return Verdict.UNJUDGED;
        }
    }

    @Override
    public void markSeen(EventBatch batch) {
        trips.incrementAndGet();
        try {
            store.markSeen(batch);
        } catch (StoreUnavailableException e) {
            pass(e);
        }
    }

    private void pass(StoreUnavailableException e) {
        if (!failsOpen) {
            throw e;
        }
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        trips.incrementAndGet();
        return store.mightContain(keyHigh, keyLow, timestamp);
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        trips.incrementAndGet();
        store.confirm(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void confirm(EventBatch batch) {
        trips.incrementAndGet();
        store.confirm(batch);
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        trips.incrementAndGet();
        store.forget(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void forget(EventBatch batch) {
        trips.incrementAndGet();
        store.forget(batch);
    }

    @Override
    public void confirmAndMark(EventBatch done, EventBatch next) {
        trips.incrementAndGet();
        try {
            store.confirmAndMark(done, next);
        } catch (StoreUnavailableException e) {
            pass(e);
        }
    }

    @Override
    public Guarantees guarantees() {
        return store.guarantees();
    }

    @Override
    public StoreStats stats() {
        return store.stats();
    }

    @Override
    public void close() {}
}
