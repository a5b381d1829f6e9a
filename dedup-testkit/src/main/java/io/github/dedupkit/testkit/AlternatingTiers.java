package io.github.dedupkit.testkit;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several tiers on one far store, as in several processes, that take calls in turn: what one of them remembers, others have
 * since changed. Safe for use by many threads.
 */
final class AlternatingTiers implements ReplaySafeStore {
    private final List<ReplaySafeStore> tiers;
    private final ReplaySafeStore far;
    private final AtomicInteger calls = new AtomicInteger();

    /** Takes over the tiers and the store behind them, and closes them. */
    AlternatingTiers(List<ReplaySafeStore> tiers, ReplaySafeStore far) {
        this.tiers = List.copyOf(tiers);
        this.far = far;
    }

    private ReplaySafeStore next() {
        return tiers.get(Math.floorMod(calls.getAndIncrement(), tiers.size()));
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        return next().markSeen(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void markSeen(EventBatch batch) {
        next().markSeen(batch);
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        return next().mightContain(keyHigh, keyLow, timestamp);
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        next().confirm(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void confirm(EventBatch batch) {
        next().confirm(batch);
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        next().forget(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void forget(EventBatch batch) {
        next().forget(batch);
    }

    @Override
    public void confirmAndMark(EventBatch done, EventBatch next) {
        next().confirmAndMark(done, next);
    }

    @Override
    public Guarantees guarantees() {
        return tiers.get(0).guarantees();
    }

    /** The far store's books, which every tier's begin with, and the duplicates that each tier answered itself. */
    @Override
    public StoreStats stats() {
        StoreStats shared = far.stats();
        long recalled = 0;
        for (ReplaySafeStore tier : tiers) {
            recalled += tier.stats().duplicates() - shared.duplicates();
        }
        return new StoreStats(
                shared.firstSeen(),
                shared.replayed(),
                shared.duplicates() + recalled,
                shared.tooLate(),
                shared.failedOpen(),
                shared.thrown(),
                shared.evicted(),
                shared.retainedKeys(),
                shared.bytes(),
                shared.effectiveWindow(),
                tiers.get(0).stats().falseDuplicateProbability());
    }

    @Override
    public void close() {
        tiers.forEach(ReplaySafeStore::close);
        far.close();
    }
}
