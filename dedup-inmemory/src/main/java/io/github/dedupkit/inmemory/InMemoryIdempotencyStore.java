package io.github.dedupkit.inmemory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
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
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Claims and outcomes on the heap of one process.
 *
 * <p><b>Guarantees:</b> exact; durability none: a restart forgets claims and outcomes, so an action that was done may run
 * again, with a higher fence as long as the wall clock is not set back. Scope one process. Full, it refuses new keys with
 * {@link StoreUnavailableException}, and drops nothing before its time.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; calls for one key are linearizable. Nothing waits for I/O.
 *
 * <p><b>Cost:</b> one hash-map computation a call under the lock of a map bin, Caffeine's bookkeeping, and garbage. Records
 * whose time is over are removed by later calls.
 *
 * <p><b>Failure:</b> out of memory, the call throws and may or may not have acted. A stack overflow inside a call can leave
 * Caffeine's bookkeeping half done, and later calls of any key spinning in it: keep recursion out of what calls the store.
 */
public final class InMemoryIdempotencyStore implements IdempotencyStore {
    /*
     * Design. A Caffeine map holds one immutable ClaimRecord by key; every call is one computation on its entry, with the
     * table of IdempotencyStore as ClaimRecord has it. Time is read inside the computation, so a call that waited for the
     * entry judges by the present.
     *
     * Caffeine's expiry only frees memory: answers rest on the records' own times. Caffeine leaves an end unchanged that moves
     * by less than a second, so a record is kept for that second longer.
     *
     * Room: a record is counted when it is put in, and its count returned when it is taken out, by a computation or by
     * Caffeine, which calls the eviction listener inside the removal.
     *
     * Closing: a computation looks whether the store is closed while it holds the key's entry, and the records are removed one
     * key at a time after that, so no call finds a key ABSENT that close() took away.
     *
     * Watchers are told after the computation, so that one who claims at once sees the change.
     */
    private static final long WRITE_TIME_TOLERANCE_NANOS = 1_000_000_001;
    private static final long MAXIMUM_RECORDS_BOUND = 1L << 30;
    private static final int MAXIMUM_OUTCOME_BYTES_BOUND = 1 << 26;
    private static final int MICROS_PER_SECOND = 1_000_000;
    private static final int NANOS_PER_MICRO = 1_000;

    private final long maximumRecords;
    private final int maximumOutcomeBytes;
    private final InstantSource wallClock;
    private final LongSupplier nanoTime;
    private final Cache<DedupKey, ClaimRecord> cache;
    private final ConcurrentMap<DedupKey, ClaimRecord> claims;
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong lastFence = new AtomicLong();
    private final ClaimBooks books = new ClaimBooks();
    private final Watches watches = new Watches();
    private volatile boolean closed;

    /** One claim: written by the computation on a key's entry, read by its caller. */
    private static final class Decision {
        @Nullable
        Claim answer;

        boolean fromAnother;
    }

    private InMemoryIdempotencyStore(Builder builder) {
        maximumRecords = builder.maximumRecords;
        maximumOutcomeBytes = builder.maximumOutcomeBytes;
        wallClock = builder.wallClock;
        nanoTime = builder.nanoTime;
        long opened = nanoTime.getAsLong();
        cache = Caffeine.newBuilder()
                .expireAfter(new RecordExpiry())
                .ticker(() -> nanoTime.getAsLong() - opened)
                .executor(Runnable::run)
                .evictionListener(this::evicted)
                .build();
        claims = cache.asMap();
    }

    /**
     * Starts a store.
     *
     * @param maximumRecords the most claims and outcomes it holds, 1 to 2^30; plan for rate x retention
     * @return a builder
     * @throws IllegalArgumentException if maximumRecords is out of bounds
     */
    public static Builder builder(long maximumRecords) {
        return new Builder(maximumRecords);
    }

    @Override
    public Claim claim(ClaimRequest request) {
        Objects.requireNonNull(request, "request");
        requireOpen();
        long sent = nanoTime.getAsLong();
        Decision decision = new Decision();
        try {
            try {
                claims.compute(request.key(), (key, current) -> decide(current, request, sent, decision));
            } catch (StoreUnavailableException full) {
                cache.cleanUp(); // what it holds may be over
                claims.compute(request.key(), (key, current) -> decide(current, request, sent, decision));
            }
        } catch (IllegalStateException e) {
            throw e;
        } catch (Throwable e) {
            books.enterThrown();
            throw e;
        }
        Claim answer = Objects.requireNonNull(decision.answer);
        books.enter(answer, decision.fromAnother);
        return answer;
    }

    private ClaimRecord decide(@Nullable ClaimRecord current, ClaimRequest request, long sent, Decision decision) {
        requireOpen();
        long now = nanoTime.getAsLong();
        ClaimRecord.Step step = ClaimRecord.claim(current, request, now, sent, this::newFence);
        decision.answer = step.answer();
        decision.fromAnother =
                current != null && !current.isOver(now) && step.record().fence() != current.fence();
        if (current == null) {
            takeRoom();
        }
        return step.record();
    }

    @Override
    public void complete(Lease lease, Outcome outcome, Duration retention) {
        Objects.requireNonNull(lease, "lease");
        Objects.requireNonNull(outcome, "outcome");
        ClaimRequest.requireRetention(retention);
        if (outcome.size() > maximumOutcomeBytes) {
            throw new IllegalArgumentException("the " + outcome + " is larger than the store takes; give "
                    + maximumOutcomeBytes + " bytes or fewer, or raise maximumOutcomeBytes");
        }
        change(lease, current -> ClaimRecord.complete(current, lease, outcome, retention, nanoTime.getAsLong()));
        watches.tell(lease.key());
    }

