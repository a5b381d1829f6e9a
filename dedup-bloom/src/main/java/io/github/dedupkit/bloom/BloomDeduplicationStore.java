package io.github.dedupkit.bloom;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.bloom.BloomPlan.WhenFull;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A ring of generations of Guava's Bloom filter on the heap of one process: the simple and well-known filter that forgets
 * by event time, made safe for threads and honest about its error. It keeps no origins: a mark is confirmed at once.
 *
 * <p><b>Guarantees:</b> approximate: a new key is told DUPLICATE with at most the probability that was asked for, per
 * look-up over all generations together, and that {@link #stats()} estimates for the present from the bits that are set.
 * Durability none (a restart forgets: copies are admitted); scope one process; one watermark for the whole store. While it
 * is healthy nothing is admitted. Beyond the expected keys it refuses new ones or, built with {@link
 * Builder#overfillWhenFull()}, goes on at a higher probability, which {@link #stats()} states.
 *
 * <p><b>Keys:</b> the filter's positions follow from the key by Murmur3, which has no secret. With a {@linkplain
 * io.github.dedupkit.KeySpace#keyed keyed} key space nobody who lacks its secret knows a key, so chosen ids are like any
 * others. With a trusted one, who can choose ids can choose keys: to suppress another's event, or to set more bits per
 * key than hashes do, so that all look-ups err more often than stated.
 *
 * <p><b>As a filter</b> in front of an exact store ({@link FilteredDeduplicationStore}) it loses nothing: a key that it takes
 * for a known one costs a look-up.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; calls for one key are linearizable. {@link #close()} may come at
 * any time.
 *
 * <p><b>Cost:</b> a look-up in one filter per tick of W, so take a coarse tick: W / 8 or so is usual for such rings, and the
 * default of W / 60 asks sixty. Each look-up hashes the key, for which Guava allocates some 200 bytes, and touches two cache
 * lines on average, or two dozen in the one that has the key. A batch saves nothing but calls. Memory follows the load: about 5
 * bytes per retained key at a probability of one in a million, up to twice that where the load is uneven. The first mark of a
 * tick allocates its filter, and one that begins a tick holds up all others for some microseconds.
 *
 * <p><b>Failure:</b> refused for lack of room, a mark throws {@link StoreUnavailableException} and is not recorded, but
 * time may have moved on with it; a batch ends at such an item, and what follows stays unjudged. Out of memory, the call
 * throws and the mark may or may not be recorded. A stack overflow inside a call can leave a lock behind, for which later
 * calls wait without end: keep recursion out of what calls the store.
 */
public final class BloomDeduplicationStore implements KeyFilter {
    /*
     * Design. Guava's put is k separate bit operations, so two threads that put one key can both be told that it is new, or
     * both that it is not. Here a mark holds its key's lock, of a few hundred that all keys share, from reading the
     * watermark to setting the last bit. A mark that takes the watermark to another tick holds all locks: nobody looks or
     * records while generations come and go. So a recorded mark is found until its generation has expired, and a look-up
     * never meets a generation that has expired under it.
     */
    private final Retention retention;
    private final InstantSource clock;
    private final Guarantees guarantees;
    private final Books books;
    private final Stripes stripes = new Stripes();

    /** Null when closed; written under every lock. */
    private volatile @Nullable Generations generations;

    private BloomDeduplicationStore(Builder builder, BloomPlan plan) {
        retention = builder.retention;
        clock = builder.clock;
        books = new Books(builder.listener);
        guarantees = guarantees(plan);
        generations = new Generations(retention, plan);
    }

    /**
     * Starts a store.
     *
     * @param retention how long it remembers; W + L + S must be at most 128 ticks, and each tick of W costs a look-up
     * @param expectedKeys the most keys to hold: rate x (W + L + one tick), 1 to 2^36, however they are spread over time
     * @return a builder
     * @throws IllegalArgumentException if expectedKeys is out of bounds or the retention has too many ticks
     */
    public static Builder builder(Retention retention, long expectedKeys) {
        return new Builder(retention, expectedKeys);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp) {
        requireTimestamp(timestamp);
        open();
        Books.Entry entry = new Books.Entry();
        int unanswered = 1;
        try {
            Verdict verdict = mark(keyHigh, keyLow, timestamp);
            entry.count(verdict);
            unanswered = 0;
            return verdict;
        } finally {
            books.enter(entry, unanswered);
        }
    }

    @Override
    public void markSeen(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        open();
        if (batch.hasOrigins()) {
            throw new IllegalArgumentException(
                    "the batch carries an origin, and this store keeps none; add its items with origin 0");
        }
        int unanswered = 0;
        for (int i = 0; i < batch.size(); i++) {
            unanswered += batch.verdict(i) == Verdict.UNJUDGED ? 1 : 0;
        }
        if (unanswered == 0) {
            return;
        }
        Books.Entry entry = new Books.Entry();
        try {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.verdict(i) == Verdict.UNJUDGED) {
                    Verdict verdict = mark(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i));
                    batch.judge(i, verdict);
                    entry.count(verdict);
                    unanswered--;
                }
            }
        } finally {
            books.enter(entry, unanswered);
        }
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        requireTimestamp(timestamp);
        open();
        DedupKey key = DedupKey.ofBits(keyHigh, keyLow);
        long now = clock.millis();
        Lock lock = stripes.of(keyLow);
        lock.lock();
        try {
            return open().mightContain(key, timestamp, now);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean record(long keyHigh, long keyLow, long timestamp) {
        requireTimestamp(timestamp);
        open();
        DedupKey key = DedupKey.ofBits(keyHigh, keyLow);
        long now = clock.millis();
        Lock lock = stripes.of(keyLow);
        lock.lock();
        try {
            Generations open = open();
            if (!open.recordBeginsTick(timestamp, now)) {
                return open.record(key, timestamp, now);
            }
        } finally {
            lock.unlock();
        }
        stripes.lockAll();
        try {
            return open().record(key, timestamp, now);
        } finally {
            stripes.unlockAll();
        }
    }

    private Verdict mark(long keyHigh, long keyLow, long timestamp) {
        DedupKey key = DedupKey.ofBits(keyHigh, keyLow);
        long now = clock.millis();
        Lock lock = stripes.of(keyLow);
        lock.lock();
        try {
            Generations open = open();
            if (!open.beginsTick(timestamp, now)) {
                return open.mark(key, timestamp, now);
            }
        } finally {
            lock.unlock();
        }
        stripes.lockAll();
        try {
            return open().mark(key, timestamp, now);
        } finally {
            stripes.unlockAll();
        }
    }

    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    /**
     * The store's books and state at this moment.
     *
     * @return a snapshot; its probability is that of a late event's look-up, which asks every generation
     * @throws IllegalStateException if the store is closed
     */
    @Override
    public StoreStats stats() {
        Lock lock = stripes.of(0); // any of them keeps the generations as they are
        lock.lock();
        try {
            Generations open = open();
            return new StoreStats(
                    books.firstSeen.sum(),
                    0,
                    books.duplicates.sum(),
                    books.tooLate.sum(),
                    0,
                    books.thrown.sum(),
                    0,
                    open.held(),
                    OptionalLong.of(open.bytes()),
                    Duration.ofMillis(retention.windowMillis()),
                    open.falseDuplicateProbability());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        stripes.lockAll();
        try {
            generations = null;
        } finally {
            stripes.unlockAll();
        }
    }

    private Generations open() {
        Generations open = generations;
        if (open == null) {
            throw new IllegalStateException("the store is closed");
        }
        return open;
    }

    private static void requireTimestamp(long timestamp) {
        if (timestamp < 0) {
            throw new IllegalArgumentException(
                    "timestamp " + timestamp + " is negative; give epoch milliseconds, 0 or more");
        }
    }

    private static Guarantees guarantees(BloomPlan plan) {
        String lost = "false duplicates at the stated probability";
        boolean refuses = plan.whenFull() == WhenFull.REFUSE;
        return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                .falseDuplicateProbability(plan.falseDuplicateProbability())
                .on(Condition.HEALTHY, lost, "0", "0")
                .on(Condition.PROCESS_CRASH, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, lost, "every live key once", "unconfirmed deliveries")
                .on(
                        Condition.OVER_CAPACITY,
                        refuses ? lost : "false duplicates at a higher probability, stated in the statistics",
                        refuses ? "0; marks are refused" : "0",
                        "0")
                .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "as when healthy, with a keyed key space", "0", "0")
                .build();
    }

    /** Configures a {@link BloomDeduplicationStore}. Not thread-safe. */
    public static final class Builder {
        private static final double ONE_IN_A_MILLION = 1e-6;

        private final Retention retention;
        private final long expectedKeys;
        private double falseDuplicateProbability = ONE_IN_A_MILLION;
        private WhenFull whenFull = WhenFull.REFUSE;
        private InstantSource clock = InstantSource.system();
        private @Nullable DeduplicationListener listener;

        private Builder(Retention retention, long expectedKeys) {
            this.retention = Objects.requireNonNull(retention, "retention");
            BloomPlan.requireTicks(retention);
            if (expectedKeys < 1 || expectedKeys > BloomPlan.MAX_KEYS) {
                throw new IllegalArgumentException("expectedKeys " + expectedKeys + " is out of bounds; give 1 to "
                        + BloomPlan.MAX_KEYS + ", the event rate x (window + lateness + tick)");
            }
            this.expectedKeys = expectedKeys;
        }

        /**
         * Sets the probability that a new key is told DUPLICATE, which is an event lost; one in a million unless set. A tenth
         * of it costs about 6 bits per key.
         *
         * @param probability the highest, with as many keys as expected, of a look-up over all generations; 1e-12 to 0.1
         * @return this builder
         * @throws IllegalArgumentException if the probability is out of bounds
         */
        public Builder falseDuplicateProbability(double probability) {
            if (!(probability >= BloomPlan.LEAST_PROBABILITY && probability <= BloomPlan.HIGHEST_PROBABILITY)) {
                throw new IllegalArgumentException("falseDuplicateProbability " + probability
                        + " is out of bounds; give " + BloomPlan.LEAST_PROBABILITY + " to "
                        + BloomPlan.HIGHEST_PROBABILITY);
            }
            falseDuplicateProbability = probability;
            return this;
        }

        /**
         * Lets the store record more keys than expected, at a higher probability of a false duplicate than the guarantees
         * state; unless set, it refuses them. {@link StoreStats#falseDuplicateProbability()} then states the higher figure:
         * alert on it. Memory stays bounded.
         *
         * @return this builder
         */
        public Builder overfillWhenFull() {
            whenFull = WhenFull.OVERFILL;
            return this;
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
         * @throws IllegalArgumentException if a filter would be longer than Guava's can be, or all of them could outgrow the
         *     heap: the message names the need, the limit and the remedy
         */
        public BloomDeduplicationStore build() {
            return new BloomDeduplicationStore(
                    this, BloomPlan.of(retention, expectedKeys, falseDuplicateProbability, whenFull));
        }
    }
}
