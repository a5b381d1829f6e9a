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
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.Outcome;
import io.github.dedupkit.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The contract of claims written down as plainly as can be: one lock, one map, and a {@link FakeIdempotencyStorage} that
 * outlives the store. It is the reference that shows the contract can be kept, and a durable store for tests that need one
 * that can be killed and opened again. Safe for use by many threads, which take turns; no store for production.
 */
public class FakeIdempotencyStore implements IdempotencyStore {
    final IdempotencyConfig config;
    final FakeIdempotencyStorage storage;
    final Map<DedupKey, ClaimRecord> records = new HashMap<>();
    final Map<DedupKey, Map<Object, Runnable>> watchers = new HashMap<>();
    final ClaimCounts counts = new ClaimCounts();
    long lastFence;
    boolean closed;

    FakeIdempotencyStore(FakeIdempotencyStorage storage, IdempotencyConfig config) {
        this.storage = storage;
        this.config = config;
        load();
    }

    /** Reads the storage back; refuses what is damaged. The owners of an earlier life are gone: their leases end now. */
    void load() {
        lastFence = storage.lastFence();
        storage.read().forEach((key, record) -> write(key, afterRestart(record)));
    }

    ClaimRecord afterRestart(ClaimRecord record) {
        boolean running = record.state() == ClaimRecord.State.CLAIMED && now() - record.since() < 0;
        return running ? endingAt(record, now()) : record;
    }

    /** A claim whose lease ends at another time. */
    static ClaimRecord endingAt(ClaimRecord claimed, long end) {
        return new ClaimRecord(
                claimed.state(),
                claimed.fingerprint(),
                claimed.fence(),
                claimed.owner(),
                claimed.attempt(),
                claimed.ownerGone(),
                end,
                claimed.keptNanos(),
                claimed.outcome());
    }

    @Override
    public synchronized Claim claim(ClaimRequest request) {
        Objects.requireNonNull(request, "request");
        requireOpen();
        ClaimRecord before = find(request.key());
        try {
            ClaimRecord.Step step = step(before, request);
            if (before == null) {
                makeRoom();
            }
            write(request.key(), step.record());
            counts.enter(step.answer(), takenOver(before, step));
            return step.answer();
        } catch (StoreUnavailableException e) {
            counts.thrown++;
            throw e;
        }
    }

    /** What a claim does to a record. */
    ClaimRecord.Step step(@Nullable ClaimRecord before, ClaimRequest request) {
        return ClaimRecord.claim(before, request, now(), config.nanoTime().getAsLong(), () -> newFence(before));
    }

    static boolean takenOver(@Nullable ClaimRecord before, ClaimRecord.Step step) {
        return before != null && before.fence() != step.record().fence();
    }

    @Override
    public synchronized void complete(Lease lease, Outcome outcome, Duration retention) {
        Objects.requireNonNull(lease, "lease");
        Objects.requireNonNull(outcome, "outcome");
        ClaimRequest.requireRetention(retention);
        requireOpen();
        requireFits(outcome);
        change(lease, (before, shown) -> completed(before, shown, outcome, retention));
        tell(lease.key());
    }

    /** What completing does to a record. */
    ClaimRecord completed(@Nullable ClaimRecord before, Lease lease, Outcome outcome, Duration retention) {
        return ClaimRecord.complete(before, lease, outcome, retention, now());
    }

    void requireFits(Outcome outcome) {
        if (outcome.size() > config.maximumOutcomeBytes()) {
            throw new IllegalArgumentException("the " + outcome + " is larger than the store takes; give "
                    + config.maximumOutcomeBytes() + " bytes or fewer");
        }
    }

    @Override
    public synchronized void release(Lease lease) {
        Objects.requireNonNull(lease, "lease");
        requireOpen();
        change(lease, this::released);
        tell(lease.key());
    }

    /** What releasing does to a record. */
    @Nullable
    ClaimRecord released(@Nullable ClaimRecord before, Lease lease) {
        ClaimRecord.requireReleasable(before, lease, now());
        return null;
    }

    @Override
    public synchronized Lease renew(Lease lease) {
        Objects.requireNonNull(lease, "lease");
        requireOpen();
        change(lease, this::renewed);
        return lease.renewedAt(config.nanoTime().getAsLong());
    }

