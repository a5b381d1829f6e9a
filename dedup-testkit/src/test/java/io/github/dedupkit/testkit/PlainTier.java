package io.github.dedupkit.testkit;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A tier written down as plainly as can be, to be broken: every call is a batch, and each step a method of its own. It
 * keeps the contract as it stands.
 */
class PlainTier implements ReplaySafeStore {
    final NearTier near;
    final ReplaySafeStore far;
    final InstantSource clock;
    private final DeduplicationListener listener;
    private final AtomicLong recalled = new AtomicLong();

    /** The retry tokens of batches that the far store has left without an answer. */
    private final Set<Long> inDoubt = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    PlainTier(NearTier near, ReplaySafeStore far, StoreConfig config) {
        this.near = near;
        this.far = far;
        this.clock = config.clock();
        this.listener = config.listener();
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        EventBatch single = single(keyHigh, keyLow, timestamp, origin);
        markSeen(single);
        return single.verdict(0);
    }

    @Override
    public void markSeen(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        recallAll(batch);
        if (unjudged(batch) > 0) {
            ask(batch);
            rememberMarked(batch);
        }
    }

    void recallAll(EventBatch batch) {
        if (mayFindItself(batch)) {
            return;
        }
        int before = unjudged(batch);
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED && recalls(batch, i)) {
                batch.judge(i, Verdict.DUPLICATE);
            }
        }
        int answered = before - unjudged(batch);
        if (answered > 0) {
            recalled.addAndGet(answered);
            tell(answered);
        }
    }

    boolean mayFindItself(EventBatch batch) {
        return inDoubt.contains(batch.retryToken());
    }

    boolean recalls(EventBatch batch, int i) {
        if (isAhead(batch.timestamp(i))) {
            return false;
        }
        try {
            return near.recall(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i));
        } catch (Throwable e) {
            return nearFailed(e);
        }
    }

    boolean isAhead(long timestamp) {
        return timestamp > clock.millis();
    }

    /** Whether the near tier knows, if it has thrown. */
    boolean nearFailed(Throwable e) {
        return false;
    }

    void ask(EventBatch batch) {
        inDoubt.add(batch.retryToken());
        far.markSeen(batch);
        if (unjudged(batch) == 0) {
            inDoubt.remove(batch.retryToken());
        }
    }

    void rememberMarked(EventBatch batch) {
        rememberNoted(batch);
    }

    void rememberConfirmed(EventBatch batch) {
        rememberNoted(batch);
    }

    final void rememberNoted(EventBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.confirmedAt(i) >= 0) {
                remember(batch, i, batch.confirmedAt(i), 0);
            }
        }
    }

    final void remember(EventBatch batch, int i, long timestamp, long origin) {
        if (!isAhead(timestamp)) {
            try {
                near.remember(batch.keyHigh(i), batch.keyLow(i), timestamp, origin);
            } catch (Throwable e) {
                nearFailed(e);
            }
        }
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        requireOpen();
        return (timestamp >= 0 && recalls(single(keyHigh, keyLow, timestamp, 0), 0))
                || far.mightContain(keyHigh, keyLow, timestamp);
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        confirm(single(keyHigh, keyLow, timestamp, origin));
    }

    @Override
    public void confirm(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        far.confirm(batch);
        rememberConfirmed(batch);
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        requireOpen();
        far.forget(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void forget(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        far.forget(batch);
    }

    @Override
    public void confirmAndMark(EventBatch done, EventBatch next) {
        Objects.requireNonNull(done, "done");
        Objects.requireNonNull(next, "next");
        requireOpen();
        if (done != next) {
            recallAll(next);
        }
        inDoubt.add(next.retryToken());
        far.confirmAndMark(done, next);
        if (unjudged(next) == 0) {
            inDoubt.remove(next.retryToken());
        }
        rememberConfirmed(done);
        rememberMarked(next);
    }

    @Override
    public Guarantees guarantees() {
        return TieredDeduplicationStoreContractTest.guarantees();
    }

    @Override
    public StoreStats stats() {
        requireOpen();
        StoreStats stats = far.stats();
        return new StoreStats(
                stats.firstSeen(),
                stats.replayed(),
                stats.duplicates() + recalled.get(),
                stats.tooLate(),
                stats.failedOpen(),
                stats.thrown(),
                stats.evicted(),
                stats.retainedKeys(),
                stats.bytes(),
                stats.effectiveWindow(),
                stats.falseDuplicateProbability());
    }

    @Override
    public void close() {
        closed = true;
        near.close();
        far.close();
    }

    private void tell(int duplicates) {
        try {
            listener.marked(0, 0, duplicates, 0, 0, 0);
        } catch (RuntimeException e) {
            // a listener costs no event
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    static int unjudged(EventBatch batch) {
        int count = 0;
        for (int i = 0; i < batch.size(); i++) {
            count += batch.verdict(i) == Verdict.UNJUDGED ? 1 : 0;
        }
        return count;
    }

    private static EventBatch single(long keyHigh, long keyLow, long timestamp, long origin) {
        EventBatch single = new EventBatch(1);
        single.add(keyHigh, keyLow, timestamp, origin);
        return single;
    }
}
