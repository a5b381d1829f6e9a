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
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table of timestamped fingerprints outside the heap of one process: about 11 bytes per key, whatever the ids' length.
 * {@link FingerprintNearTier} keeps origins too, and is built here as well.
 *
 * <p><b>Guarantees:</b> approximate: a new key is told DUPLICATE with the probability that {@link #guarantees()} states,
 * some 10<sup>-11</sup> at the planned size, and that {@link #stats()} gives for the present; durability none (a restart
 * forgets, but for what a {@linkplain #snapshot snapshot} brings back: copies are admitted); scope one process; one
 * watermark for the whole store. While it is healthy nothing is admitted. Beyond its capacity it grows, refuses, or drops
 * the oldest records, as it was built; what is dropped is counted and shortens the effective window in {@link #stats()}.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; calls for one key are linearizable. {@link #close()} may come at
 * any time; the memory returns once the closed store and the calls in progress are gone.
 *
 * <p><b>Cost:</b> one cache line of 64 bytes per mark, a second one for one mark in five or so; a batch overlaps the misses.
 * Nothing is allocated per mark, but 40 bytes when the watermark enters another tick, and some KiB on a thread's first
 * batch. When the watermark moves by a record's life, W + L + S, the call that moves it refreshes at most one line in 512
 * of each of four tables, and one more. A table that grows does so on a daemon thread of its own: a call allocates no
 * memory and splits no lines for it. Where a key finds no room although the table may grow, which is rare, the call
 * waits for that thread.
 *
 * <p><b>Failure:</b> refused for lack of room, a mark throws {@link StoreUnavailableException} and is not recorded, but
 * time has moved on with it; a batch ends at such an item, time may have moved on to the last of the 256 items around
 * it, and what follows stays unjudged. An error, a full stack or heap for example, leaves no lock behind. Keys must
 * come from a {@link io.github.dedupkit.KeySpace}: numbers that are no hashes crowd into few lines.
 */
public final class FingerprintDeduplicationStore implements DeduplicationStore {
    private static final long MAXIMUM_KEYS_BOUND = 1L << 36;

    private static final String ADMITTED_BY_TAG = "a copy of an unconfirmed mark, with a probability of 1 in 65,535";

    private final FingerprintTable table;
    private final Guarantees guarantees;

    private FingerprintDeduplicationStore(FingerprintTable table, Guarantees guarantees) {
        this.table = table;
        this.guarantees = guarantees;
    }

    /**
     * Starts a store.
     *
     * @param retention how long it remembers; W + L + S must be at most 236 ticks
     * @param expectedKeys the keys to make room for: rate x (W + L + one tick), 1 to 2^36; a table that does not grow may be
     *     full at a tenth more, so leave room for bursts
     * @return a builder
     * @throws IllegalArgumentException if expectedKeys is out of bounds or the retention has too many ticks
     */
    public static Builder builder(Retention retention, long expectedKeys) {
        return new Builder(retention, expectedKeys);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp) {
        return table.mark(keyHigh, keyLow, timestamp, 0);
    }

    @Override
    public void markSeen(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        table.open();
        if (batch.hasOrigins()) {
            throw new IllegalArgumentException("the batch carries an origin, and this store keeps none;"
                    + " add its items with origin 0, or build it with buildWide()");
        }
        table.mark(batch);
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        return table.mightContain(keyHigh, keyLow, timestamp);
    }

    /**
     * Replaces a file by a snapshot, at once and durably, at a barrier: when everything marked has taken effect, and
     * nothing is marked until this call returns. At any other moment a snapshot would hold marks of events that a crash
     * then keeps from taking effect: their redelivery would be lost. Batches under way, and marks made while this call
     * runs, are noticed and fail it, but for a single mark that began before it and is answered after it; whether the
     * effects are through only the caller knows.
     *
     * <p><b>Cost:</b> the table is copied line by line, and takes as much room in the file as in memory. An interrupt
     * ends it with {@link java.nio.channels.ClosedByInterruptException}. A store takes one snapshot at a time.
     *
     * @param file to replace, or to make, readable by its owner; a temporary file is made beside it
     * @param position what to restore with it, up to 65,536 bytes: how far the input was read, for example, and the
     *     check value of the key space
     * @throws IOException if the file cannot be written; it is as it was
     * @throws IllegalArgumentException if the position is longer
     * @throws IllegalStateException if marks were made meanwhile, or if the store is closed; the file is as it was
     * @see Builder#restoreFrom
     */
    public void snapshot(Path file, byte[] position) throws IOException {
        table.snapshot(Objects.requireNonNull(file, "file"), Objects.requireNonNull(position, "position"));
    }

    /**
     * The position that the snapshot was taken with. Events from there on are new to this store.
     *
     * @return a copy of it; empty if nothing was restored
     */
    public Optional<byte[]> restoredPosition() {
        return table.restoredPosition();
    }

    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    @Override
    public StoreStats stats() {
        return table.stats();
    }

    @Override
    public void close() {
        table.close();
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
        private @Nullable Path snapshot;

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
         * Lets the table grow, by doublings, a line at a time; unless set, it stays as planned. It begins with the
         * planned size, or with up to twice that, so that its last doubling ends at the maximum. Each doubling doubles
         * the probability of a false duplicate, so {@link Guarantees#falseDuplicateProbability()} is that of the
         * largest size.
         *
         * @param maximumBytes the most memory to take, in bytes; at least twice the planned size, or it does not grow. Kept
         *     to within a chunk, 1 MiB or a 4096th of the maximum, for each of four tables
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

        /**
         * Begins with what a snapshot holds; unless set, with an empty table. What was confirmed before the snapshot is a
         * duplicate again; all else is new, so a copy of it may be admitted, and no event is lost. Time goes on from the
         * snapshot's watermark.
         *
         * <p>The store must be built for the same retention and width. The table keeps its size, or grows from there
         * ({@link #maximumBytes}). Keys must come from the same key space, which fingerprints cannot tell.
         *
         * @param file a snapshot; it is read when the store is built
         * @return this builder
         */
        public Builder restoreFrom(Path file) {
            snapshot = Objects.requireNonNull(file, "file");
            return this;
        }

        /** Makes false duplicates frequent enough to be counted. For tests. */
        Builder fingerprintBits(int bits) {
            fingerprintBits = bits;
            return this;
        }

        /**
         * Creates a store that keeps no origins: about 11 bytes per key. A consumer that dies between the verdict and
         * the effect loses what was in flight, unless it marks after processing.
         *
         * @return an open store
         * @throws IllegalArgumentException if the memory planned exceeds maximumBytes, or what the JVM or the machine can give:
         *     the message names the need, the limit and the flag that sets it. Also if the snapshot to restore is missing,
         *     or of another retention, width or size
         * @throws io.github.dedupkit.CorruptSnapshotException if that snapshot is damaged, or of an unknown format
         * @throws java.io.UncheckedIOException if reading it fails
         */
        public FingerprintDeduplicationStore buildNarrow() {
            try (SnapshotReader reader = reader(Width.NARROW)) {
                TablePlan plan = plan(Width.NARROW, reader);
                return new FingerprintDeduplicationStore(table(plan, reader), guarantees(plan, "0"));
            }
        }

        /**
         * Creates a store that keeps a tag of 16 bits in place of each origin: about 19 bytes per key.
         *
         * @return an open store
         * @throws IllegalArgumentException as {@link #buildNarrow()} does
         * @throws io.github.dedupkit.CorruptSnapshotException as {@link #buildNarrow()} does
         * @throws java.io.UncheckedIOException as {@link #buildNarrow()} does
         */
        public FingerprintNearTier buildWide() {
            try (SnapshotReader reader = reader(Width.WIDE)) {
                TablePlan plan = plan(Width.WIDE, reader);
                return new FingerprintNearTier(table(plan, reader), guarantees(plan, ADMITTED_BY_TAG));
            }
        }

        private @Nullable SnapshotReader reader(Width width) {
            return snapshot == null ? null : new SnapshotReader(snapshot, width.contents, retention, fingerprintBits);
        }

        private FingerprintTable table(TablePlan plan, @Nullable SnapshotReader reader) {
            long planned = plan.plannedBytes();
            if (reader != null) {
                plan.requireRestorable(reader.file());
            } else if (maximumBytes != 0 && maximumBytes < planned) {
                throw new IllegalArgumentException("maximumBytes " + maximumBytes + " is less than the " + planned
                        + " bytes planned for " + expectedKeys + " keys; allow as much, or expect fewer keys");
            }
            return new FingerprintTable(retention, clock, listener, plan, reader);
        }

        private TablePlan plan(Width width, @Nullable SnapshotReader reader) {
            SnapshotHeader restored = reader == null ? null : reader.header();
            return new TablePlan(width, expectedKeys, maximumBytes, fingerprintBits, evicts, restored);
        }

        private static Guarantees guarantees(TablePlan plan, String admitted) {
            String lost = "false duplicates at the stated probability";
            return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                    .falseDuplicateProbability(plan.falseDuplicateProbability())
                    .on(Condition.HEALTHY, lost, admitted, "0")
                    .on(Condition.PROCESS_CRASH, lost, "every live key once", "unconfirmed deliveries")
                    .on(Condition.POWER_CUT, lost, "every live key once", "unconfirmed deliveries")
                    .on(Condition.FAILOVER, lost, "every live key once", "unconfirmed deliveries")
                    .on(
                            Condition.OVER_CAPACITY,
                            "false duplicates at up to 6 times the stated probability",
                            plan.evicts() ? "copies of the dropped records, counted" : "0; marks are refused",
                            "0")
                    .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE", "0")
                    .on(Condition.HOSTILE_KEYS, "as when healthy, with a keyed key space", admitted, "0")
                    .build();
        }
    }
}
