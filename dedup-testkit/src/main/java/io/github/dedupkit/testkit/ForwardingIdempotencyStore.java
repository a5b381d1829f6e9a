package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.IdempotencyStats;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import java.time.Duration;

/** Passes every call on, but for what a subclass changes. */
abstract class ForwardingIdempotencyStore implements IdempotencyStore {
    private final IdempotencyStore store;

    ForwardingIdempotencyStore(IdempotencyStore store) {
        this.store = store;
    }

    @Override
    public Claim claim(ClaimRequest request) {
        return store.claim(request);
    }

    @Override
    public void complete(Lease lease, Outcome outcome, Duration retention) {
        store.complete(lease, outcome, retention);
    }

    @Override
    public void release(Lease lease) {
        store.release(lease);
    }

    @Override
    public Lease renew(Lease lease) {
        return store.renew(lease);
    }

    @Override
    public void park(Lease lease) {
        store.park(lease);
    }

    @Override
    public Watch watch(DedupKey key, Runnable changed) {
        return store.watch(key, changed);
    }

    @Override
    public int maximumOutcomeBytes() {
        return store.maximumOutcomeBytes();
    }

    @Override
    public Durability durability() {
        return store.durability();
    }

    @Override
    public Scope scope() {
        return store.scope();
    }

    @Override
    public IdempotencyStats stats() {
        return store.stats();
    }

    @Override
    public void close() {
        store.close();
    }
}
