package io.github.dedupkit.inmemory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.github.dedupkit.BackingStore;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An exact store on the heap of one process, for windows under an hour.
 *
 * <p><b>Guarantees:</b> exact; durability none (a restart forgets: copies are admitted); scope one process; one watermark
 * for the whole store. While it is healthy nothing is lost and nothing admitted. {@code maximumKeys} is a fuse, not a
 * window: beyond it Caffeine drops records of its choice, recent ones first, so copies are admitted; each drop is counted
 * and shortens the effective window in {@link #stats()}. Size it a quarter above rate x (W + L).
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; calls for one key are linearizable. {@link #close()} may come at
 * any time.
 *
 * <p><b>Cost:</b> one hash-map computation per mark under the lock of a map bin, 168 bytes of heap per retained key (see
 * {@link StoreStats#bytes()}), and garbage on every mark: the key and Caffeine's own bookkeeping. A batch saves only ours.
 * Nothing blocks on I/O. {@link #stats()} removes expired records on the caller's thread.
 *
 * <p><b>Failure:</b> out of memory, the call throws and the mark may or may not be recorded. A stack overflow inside a call
 * can leave Caffeine's bookkeeping half done, and later calls of any key spinning in it: keep recursion out of what calls
 * the store.
 */
public final class CaffeineDeduplicationStore implements NearTier, BackingStore {
    /*
     * Design. A Caffeine map holds, by key, one immutable Mark (timestamp, origin). Every decision is one computation on
     * the key's entry, inside which the watermark is raised and read in one atomic step: that step orders the calls for
     * different keys, and the bin lock those for one key. Because L + S <= W, the newest mark of a key is enough to judge
     * any event that is not too late.
     *
     * The map's ticker is the watermark, so records expire as event time passes and a jump of any length is right at once.
     * Expiry only frees memory: a verdict rests on the timestamps. A record's end follows from its own timestamp, so a
     * duplicate does not put it off; Caffeine reads the ticker after the computation, and leaves an end unchanged that moves
     * by less than a second, so a record is kept for W + L and that second.
     *
     * Closing: a computation looks whether the store is closed while it holds the key's entry. The marks are removed one
     * key at a time after that, so no call finds a key gone that close() took away.
     *
     * Dropping by size raises the floor before the entry is gone: Caffeine calls the eviction listener inside the removal.
     */
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long NOTHING_DROPPED = Long.MIN_VALUE;
    private static final long MAXIMUM_KEYS_BOUND = 1L << 31;

    /** Never written. */
    private static final BitSet NONE_PROVEN = new BitSet(0);

    /** Heap per record of a full store, references compressed: measured by {@code CaffeineDeduplicationStoreTest}. */
    static final long BYTES_PER_RECORD = 168;

    private static final Guarantees GUARANTEES = Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
            .on(Condition.HEALTHY, "0", "0", "0")
            .on(Condition.PROCESS_CRASH, "0", "every live key once", "unconfirmed deliveries")
            .on(Condition.POWER_CUT, "0", "every live key once", "unconfirmed deliveries")
            .on(Condition.FAILOVER, "0", "every live key once", "unconfirmed deliveries")
            .on(Condition.OVER_CAPACITY, "0", "copies of the dropped records, counted", "0")
            .on(Condition.LATE_DATA, "0", "0; answered TOO_LATE", "0")
            .on(Condition.HOSTILE_KEYS, "0 with a keyed key space", "0", "0")
            .build();

    private final Retention retention;
    private final InstantSource clock;
    private final Books books;
    private final Cache<DedupKey, Mark> cache;
    private final ConcurrentMap<DedupKey, Mark> marks;
    private final AtomicLong watermark = new AtomicLong(Mark.NONE);
    private final AtomicLong floor = new AtomicLong(NOTHING_DROPPED);
    private volatile boolean closed;

    /** One decision: but for the first field, written by the computation on a key's entry and read by its caller. */
    private static final class Decision {
        boolean provenNew;
        Verdict verdict = Verdict.UNJUDGED;
        boolean replay;

        /** The confirmed record that it rests on, or that it made: its timestamp. */
        long confirmedAt = Mark.NONE;
    }

    private CaffeineDeduplicationStore(Builder builder) {
        retention = builder.retention;
        clock = builder.clock;
        books = new Books(builder.listener);
        cache = Caffeine.newBuilder()
                .maximumSize(builder.maximumKeys)
                .expireAfter(new Mark.End(retention))
                .ticker(this::watermarkNanos)
                .executor(Runnable::run)
                .evictionListener(this::evicted)
                .build();
        marks = cache.asMap();
    }

    /**
     * Starts a store.
     *
     * @param retention how long it remembers
     * @param maximumKeys the fuse: the most records it holds, 1 to 2^31; plan for a quarter more than rate x (W + L)
     * @return a builder
     * @throws IllegalArgumentException if maximumKeys is out of bounds
     */
    public static Builder builder(Retention retention, long maximumKeys) {
        return new Builder(retention, maximumKeys);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        return mark(keyHigh, keyLow, timestamp, origin, new Decision());
    }

    @Override
    public Verdict markNew(long keyHigh, long keyLow, long timestamp, long origin) {
        Decision decision = new Decision();
        decision.provenNew = true;
        return mark(keyHigh, keyLow, timestamp, origin, decision);
    }

    private Verdict mark(long keyHigh, long keyLow, long timestamp, long origin, Decision decision) {
        Books.requireTimestamp(timestamp);
        requireOpen();
        try {
            decide(keyHigh, keyLow, timestamp, origin, decision);
        } catch (Throwable e) {
            books.enter(0, 0, 0, 0, 1);
            throw e;
        }
        books.enter(decision.verdict, decision.replay);
        return decision.verdict;
    }

    @Override
    public void markSeen(EventBatch batch) {
        markSeen(batch, NONE_PROVEN);
    }

    @Override
    public void markSeen(EventBatch batch, BitSet provenNew) {
        Objects.requireNonNull(batch, "batch");
        Objects.requireNonNull(provenNew, "provenNew");
        requireOpen();
        int unanswered = 0;
        for (int i = 0; i < batch.size(); i++) {
            unanswered += batch.verdict(i) == Verdict.UNJUDGED ? 1 : 0;
        }
        if (unanswered == 0) {
            return;
        }
        MarkTally tally = new MarkTally();
        Decision decision = new Decision();
        try {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.verdict(i) != Verdict.UNJUDGED) {
                    continue;
                }
                decision.provenNew = provenNew.get(i);
                try {
                    decide(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i), decision);
                } finally { // a decision stands even if Caffeine failed after it: the mark may be recorded
                    batch.judge(i, decision.verdict);
                }
                note(batch, i, decision.confirmedAt);
                unanswered--;
                tally.count(decision.verdict, decision.replay);
            }
        } finally {
            books.enter(tally, unanswered);
        }
    }

    private static void note(EventBatch batch, int index, long confirmedAt) {
        if (confirmedAt >= 0) {
            batch.noteConfirmed(index, confirmedAt);
        }
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        Books.requireTimestamp(timestamp);
        requireOpen();
        Mark mark = marks.get(DedupKey.ofBits(keyHigh, keyLow));
        requireOpen();
        long at = clamp(timestamp);
        return isLate(at, watermark.get())
                || (mark != null && mark.isWithin(retention.windowMillis(), at))
                || at - retention.windowMillis() < floor.get();
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        requireOpen();
        if (origin != 0) {
            confirm(keyHigh, keyLow, origin);
        }
    }

    /** Confirms the key's mark if it has this origin; returns the mark that the key has then. */
    private @Nullable Mark confirm(long keyHigh, long keyLow, long origin) {
        return marks.computeIfPresent(
                DedupKey.ofBits(keyHigh, keyLow),
                (k, mark) -> mark.isReplayedBy(origin) ? new Mark(mark.timestamp(), 0) : mark);
    }

    @Override
    public void confirm(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        for (int i = 0; i < batch.size(); i++) {
            Mark mark = confirm(batch.keyHigh(i), batch.keyLow(i), batch.origin(i));
            note(batch, i, mark == null ? Mark.NONE : mark.confirmedAt());
        }
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        Books.requireOrigin(origin);
        requireOpen();
        marks.computeIfPresent(DedupKey.ofBits(keyHigh, keyLow), (k, mark) -> mark.origin() == origin ? null : mark);
    }

    @Override
    public boolean recall(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        requireOpen();
        Mark mark = marks.get(DedupKey.ofBits(keyHigh, keyLow));
        return mark != null && mark.isWithin(retention.windowMillis(), clamp(timestamp)) && !mark.isReplayedBy(origin);
    }

    @Override
    public void remember(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        requireOpen();
        marks.compute(DedupKey.ofBits(keyHigh, keyLow), (k, mark) -> {
            requireOpen();
            long now = present(watermark.get());
            long at = clamp(timestamp, now);
            watermark.accumulateAndGet(Math.min(at, now), Math::max);
            return new Mark(at, origin);
        });
    }

    @Override
    public long watermark() {
        requireOpen();
        return watermark.get();
    }

    @Override
    public void scan(RecordVisitor visitor) {
        Objects.requireNonNull(visitor, "visitor");
        requireOpen();
        marks.forEach((key, mark) -> {
            requireOpen();
            visitor.visit(key.high(), key.low(), mark.timestamp());
        });
        requireOpen(); // closing removes marks, so that nobody visits them
    }

    @Override
    public Guarantees guarantees() {
        return GUARANTEES;
    }

    @Override
    public StoreStats stats() {
        requireOpen();
        cache.cleanUp();
        long retained = cache.estimatedSize();
        return new StoreStats(
                books.firstSeen.sum(),
                books.replayed.sum(),
                books.duplicates.sum(),
                books.tooLate.sum(),
                0,
                books.thrown.sum(),
                books.evicted.sum(),
                retained,
                OptionalLong.of(retained * BYTES_PER_RECORD),
                Duration.ofMillis(effectiveWindowMillis()),
                0);
    }

    @Override
    public void close() {
        closed = true;
        cache.invalidateAll();
    }

    /** The decision on one mark: watermark first, then the key's record. */
    private void decide(long keyHigh, long keyLow, long timestamp, long origin, Decision decision) {
        decision.verdict = Verdict.UNJUDGED;
        decision.replay = false;
        decision.confirmedAt = Mark.NONE;
        marks.compute(DedupKey.ofBits(keyHigh, keyLow), (key, mark) -> {
            requireOpen();
            long highest = watermark.get();
            long at = timestamp;
            if (timestamp > highest) {
                long now = present(highest);
                at = clamp(timestamp, now);
                highest = watermark.accumulateAndGet(Math.min(at, now), Math::max);
            }
            if (isLate(at, highest)) {
                decision.verdict = Verdict.TOO_LATE;
                return mark;
            }
            if (mark == null || decision.provenNew || !mark.isWithin(retention.windowMillis(), at)) {
                decision.verdict = Verdict.FIRST_SEEN;
                Mark made = new Mark(at, origin);
                decision.confirmedAt = made.confirmedAt();
                return made;
            }
            decision.confirmedAt = mark.confirmedAt();
            decision.replay = mark.isReplayedBy(origin);
            decision.verdict = decision.replay ? Verdict.FIRST_SEEN : Verdict.DUPLICATE;
            return mark;
        });
    }

    private boolean isLate(long timestamp, long highest) {
        return timestamp < highest - retention.latenessMillis();
    }

    /** The timestamp as judged and stored: at most S ahead of the present, which is never behind the watermark (rule 4e). */
    private long clamp(long timestamp, long now) {
        return timestamp - now > retention.futureSkewMillis() ? now + retention.futureSkewMillis() : timestamp;
    }

    /** The clock's time, but never behind the watermark, nor before 1970. */
    private long present(long highest) {
        return Math.max(0, Math.max(clock.millis(), highest));
    }

    private long clamp(long timestamp) {
        long highest = watermark.get();
        return timestamp <= highest ? timestamp : clamp(timestamp, present(highest));
    }

    private long watermarkNanos() {
        long millis = Math.max(0, watermark.get());
        return millis > Long.MAX_VALUE / NANOS_PER_MILLI ? Long.MAX_VALUE : millis * NANOS_PER_MILLI;
    }

    private void evicted(@Nullable DedupKey key, @Nullable Mark mark, RemovalCause cause) {
        if (cause == RemovalCause.SIZE && mark != null) {
            long needlessFrom = mark.timestamp() + retention.windowMillis() + retention.latenessMillis();
            if (watermark.get() <= needlessFrom) {
                floor.accumulateAndGet(mark.timestamp() + 1, Math::max);
                books.enterEvicted(1);
            }
        }
    }

    /** What lies within it before any event that is not too late was not dropped. */
    private long effectiveWindowMillis() {
        long oldestInTime = watermark.get() - retention.latenessMillis();
        long dropped = floor.get();
        return dropped == NOTHING_DROPPED
                ? retention.windowMillis()
                : Math.max(0, Math.min(retention.windowMillis(), oldestInTime - dropped));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    /** Configures a {@link CaffeineDeduplicationStore}. Not thread-safe. */
    public static final class Builder {
        private final Retention retention;
        private final long maximumKeys;
        private InstantSource clock = InstantSource.system();
        private @Nullable DeduplicationListener listener;

        private Builder(Retention retention, long maximumKeys) {
            this.retention = Objects.requireNonNull(retention, "retention");
            if (maximumKeys < 1 || maximumKeys > MAXIMUM_KEYS_BOUND) {
                throw new IllegalArgumentException("maximumKeys " + maximumKeys + " is out of bounds; give 1 to "
                        + MAXIMUM_KEYS_BOUND + ", a quarter above the event rate x (window + lateness)");
            }
            this.maximumKeys = maximumKeys;
        }

        /**
         * Sets the clock that bounds timestamps; the system's unless set.
         *
         * @param clock the present time
         * @return this builder
         */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Sets the observer; none unless set.
         *
         * @param listener is called after each call or batch
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
        public CaffeineDeduplicationStore build() {
            return new CaffeineDeduplicationStore(this);
        }
    }
}
