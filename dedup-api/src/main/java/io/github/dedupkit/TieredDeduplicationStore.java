package io.github.dedupkit;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A near tier in front of a far store: copies of what is confirmed are answered from this process's memory, everything else
 * by the far store, which decides alone what is new.
 *
 * <p><b>Guarantees:</b> the far store's durability, scope and atomicity. The near tier answers DUPLICATE or passes, and
 * remembers confirmed marks only, as the far store {@linkplain EventBatch#noteConfirmed notes} them: a store that notes
 * none gains nothing, and loses nothing. A near tier that is approximate adds its false duplicates. A copy that the far store
 * would call TOO_LATE may be a DUPLICATE, and a copy answered near moves no watermark. What the near tier drops or cannot
 * take costs a trip, nothing else.
 *
 * <p>A near tier that counts in ticks must be built with a window shorter than the far store's by one of its ticks: it may
 * recall a mark up to a tick beyond its window.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads, without a lock of its own; several tiers, in one process or many,
 * may stand before one far store. {@link #close()} closes both parts, and may come at any time.
 *
 * <p><b>Cost:</b> a look at the clock and one near look-up per mark; where that passes, a trip to the far store, and one
 * near {@code remember} where its answer rests on a confirmed mark. A batch is one pass over the near tier and at most one
 * trip. Calls for one event reach the far store as a batch of one. Allocates nothing of its own, unless more threads than
 * slots call at once.
 *
 * <p><b>Failure:</b> what the far store throws reaches the caller, and nothing is remembered. What the near tier throws is
 * counted in {@link #nearFailures()}, logged once, and costs a trip at most.
 */
public final class TieredDeduplicationStore implements ReplaySafeStore {
    /*
     * Design. The near tier holds facts that stay true: "key k has a confirmed mark at time t". A confirmed mark is never
     * taken back, so a fact is a witness (rule 2) for every delivery of k within the window of t, whatever has happened to
     * the far store's record since. That is why nothing here is ordered or locked: a fact may arrive late, after another
     * one, or never. An open mark is no such fact. It can be forgotten, here or in another process, and the next delivery
     * would be lost; to remember it safely, every call would hold its key's lock during the trip to the far store.
     *
     * The far store alone knows which record its answer rests on. FIRST_SEEN may be a replay of a mark made at another
     * time; a timestamp from the future is stored as that store's clock + S; a confirm may find somebody else's record. So
     * only what it notes is remembered, never what was asked.
     *
     * Near and far have clocks of their own, and hold timestamps ahead of them back (rule 4e). The near tier is neither asked
     * about nor told of a time ahead of its clock: then it holds nothing back, and compares plain numbers.
     *
     * A batch whose call failed may have left marks in the far store, and those without origin are confirmed: facts, which
     * another delivery may have brought to the near tier meanwhile. Submitted again, the batch must not find its own marks,
     * so it goes to the far store, which knows its retry token.
     */
    private static final Logger LOGGER = System.getLogger(TieredDeduplicationStore.class.getName());

    private final NearTier near;
    private final ReplaySafeStore far;
    private final InstantSource clock;
    private final @Nullable DeduplicationListener listener;
    private final Guarantees guarantees;
    private final SingleBatches singles = new SingleBatches();
    private final LongAdder recalled = new LongAdder();
    private final LongAdder nearFailures = new LongAdder();
    private final AtomicBoolean nearFailureLogged = new AtomicBoolean();
    private final AtomicBoolean listenerFailureLogged = new AtomicBoolean();
    private volatile boolean closed;

    private TieredDeduplicationStore(Builder builder) {
        near = builder.near;
        far = builder.far;
        clock = builder.clock;
        listener = builder.listener;
        guarantees = TierGuarantees.of(near.guarantees(), far.guarantees());
    }

    /**
     * Starts a store from its parts, which it closes when it is closed. Nothing else may be told to the near tier.
     *
     * @param near the memory in this process
     * @param far the store that decides
     * @return a builder
     */
    public static Builder builder(NearTier near, ReplaySafeStore far) {
        return new Builder(near, far);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        requireOpen();
        if (recalls(keyHigh, keyLow, timestamp, origin)) {
            enterRecalled(1);
            return Verdict.DUPLICATE;
        }
        EventBatch single = singles.take();
        try {
            single.add(keyHigh, keyLow, timestamp, origin);
            far.markSeen(single);
            remember(single);
            return single.verdict(0);
        } finally {
            singles.giveBack(single);
        }
    }

    @Override
    public void markSeen(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        recall(batch);
        if (batch.unjudged() > 0) {
            batch.inDoubt = true;
            far.markSeen(batch);
            batch.inDoubt = batch.unjudged() > 0;
            remember(batch);
        }
    }

    /** {@inheritDoc} True without a trip where the near tier knows a mark. */
    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        requireOpen();
        return recalls(keyHigh, keyLow, timestamp, 0) || far.mightContain(keyHigh, keyLow, timestamp);
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        requireOpen();
        EventBatch single = singles.take();
        try {
            single.add(keyHigh, keyLow, timestamp, origin);
            far.confirm(single);
            remember(single);
        } finally {
            singles.giveBack(single);
        }
    }

    @Override
    public void confirm(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        far.confirm(batch);
        remember(batch);
    }

    /** {@inheritDoc} The near tier knows of no mark that can be forgotten. */
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
        if (done == next) {
            throw new IllegalArgumentException("done and next are the same batch; alternate between two");
        }
        requireOpen();
        recall(next);
        if (next.unjudged() == 0) {
            confirm(done);
            return;
        }
        next.inDoubt = true;
        far.confirmAndMark(done, next);
        next.inDoubt = next.unjudged() > 0;
        remember(done);
        remember(next);
    }

    /** {@inheritDoc} The far store's; false duplicates may be either's. */
    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    /**
     * {@inheritDoc} The far store's, with the duplicates that the near tier answered; bytes are those of both. What the near
     * tier dropped is in its own. If that throws, the bytes are unknown and the probability is at least the promised one.
     */
    @Override
    public StoreStats stats() {
        requireOpen();
        StoreStats farStats = far.stats();
        OptionalLong bytes = OptionalLong.empty();
        double probability = Math.max(guarantees.falseDuplicateProbability(), farStats.falseDuplicateProbability());
        try {
            StoreStats nearStats = near.stats();
            if (farStats.bytes().isPresent() && nearStats.bytes().isPresent()) {
                bytes = OptionalLong.of(
                        farStats.bytes().getAsLong() + nearStats.bytes().getAsLong());
            }
            probability =
                    TierGuarantees.either(nearStats.falseDuplicateProbability(), farStats.falseDuplicateProbability());
        } catch (Throwable e) {
            nearFailed(e);
        }
        return new StoreStats(
                farStats.firstSeen(),
                farStats.replayed(),
                farStats.duplicates() + recalled(),
                farStats.tooLate(),
                farStats.failedOpen(),
                farStats.thrown(),
                farStats.evicted(),
                farStats.retainedKeys(),
                bytes,
                farStats.effectiveWindow(),
                probability);
    }

    /**
     * The marks that the near tier answered, each a trip saved. They are duplicates in {@link #stats()} too.
     *
     * @return the count since the store was built
     */
    public long recalled() {
        return recalled.sum();
    }

    /**
     * The calls of the near tier that threw, each at the cost of a trip at most.
     *
     * @return the count since the store was built
     */
    public long nearFailures() {
        return nearFailures.sum();
    }

    /** Closes the near tier, then the far store. */
    @Override
    public void close() {
        closed = true;
        try {
            near.close();
        } finally {
            far.close();
        }
    }

    private boolean recalls(long keyHigh, long keyLow, long timestamp, long origin) {
        if (timestamp < 0 || timestamp > clock.millis()) {
            return false;
        }
        try {
            return near.recall(keyHigh, keyLow, timestamp, origin);
        } catch (Throwable e) {
            nearFailed(e);
            return false;
        }
    }

    /** Judges what the near tier knows, unless the batch may find its own marks. */
    private void recall(EventBatch batch) {
        int asked = batch.unjudged();
        if (asked == 0 || batch.inDoubt) {
            return;
        }
        if (latest(batch) <= clock.millis()) {
            try {
                near.recall(batch);
            } catch (Throwable e) {
                nearFailed(e);
            }
        } else {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.verdict(i) == Verdict.UNJUDGED
                        && recalls(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i))) {
                    batch.judge(i, Verdict.DUPLICATE);
                }
            }
        }
        int answered = asked - batch.unjudged();
        if (answered > 0) {
            enterRecalled(answered);
        }
    }

    private static long latest(EventBatch batch) {
        long latest = 0;
        for (int i = 0; i < batch.size(); i++) {
            latest = Math.max(latest, batch.timestamp(i));
        }
        return latest;
    }

    /** Remembers what the far store has noted; that mark has its answer already, so nothing may fail here. */
    private void remember(EventBatch answered) {
        long now = Long.MIN_VALUE;
        for (int i = 0; i < answered.size(); i++) {
            long at = answered.confirmedAt(i);
            if (at < 0) {
                continue;
            }
            if (at > now) {
                now = clock.millis();
            }
            if (at <= now) {
                try {
                    near.remember(answered.keyHigh(i), answered.keyLow(i), at, 0);
                } catch (Throwable e) {
                    nearFailed(e);
                }
            }
        }
    }

    private void enterRecalled(int duplicates) {
        recalled.add(duplicates);
        DeduplicationListener observer = listener;
        if (observer != null) {
            try {
                observer.marked(0, 0, duplicates, 0, 0, 0);
            } catch (Throwable e) {
                if (listenerFailureLogged.compareAndSet(false, true)) {
                    LOGGER.log(Level.WARNING, "a DeduplicationListener threw; what it throws later is not logged", e);
                }
            }
        }
    }

    private void nearFailed(Throwable e) {
        if (closed) {
            return;
        }
        nearFailures.increment();
        if (nearFailureLogged.compareAndSet(false, true)) {
            LOGGER.log(
                    Level.WARNING,
                    "the near tier threw and the far store answers; what it throws later is counted, not logged",
                    e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    /** Configures a {@link TieredDeduplicationStore}. Not thread-safe. */
    public static final class Builder {
        private final NearTier near;
        private final ReplaySafeStore far;
        private InstantSource clock = InstantSource.system();
        private @Nullable DeduplicationListener listener;

        private Builder(NearTier near, ReplaySafeStore far) {
            this.near = Objects.requireNonNull(near, "near");
            this.far = Objects.requireNonNull(far, "far");
        }

        /**
         * Sets the clock, which must be the near tier's; the system's unless set. Times ahead of it are the far store's to
         * judge.
         *
         * @param clock the present time
         * @return this builder
         */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Sets the observer of what the near tier answers; none unless set. Give the far store the same one: it tells what
         * it answers itself, so a batch may be told in two calls.
         *
         * @param listener is called after each call or batch with duplicates answered near
         * @return this builder
         */
        public Builder listener(DeduplicationListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Creates the store.
         *
         * @return an open store
         */
        public TieredDeduplicationStore build() {
            return new TieredDeduplicationStore(this);
        }
    }
}
