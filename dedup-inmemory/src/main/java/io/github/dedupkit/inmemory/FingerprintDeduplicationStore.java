package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A table of timestamped fingerprints outside the heap of one process: about 11 bytes per key, whatever the ids' length.
 *
 * <p><b>Guarantees:</b> approximate: a new key is told DUPLICATE with the probability that {@link #guarantees()} states, some
 * 10<sup>-11</sup> at the planned size, and that {@link #stats()} gives for the present; durability none (a restart
 * forgets: copies are admitted); scope one process; one watermark for the whole store. While it is healthy nothing is
 * admitted. Beyond its capacity it grows, refuses, or drops the oldest records, as it was built; what is dropped is
 * counted and shortens the effective window in {@link #stats()}.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; calls for one key are linearizable. {@link #close()} may come at
 * any time; the memory returns once the closed store and the calls in progress are gone.
 *
 * <p><b>Cost:</b> one cache line of 64 bytes per mark, a second one for a few marks in a hundred; a batch overlaps the misses. Nothing
 * is allocated per mark. When the watermark moves by a record's life, W + L + S, a call refreshes at most a 480th of the lines;
 * while the table grows, one new key in 16 splits at most 64 lines of each of four tables, 16 on average. A key for which there is no room in spite of that, which is rare,
 * waits until lines enough are split.
 *
 * <p><b>Failure:</b> refused for lack of room, a mark throws {@link StoreUnavailableException} and is not recorded, but time has
 * moved on with it; a batch ends at such an item, and what follows it stays unjudged. A thread whose stack overflows inside a mark may leave a line locked, and later marks of it waiting. Keys must
 * come from a {@link io.github.dedupkit.KeySpace}: numbers that are no hashes crowd into few lines.
 */
public final class FingerprintDeduplicationStore implements DeduplicationStore {
    private static final long MAXIMUM_KEYS_BOUND = 1L << 36;

    /** One new record in this many looks whether the table should grow. */
    private static final int GROW_EVERY = 16;

    /** So many lines it splits then at most: what is due, and what others could not do. */
    private static final int MOST_SPLITS = 64;

    private final Retention retention;
    private final InstantSource clock;
    private final Books books;
    private final EventTime time;
    private final Guarantees guarantees;
    private final String capacity;
    private final boolean evicts;
    private volatile @Nullable LineTable table;

    private FingerprintDeduplicationStore(Builder builder) {
        retention = builder.retention;
        clock = builder.clock;
        books = new Books(builder.listener);
        Ages ages = Ages.of(retention);
        time = new EventTime(retention, ages, books.firstSeen::sum);
        TablePlan plan = builder.plan();
        table = plan.build(ages, time);
        guarantees = guarantees(plan);
        evicts = plan.evicts();
        capacity = "the table has reached its capacity: it was planned for " + builder.expectedKeys
                + " keys, and "
                + (plan.doublings() > 0 ? "may grow to " + builder.maximumBytes + " bytes" : "may not grow")
                + "; expect more keys, allow more with maximumBytes(...), or drop the oldest with evictOldestWhenFull()";
    }

    /**
     * Starts a store.
     *
     * @param retention how long it remembers; W + L + S must be at most 236 ticks
     * @param expectedKeys the keys to make room for: rate x (W + L + one tick), 1 to 2^36; a table that does not grow is full
     *     at about a third more
     * @return a builder
     * @throws IllegalArgumentException if expectedKeys is out of bounds or the retention has too many ticks
     */
    public static Builder builder(Retention retention, long expectedKeys) {
        return new Builder(retention, expectedKeys);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp) {
        Books.requireTimestamp(timestamp);
        LineTable open = open();
        int outcome;
        try {
            outcome = mark(open, keyHigh, keyLow, timestamp);
        } catch (Throwable e) {
            books.enter(0, 0, 0, 0, 1);
            throw e;
        }
        Verdict verdict = verdict(outcome);
        books.enter(verdict, false);
        if (outcome == LineTable.EVICTED) {
            books.enterEvicted(1);
        }
        if (verdict == Verdict.FIRST_SEEN && looksForGrowth(keyLow)) {
            open.grow(time.retained(), MOST_SPLITS);
        }
        return verdict;
    }

    @Override
    public void markSeen(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        LineTable open = open();
        if (batch.hasOrigins()) {
            throw new IllegalArgumentException("the batch carries an origin, and this store keeps none;"
                    + " add its items with origin 0, or take a ReplaySafeStore");
        }
        int unanswered = touch(open, batch);
        if (unanswered == 0) {
            return;
        }
        int first = 0;
        int entered = 0;
        int duplicate = 0;
        int late = 0;
        int evicted = 0;
        try {
            for (int i = 0; unanswered > 0; i++) {
                if (batch.verdict(i) != Verdict.UNJUDGED) {
                    continue;
                }
                int outcome = mark(open, batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i));
                Verdict verdict = verdict(outcome);
                batch.judge(i, verdict);
                unanswered--;
                first += verdict == Verdict.FIRST_SEEN ? 1 : 0;
                duplicate += outcome == LineTable.DUPLICATE ? 1 : 0;
                late += outcome == LineTable.TOO_LATE ? 1 : 0;
                evicted += outcome == LineTable.EVICTED ? 1 : 0;
                if (verdict == Verdict.FIRST_SEEN && looksForGrowth(batch.keyLow(i))) {
                    books.firstSeen.add(first - entered);
                    entered = first;
                    open.grow(time.retained(), MOST_SPLITS);
                }
            }
        } finally {
            books.firstSeen.add(first - entered);
            books.duplicates.add(duplicate);
            books.tooLate.add(late);
            books.thrown.add(unanswered);
            books.tell(first, 0, duplicate, late, unanswered);
            if (evicted > 0) {
                books.enterEvicted(evicted);
            }
        }
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        Books.requireTimestamp(timestamp);
        LineTable open = open();
        if (time.watermark() < 0) {
            return false;
        }
        long at = time.clamp(timestamp, clock.millis());
        return open.judge(keyHigh, keyLow, at, 0, false) != LineTable.FIRST_SEEN
                || at - retention.windowMillis() < open.evictedBefore();
    }

    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    @Override
    public StoreStats stats() {
        LineTable open = open();
        long retained = Math.min(time.retained(), open.bytes() / Line.BYTES * Line.RECORDS);
        return new StoreStats(
                books.firstSeen.sum(),
                0,
                books.duplicates.sum(),
                books.tooLate.sum(),
                0,
                books.thrown.sum(),
                books.evicted.sum(),
                retained,
                OptionalLong.of(open.bytes()),
                Duration.ofMillis(effectiveWindowMillis(open)),
                open.falseDuplicateProbability());
    }

    @Override
    public void close() {
        table = null;
    }

    /** Loads the lines of a batch, all at once as far as the processor can; returns the items to be judged. */
    private static int touch(LineTable open, EventBatch batch) {
        int unjudged = 0;
        long touched = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED) {
                touched |= open.touch(batch.keyHigh(i), batch.keyLow(i));
                unjudged++;
            }
        }
        if (touched == -1) {
            Thread.onSpinWait(); // keeps the loads alive
        }
        return unjudged;
    }

    /** Marks a key. If there is no room, the table grows until there is, by two doublings at most; if it may not, it refuses. */
    private int mark(LineTable open, long keyHigh, long keyLow, long timestamp) {
        long now = timestamp > time.watermark() ? clock.millis() : 0;
        try {
            boolean grows =
                    open.mayGrow(); // before the table is found full, or another thread may end its growth in between
            int outcome = open.judge(keyHigh, keyLow, timestamp, now, true);
            long most = evicts ? Long.MAX_VALUE : 2 * open.lines(); // what drops records never refuses
            long split = 0;
            while (outcome == LineTable.FULL && grows && split < most) {
                split += open.growNow(MOST_SPLITS);
                grows = open.mayGrow();
                outcome = open.judge(keyHigh, keyLow, timestamp, now, true);
            }
            if (outcome == LineTable.FULL) {
                throw new StoreUnavailableException(
                        open.isStarved()
                                ? capacity + "; the JVM had no memory for more, see -XX:MaxDirectMemorySize"
                                : capacity);
            }
            return outcome;
        } finally {
            open.sweep();
        }
    }

    /** Draws one new record in {@link #GROW_EVERY}. */
    private static boolean looksForGrowth(long keyLow) {
        return (keyLow & (GROW_EVERY - 1)) == 0;
    }

    private static Verdict verdict(int outcome) {
        return outcome == LineTable.DUPLICATE
                ? Verdict.DUPLICATE
                : outcome == LineTable.TOO_LATE ? Verdict.TOO_LATE : Verdict.FIRST_SEEN;
    }

    private long effectiveWindowMillis(LineTable open) {
        long oldestInTime = time.watermark() - retention.latenessMillis(); // first: what is dropped later is newer
        long evictedBefore = open.evictedBefore();
        return evictedBefore == Long.MIN_VALUE
                ? retention.windowMillis()
                : Math.max(0, Math.min(retention.windowMillis(), oldestInTime - evictedBefore));
    }

    private LineTable open() {
        LineTable open = table;
        if (open == null) {
            throw new IllegalStateException("the store is closed");
        }
        return open;
    }

    private static Guarantees guarantees(TablePlan plan) {
        String lost = "false duplicates at the stated probability";
        return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                .falseDuplicateProbability(plan.falseDuplicateProbability())
                .on(Condition.HEALTHY, lost, "0", "0")
                .on(Condition.PROCESS_CRASH, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, lost, "every live key once", "unconfirmed deliveries")
                .on(
                        Condition.OVER_CAPACITY,
                        "false duplicates at up to 6 times the stated probability",
                        plan.evicts() ? "copies of the dropped records, counted" : "0; marks are refused",
                        "0")
                .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "as when healthy, with a keyed key space", "0", "0")
                .build();
    }

    /** Configures a {@link FingerprintDeduplicationStore}. Not thread-safe. */
    public static final class Builder {
        private final Retention retention;
        private final long expectedKeys;
        private InstantSource clock = InstantSource.system();
        private @Nullable DeduplicationListener listener;
        private long maximumBytes;
        private boolean evicts;
        private int fingerprintBits = Line.FINGERPRINT_BITS;

        private Builder(Retention retention, long expectedKeys) {
            this.retention = Objects.requireNonNull(retention, "retention");
            Ages.of(retention);
            if (expectedKeys < 1 || expectedKeys > MAXIMUM_KEYS_BOUND) {
                throw new IllegalArgumentException("expectedKeys " + expectedKeys + " is out of bounds; give 1 to "
                        + MAXIMUM_KEYS_BOUND + ", the event rate x (window + lateness + tick)");
            }
            this.expectedKeys = expectedKeys;
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
         * Lets the table grow, by doublings, a line at a time; unless set, it stays as planned. It begins with the planned size,
         * or with up to twice that, so that its last doubling ends at the maximum. Each doubling doubles the probability of a
         * false duplicate, so {@link Guarantees#falseDuplicateProbability()} is that of the largest size.
         *
         * @param maximumBytes the most memory to take, in bytes; at least twice the planned size, or it does not grow. Kept to
         *     within 512 KiB for each of four tables
         * @return this builder
         * @throws IllegalArgumentException if maximumBytes is below 1
         */
        public Builder maximumBytes(long maximumBytes) {
            if (maximumBytes < 1) {
                throw new IllegalArgumentException(
                        "maximumBytes " + maximumBytes + " is out of bounds; give 1 or more");
            }
            this.maximumBytes = maximumBytes;
            return this;
        }

        /**
         * Lets a full table drop its oldest records; unless set, it refuses marks.
         *
         * @return this builder
         */
        public Builder evictOldestWhenFull() {
            evicts = true;
            return this;
        }

        /** Makes false duplicates frequent enough to be counted. For tests. */
        Builder fingerprintBits(int bits) {
            fingerprintBits = bits;
            return this;
        }

        /**
         * Creates a store that keeps no origins.
         *
         * @return an open store
         * @throws IllegalArgumentException if the memory planned exceeds maximumBytes, or what the JVM or the machine can give:
         *     the message names the need, the limit and the flag that sets it
         */
        public DeduplicationStore buildNarrow() {
            long planned = plan().plannedBytes();
            if (maximumBytes != 0 && maximumBytes < planned) {
                throw new IllegalArgumentException("maximumBytes " + maximumBytes + " is less than the " + planned
                        + " bytes planned for " + expectedKeys + " keys; allow as much, or expect fewer keys");
            }
            return new FingerprintDeduplicationStore(this);
        }

        private TablePlan plan() {
            return new TablePlan(expectedKeys, maximumBytes, fingerprintBits, evicts);
        }
    }
}
