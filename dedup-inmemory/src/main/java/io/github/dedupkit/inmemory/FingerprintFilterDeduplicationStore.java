package io.github.dedupkit.inmemory;

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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A filter that forgets by event time, outside the heap of one process: fingerprints of 16 to 32 bits in cache lines,
 * where a Bloom filter has bits all over. It keeps no origins: a mark is confirmed at once.
 *
 * <p><b>Guarantees:</b> approximate: a new key is told DUPLICATE with the probability that {@link #guarantees()} states, at
 * most the one that was asked for, and that {@link #stats()} gives for the present; durability none (a restart forgets:
 * copies are admitted); scope one process; one watermark for the whole store. While it is healthy nothing is admitted.
 * Beyond its capacity, a tenth above the expected keys, it refuses new ones.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; calls for one key are linearizable. {@link #close()} may come at
 * any time; the memory returns once the closed store and the calls in progress are gone.
 *
 * <p><b>Cost:</b> one cache line of 64 bytes per mark, a second one for one mark in six or so; a batch overlaps the misses.
 * Memory is taken at once: 26 bits per expected key for a probability of 4e-4, 30 for 1e-4, 37 for 1e-5, 42 for 1e-6. Nothing is
 * allocated per mark, but 40 bytes when the watermark enters another tick, and some KiB on a thread's first batch. When the
 * watermark moves by a record's life, W + L + S, the call that moves it refreshes at most one line in 512 of each of four
 * tables, and one more.
 *
 * <p><b>Failure:</b> refused for lack of room, a mark throws {@link StoreUnavailableException} and is not recorded, but
 * time has moved on with it; a batch ends at such an item, time may have moved on to the last of the 256 items around
 * it, and what follows stays unjudged. An error, a full stack or heap for example, leaves no lock behind. Keys must
 * come from a {@link io.github.dedupkit.KeySpace}: numbers that are no hashes crowd into few lines.
 */
public final class FingerprintFilterDeduplicationStore implements KeyFilter {
    private static final long MAXIMUM_KEYS_BOUND = 1L << 36;

    private final Retention retention;
    private final InstantSource clock;
    private final Guarantees guarantees;
    private final Books books;
    private final LongAdder recorded = new LongAdder();
    private final LongAdder renewed = new LongAdder();
    private final Barrier barrier;
    private final EventTime time;
    private final String capacity;
    private final byte @Nullable [] restoredPosition;
    private final ThreadLocal<FilterBlock> blocks = ThreadLocal.withInitial(FilterBlock::new);
    private volatile @Nullable FilterTable table;

    private FingerprintFilterDeduplicationStore(Builder builder, FilterPlan plan, @Nullable SnapshotReader snapshot) {
        retention = builder.retention;
        clock = builder.clock;
        guarantees = guarantees(plan);
        books = new Books(builder.listener);
        Ages ages = Ages.of(retention);
        barrier = new Barrier(() -> books.marks() + recorded.sum() + renewed.sum());
        time = new EventTime(retention, ages, () -> books.firstSeen.sum() + recorded.sum());
        if (snapshot != null) {
            time.restore(snapshot.header().time()); // first: the lines' ticks are numbered so
        }
        capacity = "the filter has reached its capacity: it was planned for " + plan.expectedKeys()
                + " keys, at a probability of " + plan.falseDuplicateProbability() + "; expect more keys";
        FilterTable made = plan.build(ages, time);
        if (snapshot != null) {
            snapshot.read(made);
        }
        restoredPosition = snapshot == null ? null : snapshot.header().position();
        table = made;
    }

    /**
     * Starts a store.
     *
     * @param retention how long it remembers; W + L + S may be 14 ticks, so choose a tick of W / 12 or so. Up to 28 ticks
     *     take longer fingerprints than the probability asks for: half as much memory again, or twice as much
     * @param expectedKeys the keys to make room for: rate x (W + L + one tick), 1 to 2^36; the filter may be full at a tenth
     *     more, so leave room for bursts
     * @return a builder
     * @throws IllegalArgumentException if expectedKeys is out of bounds
     */
    public static Builder builder(Retention retention, long expectedKeys) {
        return new Builder(retention, expectedKeys);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp) {
        Books.requireTimestamp(timestamp);
        FilterTable open = open();
        boolean raises = timestamp > time.watermark();
        Verdict verdict;
        try {
            long now = raises ? clock.millis() : 0;
            verdict = verdict(open.ask(FilterRequest.MARK, keyHigh, keyLow, open.lineOf(keyLow), timestamp, now));
        } catch (Throwable e) {
            books.enter(0, 0, 0, 0, 1);
            throw e;
        } finally {
            if (raises) {
                open.sweep();
            }
        }
        books.enter(verdict, false);
        return verdict;
    }

    @Override
    public void markSeen(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        FilterTable open = open();
        if (batch.hasOrigins()) {
            throw new IllegalArgumentException(
                    "the batch carries an origin, and this store keeps none; add its items with origin 0");
        }
        FilterBlock block = blocks.get();
        int answered = 0;
        block.tally.clear();
        barrier.batchBegins();
        try {
            for (int from = 0; from < batch.size(); from += Block.SIZE) {
                if (block.take(open, batch, from) > 0) {
                    mark(open, batch, block);
                }
                answered = block.to();
            }
        } finally {
            barrier.batchEnds();
            int unanswered = 0;
            for (int i = answered; i < batch.size(); i++) {
                unanswered += batch.verdict(i) == Verdict.UNJUDGED ? 1 : 0;
            }
            if (block.tally.calls() + unanswered > 0) {
                books.enter(block.tally, unanswered);
            }
        }
    }

    private void mark(FilterTable open, EventBatch batch, FilterBlock block) {
        if (time.raiseToLast(block.lowest(), block.highest(), clock)) {
            open.sweep();
        }
        for (int i = block.from(); i < block.to(); i++) {
            long line = block.line(i);
            if (line >= 0) {
                long timestamp = batch.timestamp(i);
                boolean raises = timestamp > time.watermark();
                long now = raises ? clock.millis() : 0;
                int outcome = open.ask(FilterRequest.MARK, batch.keyHigh(i), batch.keyLow(i), line, timestamp, now);
                batch.judge(i, verdict(outcome));
                block.tally.count(outcome);
                if (raises) {
                    open.sweep();
                }
            }
        }
    }

    private Verdict verdict(int outcome) {
        return switch (outcome) {
            case LineTable.FIRST_SEEN -> Verdict.FIRST_SEEN;
            case LineTable.DUPLICATE -> Verdict.DUPLICATE;
            case LineTable.TOO_LATE -> Verdict.TOO_LATE;
            default -> throw full();
        };
    }

    private StoreUnavailableException full() {
        return new StoreUnavailableException(capacity);
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        Books.requireTimestamp(timestamp);
        FilterTable open = open();
        if (time.watermark() < 0) {
            return false;
        }
        long at = time.clamp(timestamp, clock.millis());
        return open.ask(FilterRequest.LOOK, keyHigh, keyLow, open.lineOf(keyLow), at, 0) != LineTable.FIRST_SEEN;
    }

    @Override
    public boolean record(long keyHigh, long keyLow, long timestamp) {
        Books.requireTimestamp(timestamp);
        FilterTable open = open();
        return record(open, keyHigh, keyLow, open.lineOf(keyLow), timestamp);
    }

    @Override
    public void record(EventBatch batch, BitSet provenNew) {
        Objects.requireNonNull(batch, "batch");
        Objects.requireNonNull(provenNew, "provenNew");
        FilterTable open = open();
        FilterBlock block = blocks.get();
        barrier.batchBegins();
        try {
            for (int from = 0; from < batch.size(); from = block.to()) {
                block.take(open, batch, from);
                for (int i = block.from(); i < block.to(); i++) {
                    long line = block.line(i);
                    if (line >= 0 && record(open, batch.keyHigh(i), batch.keyLow(i), line, batch.timestamp(i))) {
                        provenNew.set(i);
                    }
                }
            }
        } finally {
            barrier.batchEnds();
        }
    }

    private boolean record(FilterTable open, long keyHigh, long keyLow, long line, long timestamp) {
        boolean raises = timestamp > time.watermark();
        // What is far ahead of the clock takes the watermark along: it is recorded under its own time.
        long now = raises ? Math.max(clock.millis(), timestamp - retention.futureSkewMillis()) : 0;
        int outcome;
        try {
            outcome = open.ask(FilterRequest.RECORD, keyHigh, keyLow, line, timestamp, now);
        } finally {
            if (raises) {
                open.sweep();
            }
        }
        if (outcome == LineTable.FULL) {
            throw full();
        }
        (outcome == LineTable.DUPLICATE ? renewed : recorded).increment();
        return outcome == LineTable.FIRST_SEEN;
    }

    /**
     * Replaces a file by a snapshot, at once and durably, at a barrier: when everything marked has taken effect, and
     * nothing is marked until this call returns. All that {@link FingerprintDeduplicationStore#snapshot} says holds here.
     *
     * @param file to replace, or to make, readable by its owner; a temporary file is made beside it
     * @param position what to restore with it, up to 65,536 bytes: how far the input was read, for example, and the
     *     check value of the key space
     * @throws IOException if the file cannot be written; it is as it was
     * @throws IllegalArgumentException if the position is longer
     * @throws IllegalStateException if marks were made meanwhile, or if the store is closed; the file is as it was
     * @see Builder#restoreFrom
     */
    public synchronized void snapshot(Path file, byte[] position) throws IOException {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(position, "position");
        barrier.snapshot(new SnapshotWriter(open(), time, retention), file, position);
    }

    /**
     * The position that the snapshot was taken with. Events from there on are new to this store.
     *
     * @return a copy of it; empty if nothing was restored
     */
    public Optional<byte[]> restoredPosition() {
        return Optional.ofNullable(restoredPosition).map(byte[]::clone);
    }

    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    @Override
    public StoreStats stats() {
        FilterTable open = open();
        return new StoreStats(
                books.firstSeen.sum(),
                0,
                books.duplicates.sum(),
                books.tooLate.sum(),
                0,
                books.thrown.sum(),
                0,
                Math.min(time.retained(), open.places()),
                OptionalLong.of(open.bytes()),
                Duration.ofMillis(retention.windowMillis()),
                open.falseDuplicateProbability());
    }

    @Override
    public void close() {
        table = null;
    }

    private FilterTable open() {
        FilterTable open = table;
        if (open == null) {
            throw new IllegalStateException("the store is closed");
        }
        return open;
    }

    private static Guarantees guarantees(FilterPlan plan) {
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
                        "0; marks are refused",
                        "0")
                .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "as when healthy, with a keyed key space", "0", "0")
                .build();
    }

    /** Configures a {@link FingerprintFilterDeduplicationStore}. Not thread-safe. */
    public static final class Builder {
        private static final double ONE_IN_A_MILLION = 1e-6;

        private final Retention retention;
        private final long expectedKeys;
        private double falseDuplicateProbability = ONE_IN_A_MILLION;
        private InstantSource clock = InstantSource.system();
        private @Nullable DeduplicationListener listener;
        private @Nullable Path snapshot;

        private Builder(Retention retention, long expectedKeys) {
            this.retention = Objects.requireNonNull(retention, "retention");
            if (expectedKeys < 1 || expectedKeys > MAXIMUM_KEYS_BOUND) {
                throw new IllegalArgumentException("expectedKeys " + expectedKeys + " is out of bounds; give 1 to "
                        + MAXIMUM_KEYS_BOUND + ", the event rate x (window + lateness + tick)");
            }
            this.expectedKeys = expectedKeys;
        }

        /**
         * Sets the probability that a new key is told DUPLICATE, which is an event lost; one in a million unless set. The
         * store takes the smallest layout that reaches it, of 16, 18, 21, 24 or 32 bits per fingerprint.
         *
         * @param probability the highest, with as many keys as expected; 5e-9 to 0.1
         * @return this builder
         * @throws IllegalArgumentException if the probability is out of bounds
         */
        public Builder falseDuplicateProbability(double probability) {
            if (!(probability >= FilterPlan.LEAST_PROBABILITY && probability <= FilterPlan.HIGHEST_PROBABILITY)) {
                throw new IllegalArgumentException("falseDuplicateProbability " + probability
                        + " is out of bounds; give " + FilterPlan.LEAST_PROBABILITY + " to "
                        + FilterPlan.HIGHEST_PROBABILITY
                        + ", or take a FingerprintDeduplicationStore, which is far below");
            }
            falseDuplicateProbability = probability;
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
         * Begins with what a snapshot holds; unless set, with an empty filter. What was marked before the snapshot is a
         * duplicate again; all else is new, so a copy of it may be admitted. Time goes on from the snapshot's watermark.
         *
         * <p>The store must be built for the same retention, as many keys and the same probability. Keys must come from the
         * same key space, which fingerprints cannot tell.
         *
         * @param file a snapshot; it is read when the store is built
         * @return this builder
         */
        public Builder restoreFrom(Path file) {
            snapshot = Objects.requireNonNull(file, "file");
            return this;
        }

        /**
         * Creates the store.
         *
         * @return an open store
         * @throws IllegalArgumentException if the retention has too many ticks for a filter of that probability: the message
         *     names the smallest tick that fits. Also if the JVM or the machine has no memory for it: the message names the
         *     need, the limit and the flag that sets it. Also if the snapshot to restore is missing, or of another store
         * @throws io.github.dedupkit.CorruptSnapshotException if that snapshot is damaged, or of an unknown format
         * @throws java.io.UncheckedIOException if reading it fails
         */
        public FingerprintFilterDeduplicationStore build() {
            FilterPlan plan = FilterPlan.of(retention, expectedKeys, falseDuplicateProbability);
            if (snapshot == null) {
                return new FingerprintFilterDeduplicationStore(this, plan, null);
            }
            int bits = plan.width().bits();
            try (SnapshotReader reader = new SnapshotReader(snapshot, SnapshotContents.FILTER, retention, bits)) {
                plan.requireRestorable(reader);
                return new FingerprintFilterDeduplicationStore(this, plan, reader);
            }
        }
    }
}
