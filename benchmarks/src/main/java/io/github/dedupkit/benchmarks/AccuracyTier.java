package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.LongFunction;

/** What the accuracy is measured of, and what it was told to do when it is full. */
enum AccuracyTier {
    /** The narrow table, which refuses what finds no room. */
    NARROW_REFUSES(true, keys -> store(table(keys).buildNarrow())),

    /** The narrow table, which may grow to four times its size. */
    NARROW_GROWS(true, keys -> store(table(keys).maximumBytes(fourfold(keys)).buildNarrow())),

    /** The narrow table, which drops its oldest records. */
    NARROW_EVICTS(true, keys -> store(table(keys).evictOldestWhenFull().buildNarrow())),

    /** The wide table, which refuses what finds no room. */
    WIDE_REFUSES(true, keys -> store(table(keys).buildWide())),

    /** Our exact store on the heap, which drops its oldest records beyond a quarter more than expected. */
    CAFFEINE_STORE(false, AccuracyTier::caffeine),

    /** Guava's filter, planned for a false positive in a thousand. */
    GUAVA_BLOOM(false, AccuracyBloom::new);

    static final Retention RETENTION = Retention.builder(Duration.ofHours(1))
            .lateness(Duration.ofMinutes(1))
            .tick(Duration.ofMinutes(1))
            .build();

    /** Later than every event, so that event time alone decides. */
    private static final InstantSource FAR_AHEAD = InstantSource.fixed(Instant.ofEpochMilli(1L << 50));

    /** Two doublings, and a little more so that rounding takes none of them. */
    private static final double GROWTH = 4.1;

    /** Whether the bits of a fingerprint decide, which keys made by hand can lower. */
    final boolean hasFingerprint;

    @SuppressWarnings("ImmutableEnumChecker") // a function without state
    private final LongFunction<AccuracySubject> opener;

    AccuracyTier(boolean hasFingerprint, LongFunction<AccuracySubject> opener) {
        this.hasFingerprint = hasFingerprint;
        this.opener = opener;
    }

    /** Makes it for so many keys in W + L and a tick. */
    AccuracySubject open(long keys) {
        try {
            return opener.apply(keys);
        } catch (IllegalArgumentException e) {
            throw BenchException.failed(String.valueOf(e.getMessage()));
        }
    }

    private static AccuracySubject store(DeduplicationStore store) {
        return new AccuracyStore(store, RETENTION);
    }

    private static AccuracySubject caffeine(long keys) {
        return store(CaffeineDeduplicationStore.builder(RETENTION, keys * 5 / 4)
                .clock(FAR_AHEAD)
                .build());
    }

    private static FingerprintDeduplicationStore.Builder table(long keys) {
        return FingerprintDeduplicationStore.builder(RETENTION, keys).clock(FAR_AHEAD);
    }

    private static long fourfold(long keys) {
        try (FingerprintDeduplicationStore planned = table(keys).buildNarrow()) {
            return (long) (planned.stats().bytes().orElseThrow() * GROWTH);
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
