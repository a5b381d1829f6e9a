package io.github.dedupkit.inmemory;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.util.Objects;

/**
 * The fingerprint table that keeps origins: about 18 bytes per key, whatever the ids' length. Built by {@link
 * FingerprintDeduplicationStore.Builder#buildWide()}.
 *
 * <p><b>Guarantees:</b> those of {@link FingerprintDeduplicationStore}, and it tells a redelivery from a copy. An origin is
 * kept as a tag of 16 bits: while a mark is not confirmed, a copy with another origin is taken for its redelivery, and admitted, with a
 * probability of 1 in 65,535. As a near tier that refuses or drops marks for lack of room, it forgets what it cannot remember, and
 * {@link #stats()} shows that in the effective window.
 *
 * <p><b>Thread-safety, cost, failure:</b> as there. A confirm or forget touches the line of its key, as a mark does; in
 * batches, they overlap the misses too.
 */
public final class FingerprintNearTier implements NearTier {
    private final FingerprintTable table;
    private final Guarantees guarantees;

    FingerprintNearTier(FingerprintTable table, Guarantees guarantees) {
        this.table = table;
        this.guarantees = guarantees;
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        return table.mark(keyHigh, keyLow, timestamp, FingerprintTable.tag(origin));
    }

    @Override
    public void markSeen(EventBatch batch) {
        table.mark(Objects.requireNonNull(batch, "batch"));
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
        table.remember(keyHigh, keyLow, timestamp, FingerprintTable.tag(origin));
    }

    @Override
    public void remember(EventBatch batch) {
        table.remember(Objects.requireNonNull(batch, "batch"));
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
