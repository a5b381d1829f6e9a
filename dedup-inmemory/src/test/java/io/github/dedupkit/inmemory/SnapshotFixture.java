package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.DurableFixture;
import io.github.dedupkit.testkit.StoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fingerprint tables or filters that a restart takes through a snapshot: the last barrier was just before it. Marks carry no origin, so
 * none is open there. So the rules about restarts run against a store that keeps nothing by itself.
 */
final class SnapshotFixture implements DurableFixture {
    private final Opener opener;
    private final StoreConfig config;
    private final Path file;
    private @Nullable Snapshotting last;

    /** Opens a store, with what a snapshot holds if there is one. */
    interface Opener {
        DeduplicationStore open(StoreConfig config, @Nullable Path snapshot);
    }

    /** Of fingerprint tables. */
    SnapshotFixture(Width width, StoreConfig config, Path directory) {
        this((with, snapshot) -> open(width, with, snapshot), config, directory);
    }

    SnapshotFixture(Opener opener, StoreConfig config, Path directory) {
        this.opener = opener;
        this.config = config;
        try {
            file = Files.createTempDirectory(directory, "fixture").resolve("table.snapshot");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DeduplicationStore open(Width width, StoreConfig config, @Nullable Path snapshot) {
        FingerprintDeduplicationStore.Builder builder = FingerprintDeduplicationStore.builder(
                        config.retention(), config.expectedKeys())
                .clock(config.clock())
                .listener(config.listener());
        if (snapshot != null) {
            builder.restoreFrom(snapshot);
        }
        return width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
    }

    @Override
    public DeduplicationStore open() {
        save();
        Snapshotting opened = new Snapshotting(opener.open(config, Files.exists(file) ? file : null));
        last = opened;
        return opened;
    }

    @Override
    public void crash() {
        if (last != null) {
            last.close();
        }
    }

    /** Takes the snapshot of the store that has ended: late, because most are never opened again. */
    private void save() {
        if (last != null) {
            last.snapshot(file);
            last = null;
        }
    }

    @Override
    public void damage(long seed) {
        save();
        try {
            byte[] whole = Files.readAllBytes(file);
            whole[new SplittableRandom(seed).nextInt(whole.length)] ^= 0x10;
            Files.write(file, whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {}

    static Guarantees guarantees(double probability) {
        String lost = "false duplicates at the stated probability";
        return Guarantees.builder(Durability.POWER_CUT, Scope.PROCESS, Atomicity.STORE)
                .falseDuplicateProbability(probability)
                .on(Condition.HEALTHY, lost, "0", "0")
                .on(Condition.PROCESS_CRASH, lost, "0", "0")
                .on(Condition.POWER_CUT, lost, "0", "0")
                .on(Condition.FAILOVER, lost, "every live key once", "0")
                .on(Condition.OVER_CAPACITY, lost, "0; marks are refused", "0")
                .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, lost, "0", "0")
                .build();
    }

    /** A store that ends at a barrier, whose snapshot is taken when somebody asks for it. */
    private static final class Snapshotting implements DeduplicationStore {
        private final DeduplicationStore table;
        private final ReadWriteLock barrier = new ReentrantReadWriteLock();
        private boolean ended;

        Snapshotting(DeduplicationStore table) {
            this.table = table;
        }

        private <T> T whileOpen(Supplier<T> call) {
            barrier.readLock().lock();
            try {
                if (ended) {
                    throw new IllegalStateException("the store is closed");
                }
                return call.get();
            } finally {
                barrier.readLock().unlock();
            }
        }

        void snapshot(Path file) {
            try {
                if (table instanceof FingerprintNearTier wide) {
                    wide.snapshot(file, new byte[0]);
                } else if (table instanceof FingerprintFilterDeduplicationStore filter) {
                    filter.snapshot(file, new byte[0]);
                } else {
                    ((FingerprintDeduplicationStore) table).snapshot(file, new byte[0]);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            table.close();
        }

        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp) {
            return whileOpen(() -> table.markSeen(keyHigh, keyLow, timestamp));
        }

        @Override
        public void markSeen(EventBatch batch) {
            whileOpen(() -> {
                if (Objects.requireNonNull(batch, "batch").hasOrigins()) {
                    throw new IllegalArgumentException("the batch carries an origin, and this store keeps none");
                }
                table.markSeen(batch);
                return batch;
            });
        }

        @Override
        public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
            return whileOpen(() -> table.mightContain(keyHigh, keyLow, timestamp));
        }

        @Override
        public Guarantees guarantees() {
            return SnapshotFixture.guarantees(table.guarantees().falseDuplicateProbability());
        }

        @Override
        public StoreStats stats() {
            return whileOpen(table::stats);
        }

        @Override
        public void close() {
            barrier.writeLock().lock();
            try {
                ended = true;
            } finally {
                barrier.writeLock().unlock();
            }
        }
    }
}
