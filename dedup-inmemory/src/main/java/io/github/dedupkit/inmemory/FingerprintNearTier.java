package io.github.dedupkit.inmemory;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The fingerprint table that keeps origins: about 19 bytes per key, whatever the ids' length. Built by {@link
 * FingerprintDeduplicationStore.Builder#buildWide()}.
 *
 * <p><b>Guarantees:</b> those of {@link FingerprintDeduplicationStore}, and it tells a redelivery from a copy. An origin is
 * kept as a tag of 16 bits: while a mark is not confirmed, a copy with another origin is taken for its redelivery, and
 * admitted, with a probability of 1 in 65,535. As a near tier that refuses or drops marks for lack of room, it forgets what
 * it cannot remember, and {@link #stats()} shows that in the effective window. A {@linkplain #snapshot(Path) snapshot}
 * brings confirmed marks back after a restart.
 *
 * <p><b>Thread-safety, cost, failure:</b> as there. A confirm or forget touches the line of its key, as a mark does; in
 * batches, they overlap the misses too.
 */
public final class FingerprintNearTier implements NearTier {
    private final FingerprintTable table;
    private final Guarantees guarantees;

    /** Whether a mark without origin was made, which counts as confirmed before it has taken effect. */
    private volatile boolean needsBarrier;

    FingerprintNearTier(FingerprintTable table, Guarantees guarantees) {
        this.table = table;
        this.guarantees = guarantees;
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        note(origin != 0);
        return table.mark(keyHigh, keyLow, timestamp, FingerprintTable.tag(origin));
    }

    @Override
    public void markSeen(EventBatch batch) {
        note(Objects.requireNonNull(batch, "batch").hasOnlyOrigins());
        table.mark(batch);
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        table.open();
        if (origin != 0) {
            table.end(Request.CONFIRM, keyHigh, keyLow, FingerprintTable.tag(origin));
        }
    }

    @Override
    public void confirm(EventBatch batch) {
        table.end(Request.CONFIRM, Objects.requireNonNull(batch, "batch"));
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        Books.requireOrigin(origin);
        table.end(Request.FORGET, keyHigh, keyLow, FingerprintTable.tag(origin));
    }

    @Override
    public void forget(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        if (!batch.hasOnlyOrigins()) {
            NearTier.super.forget(batch); // which refuses it
        }
        table.end(Request.FORGET, batch);
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        return table.mightContain(keyHigh, keyLow, timestamp);
    }

    @Override
    public boolean recall(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        return table.recall(keyHigh, keyLow, timestamp, FingerprintTable.tag(origin));
    }

    @Override
    public void recall(EventBatch batch) {
        table.recall(Objects.requireNonNull(batch, "batch"));
    }

    @Override
    public void remember(long keyHigh, long keyLow, long timestamp, long origin) {
        Books.requireTimestamp(timestamp);
        note(origin != 0);
        table.remember(keyHigh, keyLow, timestamp, FingerprintTable.tag(origin));
    }

    @Override
    public void remember(EventBatch batch) {
        note(Objects.requireNonNull(batch, "batch").hasOnlyOrigins());
        table.remember(batch);
    }

    /**
     * Replaces a file by a snapshot, at once and durably, while the store serves. It holds every mark that was confirmed
     * when the call began. Open marks are left out: they may be forgotten later, which the file would not know.
     *
     * <p>Refused once a mark without origin was asked for, or {@link #remember} was told of one: it counts as confirmed before
     * it has taken effect, and a crash in between would lose the event. What a snapshot brought back is no such mark.
     *
     * <p><b>Cost:</b> as {@link FingerprintDeduplicationStore#snapshot}. Each line is locked while it is copied.
     *
     * @param file to replace, or to make, readable by its owner; a temporary file is made beside it
     * @throws IOException if the file cannot be written; it is as it was
     * @throws IllegalStateException if a mark without origin was asked for, if event time moved by more than 262,144 ticks
     *     meanwhile, or if the store is closed; the file is as it was
     * @see FingerprintDeduplicationStore.Builder#restoreFrom
     */
    public void snapshot(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        requireOrigins();
        table.snapshot(file, this::requireOrigins);
    }

    /**
     * Replaces a file by a snapshot at a barrier, as {@link FingerprintDeduplicationStore#snapshot} does. Open marks are
     * left out, as in {@link #snapshot(Path)}.
     *
     * @param file to replace, or to make, readable by its owner; a temporary file is made beside it
     * @param position what to restore with it, up to 65,536 bytes: how far the input was read, for example
     * @throws IOException if the file cannot be written; it is as it was
     * @throws IllegalArgumentException if the position is longer
     * @throws IllegalStateException if marks were made meanwhile, or if the store is closed; the file is as it was
     */
    public void snapshot(Path file, byte[] position) throws IOException {
        table.snapshot(Objects.requireNonNull(file, "file"), Objects.requireNonNull(position, "position"));
    }

    /**
     * The position that the snapshot was taken with.
     *
     * @return a copy of it; empty if nothing was restored, or a snapshot taken while the store served
     */
    public Optional<byte[]> restoredPosition() {
        return table.restoredPosition();
    }

    /** To be called before a mark is made: whoever copies it then finds the note. */
    private void note(boolean hasOrigin) {
        if (!hasOrigin && !needsBarrier) {
            needsBarrier = true;
        }
    }

    private void requireOrigins() {
        if (needsBarrier) {
            throw new IllegalStateException(
                    "a mark without origin was asked for, and it counts as confirmed before it has"
                            + " taken effect; take the snapshot when all has, with snapshot(file, position), or mark with origins");
        }
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
}