    /** What renewing does to a record. */
    ClaimRecord renewed(@Nullable ClaimRecord before, Lease lease) {
        return ClaimRecord.renew(before, lease, now());
    }

    @Override
    public synchronized void park(Lease lease) {
        Objects.requireNonNull(lease, "lease");
        requireOpen();
        change(lease, this::parked);
        tell(lease.key());
    }

    /** What parking does to a record. */
    ClaimRecord parked(@Nullable ClaimRecord before, Lease lease) {
        return ClaimRecord.park(before, lease, now());
    }

    /** From one record to the next, for the holder of a lease. */
    interface Change {
        @Nullable
        ClaimRecord apply(@Nullable ClaimRecord before, Lease lease);
    }

    private void change(Lease lease, Change change) {
        ClaimRecord before = find(lease.key());
        try {
            write(lease.key(), change.apply(before, shown(before, lease)));
        } catch (LeaseLostException e) {
            counts.leasesLost++;
            throw e;
        }
    }

    /** The lease as this store compares it with the record. */
    Lease shown(@Nullable ClaimRecord before, Lease lease) {
        return lease;
    }

    /** The key's record, unless its time is over. */
    @Nullable
    ClaimRecord find(DedupKey key) {
        ClaimRecord record = records.get(key);
        if (record != null && isOver(record)) {
            write(key, null);
            return null;
        }
        return record;
    }

    boolean isOver(ClaimRecord record) {
        return record.isOver(now());
    }

    /** Keeps a record, or removes it if it is null, before the call is answered. */
    void write(DedupKey key, @Nullable ClaimRecord record) {
        if (record == null) {
            records.remove(key);
        } else {
            records.put(key, record);
        }
        storage.put(key, record);
    }

    /** Refuses another record when full. */
    void makeRoom() {
        if (records.size() >= config.maximumRecords()) {
            sweep();
        }
        if (records.size() >= config.maximumRecords()) {
            throw new StoreUnavailableException("the store is at its capacity of " + config.maximumRecords()
                    + " records; the key was not claimed. Raise it, or shorten the retention");
        }
    }

    /** Removes the records whose time is over. */
    void sweep() {
        List<DedupKey> over = new ArrayList<>();
        records.forEach((key, record) -> {
            if (isOver(record)) {
                over.add(key);
            }
        });
        over.forEach(key -> write(key, null));
    }

    /** A fence for a claim in place of a record. */
    long newFence(@Nullable ClaimRecord before) {
        lastFence = Math.max(lastFence + 1, wallClockMicros());
        storage.putFence(lastFence);
        return lastFence;
    }

    long wallClockMicros() {
        Instant now = config.wallClock().instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    /** The clock of leases and retentions. */
    long now() {
        return config.nanoTime().getAsLong();
    }

    @Override
    public synchronized Watch watch(DedupKey key, Runnable changed) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(changed, "changed");
        requireOpen();
        Object watch = new Object();
        watchers.computeIfAbsent(key, k -> new LinkedHashMap<>()).put(watch, changed);
        return () -> endWatch(key, watch);
    }

    synchronized void endWatch(DedupKey key, Object watch) {
        watchers.getOrDefault(key, new LinkedHashMap<>()).remove(watch);
    }

    void tell(DedupKey key) {
        List.copyOf(watchers.getOrDefault(key, Map.of()).values()).forEach(this::tell);
    }

    @SuppressWarnings("EmptyCatch") // watchers are told that what they throw is ignored
    void tell(Runnable watcher) {
        try {
            watcher.run();
        } catch (Throwable ignored) {
        }
    }

    @Override
    public int maximumOutcomeBytes() {
        return config.maximumOutcomeBytes();
    }

    @Override
    public Durability durability() {
        return Durability.PROCESS_CRASH;
    }

    @Override
    public Scope scope() {
        return Scope.PROCESS;
    }

    @Override
    public synchronized IdempotencyStats stats() {
        requireOpen();
        return counts.stats(records.size());
    }

    @Override
    public synchronized void close() {
        die();
        List.copyOf(watchers.keySet()).forEach(this::tell);
    }

    /** Ends the store as the death of its process would. */
    synchronized void die() {
        closed = true;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }
}
