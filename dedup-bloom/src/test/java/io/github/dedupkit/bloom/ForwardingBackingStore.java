package io.github.dedupkit.bloom;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.util.BitSet;

/** A backing store to be disturbed: forwards each call. */
class ForwardingBackingStore implements BackingStore {
    final BackingStore store;

    ForwardingBackingStore(BackingStore store) {
        this.store = store;
    }

    @Override
    public Verdict markNew(long keyHigh, long keyLow, long timestamp, long origin) {
        return store.markNew(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void markSeen(EventBatch batch, BitSet provenNew) {
        store.markSeen(batch, provenNew);
    }

    @Override
    public long watermark() {
        return store.watermark();
    }

    @Override
    public void scan(RecordVisitor visitor) {
        store.scan(visitor);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        return store.markSeen(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void markSeen(EventBatch batch) {
        store.markSeen(batch);
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        return store.mightContain(keyHigh, keyLow, timestamp);
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        store.confirm(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void confirm(EventBatch batch) {
        store.confirm(batch);
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        store.forget(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void forget(EventBatch batch) {
        store.forget(batch);
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
    public void close() {
        store.close();
    }
}
