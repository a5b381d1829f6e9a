package io.github.dedupkit.bloom;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.util.BitSet;

/** A filter to be disturbed: forwards each call, a batch item by item. */
class ForwardingFilter implements KeyFilter {
    private final KeyFilter filter;

    ForwardingFilter(KeyFilter filter) {
        this.filter = filter;
    }

    @Override
    public boolean record(long keyHigh, long keyLow, long timestamp) {
        return filter.record(keyHigh, keyLow, timestamp);
    }

    @Override
    public void record(EventBatch batch, BitSet provenNew) {
        KeyFilter.super.record(batch, provenNew);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp) {
        return filter.markSeen(keyHigh, keyLow, timestamp);
    }

    @Override
    public void markSeen(EventBatch batch) {
        filter.markSeen(batch);
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        return filter.mightContain(keyHigh, keyLow, timestamp);
    }

    @Override
    public Guarantees guarantees() {
        return filter.guarantees();
    }

    @Override
    public StoreStats stats() {
        return filter.stats();
    }

    @Override
    public void close() {
        filter.close();
    }
}
