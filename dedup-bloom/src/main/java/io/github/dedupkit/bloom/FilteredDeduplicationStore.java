package io.github.dedupkit.bloom;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;

/**
 * A filter in front of an exact store: a key that the filter proves to be new is written without a look-up, any other is
 * looked up. The verdicts are those of the exact store.
 *
 * <p><b>Guarantees:</b> the backing store's, all of them. The filter never decides; what it takes for known costs a look-up.
 *
 * <p><b>One writer:</b> this store owns the backing store, which must be one for one process: every mark has to pass the filter.
 * What the backing store held before is looked up, as everything else is, until {@link #warm()} has shown it to the filter, or
 * until event time has passed it by W + S.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads. A call holds the lock of its key, of a few hundred that all keys share,
 * until the backing store has answered, and a batch those of all its keys: batches of hundreds take turns. {@link #close()}
 * closes both parts, and may come at any time. A listener of the backing store is called inside, and must not mark here.
 *
 * <p><b>Cost:</b> a look at the clock and one call of the filter per mark. A batch is one call of the filter and one of the
 * backing store, with three bit sets allocated. Give the filter room for as many keys as the backing store has, and an overfilled
 * one rather than one that refuses. A batch with timestamps more than S ahead of the clock is copied.
 *
 * <p><b>Failure:</b> what the backing store throws reaches the caller. What the filter throws is counted in {@link
 * #filterStats()}, logged once, and costs look-ups: it has missed a mark, so nothing is proven of what is stamped up to W later.
 */
public final class FilteredDeduplicationStore implements ReplaySafeStore {
    /*
     * Design. Why a blind write never meets a record of its key within W:
     *
     * 1. The filter is told of a mark before the backing store is, whatever becomes of it there, under a lock that keeps other
     *    calls for the key away until both are done. So at each look at the filter it knows of every mark made here.
     * 2. What it was not told of was stored at blindUpTo or before: what was there at the start, and marks with which it failed.
     *    An event is not proven new if such a record can be within W of it.
     * 3. The filter is told of time t; the backing store is told of t too, and stores it there or, by its own clock, earlier.
     *    Earlier does no harm. An event that the earlier record is within W of, and t is not, is stamped before t - W. The
     *    filter's watermark is t - S or more, and L + S <= W: it calls that event late and proves nothing.
     * 4. What a filter calls late it does not prove, and what it drops is within W of late events only. So the two watermarks
     *    need not agree, and each may move without the other.
     *
     * The time that both are told of is the event's, unless it is more than S ahead of the clock: then it is held back here.
     * Else the filter's watermark would go where the stamp says, and prove nothing until time has come there.
     */
    private static final Logger LOGGER = System.getLogger(FilteredDeduplicationStore.class.getName());
    private static final long NOTHING = Long.MIN_VALUE;

    /** What is known of a key before the backing store is told of it. */
    private enum Proof {
        /** It is new: the filter knows no mark of it, and knows all. */
        NEW,
        /** The filter knows no mark of it, and may have missed one. */
        BLIND,
        NONE
    }

    private final KeyFilter filter;
    private final BackingStore backing;
    private final TimeBound timeBound;
    private final long windowMillis;
    private final Stripes stripes = new Stripes();

    /** The latest time of a record that was there at the start; {@link #NOTHING} when warm. */
    private volatile long coldUpTo;

    /** The latest time of a mark that the filter failed to record. */
    private final AtomicLong missedUpTo = new AtomicLong(NOTHING);

    private final long firstSeenBefore;
    private final LongAdder saved = new LongAdder();
    private final LongAdder blind = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicBoolean failureLogged = new AtomicBoolean();
    private volatile boolean closed;

    private FilteredDeduplicationStore(Builder builder) {
        filter = builder.filter;
        backing = builder.backing;
        windowMillis = builder.retention.windowMillis();
        long skew = builder.retention.futureSkewMillis();
        timeBound = new TimeBound(builder.clock, skew, backing);
        long watermark = backing.watermark();
        coldUpTo = watermark < 0 ? NOTHING : Math.min(watermark, Long.MAX_VALUE - skew) + skew;
        firstSeenBefore = backing.stats().firstSeen();
    }

