package io.github.dedupkit.rocksdb;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.KeySpace;
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
import org.jspecify.annotations.Nullable;
import org.rocksdb.WALRecoveryMode;

/**
 * An exact store on this machine's disk, for windows of a day or a month: RocksDB, with one column family for each slice of
 * event time.
 *
 * <p><b>Guarantees:</b> exact; scope one process, which holds a lock on the directory; one watermark for the whole store;
 * durability as chosen: {@link Durability}. While it is healthy nothing is lost and nothing admitted. What is missing or
 * damaged is refused with a number, or shortens the effective window in {@link #stats()}; it is never read as an empty
 * store.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; calls for one key are linearizable. {@link #close()} may come at
 * any time; it waits up to a minute for calls inside RocksDB, and frees nothing under a call that has not come back.
 *
 * <p><b>Cost:</b> a batch is a sorted look-up per slice and one write; a mark alone costs its own write. A new key is looked
 * for in each slice within reach, 6 at most, newest first: a filter in memory answers for each, and
 * a block is read for one new key in a hundred and slice. On the disk a key takes some 40 bytes until it is confirmed and 30
 * then, compressed with LZ4. Retention costs no writes: a slice that is over is dropped whole, so the disk holds up to a
 * fifth of W + L + S more than what is live, and a log of up to twice the memory budget. To drop one syncs the log once, on
 * a caller's thread.
 *
 * <p><b>Failure:</b> when the disk is full or fails, calls throw {@link StoreUnavailableException} and nothing is answered
 * that was not written. The store opens its directory again with a later call, a second apart, and goes on when that
 * succeeds; calls that had no answer are then undone. Memory of the process is not touched by a heap limit: the budget of
 * the builder bounds it.
 *
 * <p>Runs where {@code rocksdbjni} brings its library: Linux (glibc and musl), macOS and Windows on x86-64, Linux and macOS
 * on ARM 64, and some more. JDK 24 and later want {@code --enable-native-access=ALL-UNNAMED}.
 */
public final class RocksDbDeduplicationStore implements BackingStore {
    /** The longest processed position, in bytes. */
    public static final int MOST_POSITION_BYTES = 1 << 16;

    private static final long LEAST_MEMORY_BYTES = 8L << 20;
    private static final long DEFAULT_MEMORY_BYTES = 256L << 20;
    private static final BitSet NOTHING_PROVEN = new BitSet();

    private final Settings settings;
    private final Books books;
    private final Sessions sessions;

    /** What an acknowledged mark, confirm or forget survives. */
    public enum Durability {
        /** A power cut: each write waits for the disk, which calls that overlap do together. */
        SYNC,
        /** The death of the process: each write is handed to the operating system. */
        WAL,
        /**
         * Nothing for sure; for what can be rebuilt. Marks reach the disk as memory fills and with {@link #close()}. After
         * an unclean end, what is left is of one moment, and marks that were open are dropped: their forget may be missing.
         */
        NONE
    }

    private RocksDbDeduplicationStore(Builder builder) {
        settings = new Settings(
                builder.directory,
                builder.keySpace,
                builder.retention,
                builder.durability,
                builder.memoryBytes,
                builder.recovery,
                builder.clock);
        books = new Books(builder.listener);
        sessions = new Sessions(settings, new EventTime(builder.retention));
    }

    /**
     * Starts a store.
     *
     * @param directory where it is or will be; it is made if it does not exist, and nothing else may be in it
     * @param keySpace what makes its keys; a directory that was made with another is refused
     * @param retention how long it remembers; the same at every opening
     * @return a builder
     */
    public static Builder builder(Path directory, KeySpace keySpace, Retention retention) {
        return new Builder(directory, keySpace, retention);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        return mark(keyHigh, keyLow, timestamp, origin, NOTHING_PROVEN);
    }

    @Override
    public Verdict markNew(long keyHigh, long keyLow, long timestamp, long origin) {
        BitSet first = new BitSet(1);
        first.set(0);
        return mark(keyHigh, keyLow, timestamp, origin, first);
    }

    private Verdict mark(long keyHigh, long keyLow, long timestamp, long origin, BitSet provenNew) {
        EventBatch one = new EventBatch(1);
        one.add(keyHigh, keyLow, timestamp, origin);
        run(null, one, provenNew, null);
        return one.verdict(0);
    }

    @Override
    public void markSeen(EventBatch batch) {
        run(null, Objects.requireNonNull(batch, "batch"), NOTHING_PROVEN, null);
    }

    @Override
    public void markSeen(EventBatch batch, BitSet provenNew) {
        run(null, Objects.requireNonNull(batch, "batch"), Objects.requireNonNull(provenNew, "provenNew"), null);
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        EventBatch one = new EventBatch(1);
        one.add(keyHigh, keyLow, timestamp, origin);
        confirm(one);
    }

