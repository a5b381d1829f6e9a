package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.time.Instant;
import java.time.InstantSource;

/** The stores that the gate holds against their earlier selves. */
final class GateStores {
    /** Beyond every event, so that event time alone decides. */
    private static final InstantSource FAR_AHEAD = InstantSource.fixed(Instant.ofEpochMilli(Long.MAX_VALUE / 2));

    private GateStores() {}

    static DeduplicationStore narrow(Retention retention, long keys) {
        return FingerprintDeduplicationStore.builder(retention, keys)
                .clock(FAR_AHEAD)
                .buildNarrow();
    }

    static DeduplicationStore wide(Retention retention, long keys) {
        return FingerprintDeduplicationStore.builder(retention, keys)
                .clock(FAR_AHEAD)
                .buildWide();
    }

    /** With room for a quarter more: a cache that is full evicts. */
    static DeduplicationStore caffeine(Retention retention, long keys) {
        return CaffeineDeduplicationStore.builder(retention, keys + keys / 4)
                .clock(FAR_AHEAD)
                .build();
    }
}