    /**
     * Starts a store from its parts, which it closes when it is closed. Nothing else may mark in either.
     *
     * @param retention the backing store's
     * @param filter a filter with nothing in it, with a window not shorter
     * @param backing the exact store
     * @return a builder
     * @throws IllegalArgumentException if other processes share the backing store, or a window is too short or too long
     */
    public static Builder builder(Retention retention, KeyFilter filter, BackingStore backing) {
        return new Builder(retention, filter, backing);
    }

    /**
     * Shows the filter what the backing store holds, so that it proves keys to be new at once, not only when event time has
     * passed W + S. Takes as long as a scan; others may use the store meanwhile. Needless if the store began empty.
     *
     * @throws IllegalStateException if the store is closed, or is closed meanwhile
     * @throws StoreUnavailableException if the backing store cannot be read, or the filter has no room: nothing is worse than
     *     before, and the call may be repeated
     */
    public void warm() {
        requireOpen();
        backing.scan(filter::record);
        coldUpTo = NOTHING;
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        requireTimestamp(timestamp);
        requireOpen();
        long at = timeBound.of(timestamp);
        Lock lock = stripes.of(keyLow);
        lock.lock();
        try {
            Proof proof = proof(keyHigh, keyLow, at);
            Verdict verdict = proof == Proof.NEW
                    ? backing.markNew(keyHigh, keyLow, at, origin)
                    : backing.markSeen(keyHigh, keyLow, at, origin);
            if (verdict == Verdict.FIRST_SEEN && proof != Proof.NONE) {
                (proof == Proof.NEW ? saved : blind).increment();
            }
            return verdict;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void markSeen(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        EventBatch asked = timeBound.of(batch);
        BitSet locks = Stripes.of(asked);
        BitSet provenNew = new BitSet(asked.size());
        BitSet provenBlindly = new BitSet();
        stripes.lock(locks);
        try {
            prove(asked, provenNew, provenBlindly);
            backing.markSeen(asked, provenNew);
        } finally {
            stripes.unlock(locks);
            saved.add(firstSeen(asked, provenNew));
            blind.add(firstSeen(asked, provenBlindly));
            if (asked != batch) {
                TimeBound.passAnswers(asked, batch);
            }
        }
    }

    /** Tells the filter of a mark; returns what it proves. */
    private Proof proof(long keyHigh, long keyLow, long at) {
        long blindUpTo = blindUpTo();
        try {
            if (!filter.record(keyHigh, keyLow, at)) {
                return Proof.NONE;
            }
        } catch (Throwable e) {
            filterFailed(e, at);
            return Proof.NONE;
        }
        return isBlind(at, blindUpTo) ? Proof.BLIND : Proof.NEW;
    }

    /** Tells the filter of a batch's marks; sets the bits of those that it proves to be new. */
    private void prove(EventBatch batch, BitSet provenNew, BitSet provenBlindly) {
        long blindUpTo = blindUpTo();
        try {
            filter.record(batch, provenNew);
        } catch (Throwable e) {
            provenNew.clear();
            filterFailed(e, TimeBound.latest(batch));
        }
        for (int i = provenNew.nextSetBit(0); i >= 0; i = provenNew.nextSetBit(i + 1)) {
            if (isBlind(batch.timestamp(i), blindUpTo)) {
                provenBlindly.set(i);
            }
        }
        provenNew.andNot(provenBlindly);
    }

    /** Must be read before the filter is asked: it may be made warm in between. */
    private long blindUpTo() {
        return Math.max(coldUpTo, missedUpTo.get());
    }

    /** Whether there may be a record within W of a timestamp that the filter was not told of. */
    private boolean isBlind(long at, long blindUpTo) {
        return at - windowMillis <= blindUpTo;
    }

    private static int firstSeen(EventBatch batch, BitSet provenNew) {
        int count = 0;
        for (int i = provenNew.nextSetBit(0); i >= 0; i = provenNew.nextSetBit(i + 1)) {
            count += batch.verdict(i) == Verdict.FIRST_SEEN ? 1 : 0;
        }
        return count;
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        requireOpen();
        return backing.mightContain(keyHigh, keyLow, timestamp);
    }

    // Confirm and forget make no record, so the filter need not know. They hold the key's lock because a store may
    // write
    // blindly what they read and write back.

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        requireOpen();
        Lock lock = stripes.of(keyLow);
        lock.lock();
        try {
            backing.confirm(keyHigh, keyLow, timestamp, origin);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void confirm(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        BitSet locks = Stripes.of(batch);
        stripes.lock(locks);
        try {
            backing.confirm(batch);
        } finally {
            stripes.unlock(locks);
        }
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        requireOpen();
        Lock lock = stripes.of(keyLow);
        lock.lock();
        try {
            backing.forget(keyHigh, keyLow, timestamp, origin);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void forget(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        BitSet locks = Stripes.of(batch);
        stripes.lock(locks);
        try {
            backing.forget(batch);
        } finally {
            stripes.unlock(locks);
        }
    }

    @Override
    public Guarantees guarantees() {
        return backing.guarantees();
    }

    /**
     * The backing store's books and state; bytes are those of both.
     *
     * @return a snapshot
     * @throws IllegalStateException if the store is closed
     */
    @Override
    public StoreStats stats() {
        requireOpen();
        StoreStats stats = backing.stats();
        OptionalLong ofFilter = filter.stats().bytes();
        OptionalLong bytes = stats.bytes().isPresent() && ofFilter.isPresent()
                ? OptionalLong.of(stats.bytes().getAsLong() + ofFilter.getAsLong())
                : OptionalLong.empty();
        return new StoreStats(
                stats.firstSeen(),
                stats.replayed(),
                stats.duplicates(),
                stats.tooLate(),
                stats.failedOpen(),
                stats.thrown(),
                stats.evicted(),
                stats.retainedKeys(),
                bytes,
                stats.effectiveWindow(),
                stats.falseDuplicateProbability());
    }

    /**
     * What the filter saves.
     *
     * @return a snapshot
     * @throws IllegalStateException if the store is closed
     */
    public FilterStats filterStats() {
        requireOpen();
        long written = saved.sum();
        long needless = backing.stats().firstSeen() - firstSeenBefore - written;
        long blindUpTo = blindUpTo();
        long provesAfter =
                blindUpTo == NOTHING ? -1 : Math.min(blindUpTo, Long.MAX_VALUE - windowMillis) + windowMillis;
        return new FilterStats(written, Math.max(0, needless), blind.sum(), failures.sum(), provesAfter);
    }

    /** Closes the filter, then the backing store. */
    @Override
    public void close() {
        closed = true;
        try {
            filter.close();
        } finally {
            backing.close();
        }
    }

    private void filterFailed(Throwable e, long at) {
        missedUpTo.accumulateAndGet(at, Math::max);
        if (closed) {
            return;
        }
        failures.increment();
        if (failureLogged.compareAndSet(false, true)) {
            LOGGER.log(
                    Level.WARNING,
                    "the filter threw, so marks are looked up for a window; what it throws later is counted, not logged",
                    e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    private static void requireTimestamp(long timestamp) {
        if (timestamp < 0) {
            throw new IllegalArgumentException(
                    "timestamp " + timestamp + " is negative; give epoch milliseconds, 0 or more");
        }
    }

    /** Configures a {@link FilteredDeduplicationStore}. Not thread-safe. */
    public static final class Builder {
        private final Retention retention;
        private final KeyFilter filter;
        private final BackingStore backing;
        private InstantSource clock = InstantSource.system();

        private Builder(Retention retention, KeyFilter filter, BackingStore backing) {
            this.retention = Objects.requireNonNull(retention, "retention");
            this.filter = Objects.requireNonNull(filter, "filter");
            this.backing = Objects.requireNonNull(backing, "backing");
            if (backing.guarantees().scope() == Scope.SHARED) {
                throw new IllegalArgumentException(
                        "the backing store's scope is SHARED: others mark in it, of which the"
                                + " filter hears nothing; put a TieredDeduplicationStore in front of it, or use it as it is");
            }
            long window = retention.windowMillis();
            long filtered = filter.stats().effectiveWindow().toMillis();
            if (filtered < window) {
                throw new IllegalArgumentException("the filter remembers " + filtered + " ms, and the window is "
                        + window + " ms; build the filter with the same retention, and without eviction");
            }
            long remembered = backing.stats().effectiveWindow().toMillis();
            if (remembered > window) {
                throw new IllegalArgumentException(
                        "the backing store remembers " + remembered + " ms, and the window is " + window
                                + " ms; give the retention that the backing store was built with");
            }
        }

        /**
         * Sets the clock, which must be the backing store's; the system's unless set.
         *
         * @param clock the present time
         * @return this builder
         */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Creates the store.
         *
         * @return an open store
         */
        public FilteredDeduplicationStore build() {
            return new FilteredDeduplicationStore(this);
        }
    }
}