    @Override
    public void confirm(EventBatch batch) {
        run(Objects.requireNonNull(batch, "batch"), null, NOTHING_PROVEN, null);
    }

    @Override
    public void confirmAndMark(EventBatch done, EventBatch next) {
        requireTwo(done, next);
        run(done, next, NOTHING_PROVEN, null);
    }

    /**
     * Confirms one batch, marks another, and stores how far the input was processed, all in one write: the steady state of a
     * consumer that keeps its offsets here.
     *
     * <p>The position says that everything before it has taken effect. It is stored with the marks that follow it, so
     * after a crash a consumer that goes on from {@link #restoredPosition()} gets each later event again: what was confirmed is a
     * DUPLICATE, what was not is handed out again, by its origin. One thread gives positions; of two that do, the last
     * write stands.
     *
     * @param done the deliveries whose effect is done, confirmed first
     * @param next the deliveries to judge, the ones after the position
     * @param position up to {@value #MOST_POSITION_BYTES} bytes of the caller's own
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if both are the same batch, or the position is longer
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if the storage failed; repeating the call is safe
     */
    public void confirmAndMark(EventBatch done, EventBatch next, byte[] position) {
        requireTwo(done, next);
        Objects.requireNonNull(position, "position");
        if (position.length > MOST_POSITION_BYTES) {
            throw new IllegalArgumentException("position has " + position.length + " bytes; give up to "
                    + MOST_POSITION_BYTES + ", offsets and not events");
        }
        run(done, next, NOTHING_PROVEN, position.clone());
    }

    /**
     * The position that the directory held when it was opened.
     *
     * @return the bytes last given to {@link #confirmAndMark(EventBatch, EventBatch, byte[])}; empty if there are none
     */
    public Optional<byte[]> restoredPosition() {
        byte[] position = sessions.current().position;
        return Optional.ofNullable(position).map(byte[]::clone);
    }

    /**
     * How many acknowledged marks, confirms and forgets were missing when the directory was opened.
     *
     * @return 0, unless the store was opened with {@link Builder#acceptMissing()}, or after an unclean end without a log
     */
    public long missing() {
        return sessions.current().missing;
    }

    private static void requireTwo(EventBatch done, EventBatch next) {
        Objects.requireNonNull(done, "done");
        Objects.requireNonNull(next, "next");
        if (done == next) {
            throw new IllegalArgumentException("done and next are the same batch; alternate between two");
        }
    }

    private void run(
            @Nullable EventBatch done, @Nullable EventBatch next, BitSet provenNew, byte @Nullable [] position) {
        sessions.requireOpen();
        int unjudged = 0;
        for (int i = 0; next != null && i < next.size(); i++) {
            unjudged += next.verdict(i) == Verdict.UNJUDGED ? 1 : 0;
        }
        Books.Entry entry = new Books.Entry(unjudged);
        boolean refused = false;
        try {
            sessions.inside(open -> open.run(done, next, provenNew, position, entry));
        } catch (IllegalStateException closedMeanwhile) {
            refused = true;
            throw closedMeanwhile;
        } finally {
            if (unjudged > 0 && !refused) {
                books.enter(entry);
            }
        }
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        Books.requireOrigin(origin);
        EventBatch one = new EventBatch(1);
        one.add(keyHigh, keyLow, timestamp, origin);
        sessions.inside(open -> open.forget(one));
    }

    @Override
    public void forget(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        if (!batch.hasOnlyOrigins()) {
            Books.requireOrigin(0);
        }
        sessions.inside(open -> open.forget(batch));
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        Books.requireTimestamp(timestamp);
        boolean[] found = new boolean[1];
        sessions.inside(open -> found[0] = open.reads.mightContain(keyHigh, keyLow, timestamp));
        return found[0];
    }

    @Override
    public long watermark() {
        Session open = sessions.enter();
        try {
            return open.watermark();
        } finally {
            open.uses.exit();
        }
    }

    @Override
    public void scan(RecordVisitor visitor) {
        Objects.requireNonNull(visitor, "visitor");
        sessions.inside(open -> {
            if (!open.reads.scan(visitor)) {
                sessions.requireOpen();
                throw new StoreUnavailableException(
                        "a write failed while the scan ran, so the store opens its directory" + " again; scan again");
            }
        });
    }

    /**
     * Copies the store into a new directory, while it serves; calls wait meanwhile. Files are linked, not copied, if the
     * directory is on the same file system. The copy is opened like any store, or moved to where it is needed; marks that
     * were open are dropped then, as their forget may be missing from it, and copies of everything marked later are
     * admitted, which the effective window says.
     *
     * @param directory where the copy goes; must not exist
     * @throws IOException if the directory exists or cannot be written
     * @throws NullPointerException if the directory is null
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if the storage failed; what was written is no store and can be deleted
     */
    public void checkpoint(Path directory) throws IOException {
        Objects.requireNonNull(directory, "directory");
        Session open = sessions.enter();
        try {
            open.checkpoint(directory);
        } finally {
            open.uses.exit();
        }
    }

