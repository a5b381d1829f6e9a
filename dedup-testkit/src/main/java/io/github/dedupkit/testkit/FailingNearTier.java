package io.github.dedupkit.testkit;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;

/** A near tier whose recall, remember and stats always throw: exceptions and errors. */
final class FailingNearTier implements NearTier {
    private final NearTier tier;

    FailingNearTier(NearTier tier) {
        this.tier = tier;
    }

    @Override
    public boolean recall(long keyHigh, long keyLow, long timestamp, long origin) {
        throw new InternalError("planted");
    }

    @Override
    public void recall(EventBatch batch) {
        throw new StoreUnavailableException("planted: no room");
    }

    @Override
    public void remember(long keyHigh, long keyLow, long timestamp, long origin) {
        throw new StoreUnavailableException("planted: no room");
    }

    @Override
    public void remember(EventBatch batch) {
        throw new InternalError("planted");
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        throw new AssertionError("a near tier is not asked to mark");
    }

    @Override
    public void markSeen(EventBatch batch) {
        throw new AssertionError("a near tier is not asked to mark");
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        return tier.mightContain(keyHigh, keyLow, timestamp);
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        tier.confirm(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        tier.forget(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public Guarantees guarantees() {
        return tier.guarantees();
    }

    @Override
    public StoreStats stats() {
        throw new InternalError("planted");
    }

    @Override
    public void close() {
        tier.close();
    }
}