    @Override
    public void release(Lease lease) {
        Objects.requireNonNull(lease, "lease");
        change(lease, current -> {
            ClaimRecord.requireReleasable(current, lease, nanoTime.getAsLong());
            records.decrementAndGet();
            return null;
        });
        watches.tell(lease.key());
    }

    @Override
    public Lease renew(Lease lease) {
        Objects.requireNonNull(lease, "lease");
        long sent = nanoTime.getAsLong();
        change(lease, current -> ClaimRecord.renew(current, lease, nanoTime.getAsLong()));
        return lease.renewedAt(sent);
    }

    @Override
    public void park(Lease lease) {
        Objects.requireNonNull(lease, "lease");
        change(lease, current -> ClaimRecord.park(current, lease, nanoTime.getAsLong()));
        watches.tell(lease.key());
    }

    /** Replaces a record under a lease. */
    private void change(Lease lease, UnaryOperator<@Nullable ClaimRecord> next) {
        requireOpen();
        try {
            claims.compute(lease.key(), (key, current) -> {
                requireOpen();
                return next.apply(current);
            });
        } catch (LeaseLostException e) {
            books.enterLeaseLost();
            throw e;
        }
    }

    @Override
    public Watch watch(DedupKey key, Runnable changed) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(changed, "changed");
        Watch watch = watches.add(key, changed);
        if (closed) {
            watch.close();
        }
        requireOpen();
        return watch;
    }

    @Override
    public int maximumOutcomeBytes() {
        return maximumOutcomeBytes;
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
        requireOpen();
        cache.cleanUp();
        return books.stats(records.get());
    }

    @Override
    public void close() {
        closed = true;
        cache.invalidateAll();
        watches.tellAll();
    }

    private void evicted(@Nullable DedupKey key, @Nullable ClaimRecord record, RemovalCause cause) {
        records.decrementAndGet();
    }

    /** Counts a new record, or refuses it. */
    private void takeRoom() {
        if (records.incrementAndGet() > maximumRecords) {
            records.decrementAndGet();
            throw new StoreUnavailableException("the store holds maximumRecords " + maximumRecords
                    + " claims and outcomes; the key was not claimed. Raise maximumRecords, or shorten the retention");
        }
    }

    /** Higher than every fence before, and than those of an earlier life of the process unless its clock was set back. */
    private long newFence() {
        Instant now = wallClock.instant();
        long micros = now.getEpochSecond() * MICROS_PER_SECOND + now.getNano() / NANOS_PER_MICRO;
        return lastFence.accumulateAndGet(micros, (last, present) -> Math.max(last + 1, present));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    /** Ends a record when its time is over, and after the second that Caffeine rounds to. */
    private final class RecordExpiry implements Expiry<DedupKey, ClaimRecord> {
        @Override
        public long expireAfterCreate(DedupKey key, ClaimRecord record, long now) {
            long remaining = record.remainingNanos(nanoTime.getAsLong());
            return remaining == Long.MAX_VALUE ? remaining : Math.max(0, remaining) + WRITE_TIME_TOLERANCE_NANOS;
        }

        @Override
        public long expireAfterUpdate(DedupKey key, ClaimRecord record, long now, long currentDuration) {
            return expireAfterCreate(key, record, now);
        }

        @Override
        public long expireAfterRead(DedupKey key, ClaimRecord record, long now, long currentDuration) {
            return currentDuration;
        }
    }

    /** Configures an {@link InMemoryIdempotencyStore}. Not thread-safe. */
    public static final class Builder {
        private final long maximumRecords;
        private int maximumOutcomeBytes = 1 << 16;
        private InstantSource wallClock = InstantSource.system();
        private LongSupplier nanoTime = System::nanoTime;

        private Builder(long maximumRecords) {
            if (maximumRecords < 1 || maximumRecords > MAXIMUM_RECORDS_BOUND) {
                throw new IllegalArgumentException("maximumRecords " + maximumRecords + " is out of bounds; give 1 to "
                        + MAXIMUM_RECORDS_BOUND + ", for the rate of requests x the retention");
            }
            this.maximumRecords = maximumRecords;
        }

        /**
         * Sets the most bytes of an outcome; 65,536 unless set.
         *
         * @param bytes 0 to 2^26
         * @return this builder
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder maximumOutcomeBytes(int bytes) {
            if (bytes < 0 || bytes > MAXIMUM_OUTCOME_BYTES_BOUND) {
                throw new IllegalArgumentException("maximumOutcomeBytes " + bytes + " is out of bounds; give 0 to "
                        + MAXIMUM_OUTCOME_BYTES_BOUND + ", and keep larger results elsewhere under a reference");
            }
            maximumOutcomeBytes = bytes;
            return this;
        }

        /**
         * Sets the wall clock that fences follow; the system's unless set. Leases do not use it.
         *
         * @param wallClock the present time
         * @return this builder
         */
        public Builder wallClock(InstantSource wallClock) {
            this.wallClock = Objects.requireNonNull(wallClock, "wallClock");
            return this;
        }

        /**
         * Sets the monotonic clock that leases and retentions run on, for tests on virtual time; {@link System#nanoTime}
         * unless set.
         *
         * @param nanoTime nanoseconds since any moment
         * @return this builder
         */
        public Builder nanoTime(LongSupplier nanoTime) {
            this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
            return this;
        }

        /**
         * Creates the store.
         *
         * @return an open store
         */
        public InMemoryIdempotencyStore build() {
            return new InMemoryIdempotencyStore(this);
        }
    }
}