    @Override
    public Guarantees guarantees() {
        return Promises.of(settings.durability());
    }

    /**
     * The store's books and state at this moment.
     *
     * @return a snapshot; its bytes are memory: memtables, and the cache with blocks, filters and indexes. Its keys are an
     *     estimate after an unclean end, until the slices from before it are over
     * @throws IllegalStateException if the store is closed
     */
    @Override
    public StoreStats stats() {
        Session open = sessions.enter();
        try {
            return new StoreStats(
                    books.firstSeen.sum(),
                    books.replayed.sum(),
                    books.duplicates.sum(),
                    books.tooLate.sum(),
                    0,
                    books.thrown.sum(),
                    0,
                    open.keys(),
                    OptionalLong.of(open.memoryBytes()),
                    Duration.ofMillis(open.reads.effectiveWindowMillis()),
                    0);
        } finally {
            open.uses.exit();
        }
    }

    /**
     * What the store takes on the disk, without its log.
     *
     * @return bytes of its tables, those included that await their deletion
     * @throws IllegalStateException if the store is closed
     */
    public long diskBytes() {
        return sum("rocksdb.total-sst-files-size");
    }

    /**
     * Whether RocksDB holds writes back because compaction has fallen behind.
     *
     * @return true if it slows them down or stops them at this moment
     * @throws IllegalStateException if the store is closed
     */
    public boolean isStalled() {
        return sum("rocksdb.actual-delayed-write-rate") + sum("rocksdb.is-write-stopped") > 0;
    }

    private long sum(String property) {
        long[] sum = new long[1];
        sessions.inside(open -> sum[0] = open.sum(property));
        return sum[0];
    }

    @Override
    public void close() {
        sessions.close();
    }

    /** Ends as the death of the process would, for tests. */
    void die() {
        sessions.die();
    }

    /** Configures a {@link RocksDbDeduplicationStore}. Not thread-safe. */
    public static final class Builder {
        private final Path directory;
        private final KeySpace keySpace;
        private final Retention retention;
        private Durability durability = Durability.WAL;
        private long memoryBytes = DEFAULT_MEMORY_BYTES;
        private WALRecoveryMode recovery = WALRecoveryMode.TolerateCorruptedTailRecords;
        private InstantSource clock = InstantSource.system();
        private @Nullable DeduplicationListener listener;

        private Builder(Path directory, KeySpace keySpace, Retention retention) {
            this.directory = Objects.requireNonNull(directory, "directory").toAbsolutePath();
            this.keySpace = Objects.requireNonNull(keySpace, "keySpace");
            this.retention = Objects.requireNonNull(retention, "retention");
        }

        /**
         * Sets what an acknowledged mark survives; {@link Durability#WAL} unless set. It may differ from opening to opening.
         *
         * @param durability the choice
         * @return this builder
         */
        public Builder durability(Durability durability) {
            this.durability = Objects.requireNonNull(durability, "durability");
            return this;
        }

        /**
         * Sets the budget of memory outside the heap; 256 MiB unless set. Half of it may hold marks on their way to the disk;
         * the rest is for filters, which take 1.3 bytes a key and cost a read of the disk where they do not fit, and for blocks.
         *
         * @param bytes 8 MiB or more
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder memoryBytes(long bytes) {
            if (bytes < LEAST_MEMORY_BYTES) {
                throw new IllegalArgumentException("memoryBytes " + bytes + " is out of bounds; give "
                        + LEAST_MEMORY_BYTES + " or more, and 2 bytes for each key that is to be found fast");
            }
            memoryBytes = bytes;
            return this;
        }

        /**
         * Opens what is left of a store that has lost acknowledged writes, instead of refusing it: after damage, or with
         * {@link Durability#WAL} after a power cut. Copies of what is missing are admitted, and marks that were open are
         * dropped; {@link RocksDbDeduplicationStore#missing()} has the number, and the effective window is shorter until
         * the loss is over. What is behind the damage in the log is deleted.
         *
         * @return this builder
         */
        public Builder acceptMissing() {
            recovery = WALRecoveryMode.PointInTimeRecovery;
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
         * Opens the directory, or makes it. Reads the log that an unclean end has left: seconds per gigabyte.
         *
         * @return an open store
         * @throws CorruptSnapshotException if what is there is damaged, incomplete, of an unknown format, of another key space
         *     or no store
         * @throws IllegalArgumentException if it was made with another retention
         * @throws StoreUnavailableException if it is open already, here or in another process, or cannot be read or written
         */
        public RocksDbDeduplicationStore build() {
            return new RocksDbDeduplicationStore(this);
        }
    }
}
