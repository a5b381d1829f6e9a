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
    NARROW(true, 40),

    /** The table that keeps origins, which takes snapshots. */
    WIDE(true, 40),

    /** The exact store on the heap, which does not: its events have to be replayed. */
    CAFFEINE_STORE(false, 400);

    final boolean hasSnapshot;

    /** Memory for each key, with room to spare. */
    final int bytesPerKey;

    ColdStartTier(boolean hasSnapshot, int bytesPerKey) {
        this.hasSnapshot = hasSnapshot;
        this.bytesPerKey = bytesPerKey;
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
