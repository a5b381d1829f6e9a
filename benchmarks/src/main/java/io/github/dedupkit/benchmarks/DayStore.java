package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/** The stores that a day can be streamed through. */
enum DayStore {
    /** The table of fingerprints, without origins. */
    TABLE,

    /** The wide table: every event is a delivery of its own, confirmed with its batch. */
    WIDE;

    /** What two origins have one tag with. */
    private static final double TAG_COLLISION = 1.0 / 65_535;

    /** Later than every event, so that event time alone decides. */
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1L << 50));

    /**
     * Makes an empty store.
     *
     * @throws BenchException if the retention does not suit it, or the machine cannot hold it
     */
    DeduplicationStore open(Retention retention, long expectedKeys) {
        FingerprintDeduplicationStore.Builder builder;
        try {
            builder = FingerprintDeduplicationStore.builder(retention, expectedKeys)
                    .clock(CLOCK);
        } catch (IllegalArgumentException e) {
            throw BenchException.usage(String.valueOf(e.getMessage()));
        }
        try {
            return switch (this) {
                case TABLE -> builder.buildNarrow();
                case WIDE -> builder.buildWide();
            };
        } catch (IllegalArgumentException e) {
            throw BenchException.failed(String.valueOf(e.getMessage()));
        }
    }

    /** The probability that a duplicate of an unconfirmed event is admitted. */
    double admissionProbability() {
        return this == WIDE ? TAG_COLLISION : 0;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
