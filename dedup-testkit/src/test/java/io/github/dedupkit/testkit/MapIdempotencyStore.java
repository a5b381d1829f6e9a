package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.IdempotencyStats;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A hash map and the table: sound, and easy to break in a subclass. */
class MapIdempotencyStore implements IdempotencyStore {
    final IdempotencyConfig config;
    final Map<DedupKey, @Nullable ClaimRecord> records = new HashMap<>();
    private final Map<DedupKey, Set<Runnable>> watchers = new ConcurrentHashMap<>();
    private final AtomicLong fences = new AtomicLong();

    MapIdempotencyStore(IdempotencyConfig config) {
        this.config = config;
    }

    long now() {
        return config.nanoTime().getAsLong();
    }

    @Override
    public synchronized Claim claim(ClaimRequest request) {
        ClaimRecord current = records.get(request.key());
        ClaimRecord.Step step = ClaimRecord.claim(current, request, now(), now(), fences::incrementAndGet);
        records.put(request.key(), step.record());
        return step.answer();
    }

    @Override
    public void complete(Lease lease, Outcome outcome, Duration retention) {
        if (outcome.size() > config.maximumOutcomeBytes()) {
            throw new IllegalArgumentException("the " + outcome + " is too large");
        }
        synchronized (this) {
            ClaimRecord current = records.get(lease.key());
            records.put(lease.key(), ClaimRecord.complete(current, lease, outcome, retention, now()));
        }
        tell(lease.key());
    }

    @Override
    public void release(Lease lease) {
        synchronized (this) {
            ClaimRecord.requireReleasable(records.get(lease.key()), lease, now());
            records.remove(lease.key());
        }
        tell(lease.key());
    }

    @Override
    public synchronized Lease renew(Lease lease) {
        records.put(lease.key(), ClaimRecord.renew(records.get(lease.key()), lease, now()));
        return lease.renewedAt(now());
    }

    @Override
    public void park(Lease lease) {
        synchronized (this) {
            records.put(lease.key(), ClaimRecord.park(records.get(lease.key()), lease, now()));
        }
        tell(lease.key());
    }

    void tell(DedupKey key) {
        watchers.getOrDefault(key, Set.of()).forEach(Runnable::run);
    }

    @Override
    public Watch watch(DedupKey key, Runnable changed) {
        Set<Runnable> told = watchers.computeIfAbsent(key, k -> ConcurrentHashMap.newKeySet());
        told.add(changed);
        return () -> told.remove(changed);
    }

    @Override
    public int maximumOutcomeBytes() {
        return config.maximumOutcomeBytes();
    }

    @Override
    public Durability durability() {
        return Durability.NONE;
    }

    @Override
    public Scope scope() {
        return Scope.PROCESS;
    }

    @Override
    public IdempotencyStats stats() {
        return new IdempotencyStats(0, 0, 0, 0, 0, 0, 0, 0, records.size());
    }

    @Override
    public void close() {}
}
