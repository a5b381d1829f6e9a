package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;

/** The stores that forget with their process, and what may bring them back. */
enum ColdStartTier {
    /** The table of fingerprints, which takes snapshots. */
    NARROW(40, 13),

    /** The table that keeps origins, which takes snapshots. */
    WIDE(40, 22),

    /** The exact store on the heap, which does not: its events have to be replayed. */
    CAFFEINE_STORE(400, 0);

    /** Memory for each key, with room to spare. */
    final int bytesPerKey;

    /** Of a snapshot, rounded up; 0 without one. */
    final int fileBytesPerKey;

    ColdStartTier(int bytesPerKey, int fileBytesPerKey) {
        this.bytesPerKey = bytesPerKey;
        this.fileBytesPerKey = fileBytesPerKey;
    }

    boolean hasSnapshot() {
        return fileBytesPerKey > 0;
    }

    DeduplicationStore open(Retention retention, long keys, InstantSource clock) {
        return switch (this) {
            case NARROW -> table(retention, keys, clock).buildNarrow();
            case WIDE -> table(retention, keys, clock).buildWide();
            case CAFFEINE_STORE ->
                CaffeineDeduplicationStore.builder(retention, keys * 5 / 4)
                        .clock(clock)
                        .build();
        };
    }

    /** Begins with a snapshot, which the tier must have. */
    DeduplicationStore restore(Retention retention, long keys, InstantSource clock, Path file) {
        FingerprintDeduplicationStore.Builder builder =
                table(retention, keys, clock).restoreFrom(file);
        return this == WIDE ? builder.buildWide() : builder.buildNarrow();
    }

    private static FingerprintDeduplicationStore.Builder table(Retention retention, long keys, InstantSource clock) {
        return FingerprintDeduplicationStore.builder(retention, keys + keys / 30)
                .clock(clock);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
