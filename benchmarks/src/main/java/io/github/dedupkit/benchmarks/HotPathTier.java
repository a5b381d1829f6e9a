package io.github.dedupkit.benchmarks;

import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;

/** What the hot path is measured on. */
public enum HotPathTier {
    /** The table of fingerprints, without origins. */
    FINGERPRINT_NARROW(
            Memory.DIRECT, setting -> new HotPathStore(setting, table(setting).buildNarrow())),

    /** The table that keeps origins. */
    FINGERPRINT_WIDE(
            Memory.DIRECT, setting -> new HotPathStore(setting, table(setting).buildWide(), 1.0 / 65_535)),

    /** Our exact store on the heap, with origins. */
    CAFFEINE_STORE(
            Memory.HEAP, setting -> new HotPathStore(setting, caffeine(setting).build())),

    /** {@code ConcurrentHashMap.newKeySet()}, which never expires: it is helped off the clock. */
    CONCURRENT_HASH_MAP(Memory.HEAP, HotPathMap::concurrentHashMap),

    /** Caffeine with expireAfterWrite. */
    CAFFEINE(Memory.HEAP, HotPathMap::caffeine),

    /** Guava's cache with expireAfterWrite, at concurrency level 16. */
    GUAVA_CACHE(Memory.HEAP, HotPathMap::guavaCache),

    /** Guava's Bloom filter at a false positive probability of one in a million; it is helped off the clock. */
    GUAVA_BLOOM(Memory.HEAP, HotPathBloom::new);

    /** Where the ids or fingerprints are. */
    enum Memory {
        HEAP,
        DIRECT
    }

    /** Beyond every event, so that no timestamp is in the future, and cheap to read. */
    private static final InstantSource FAR_AHEAD = InstantSource.fixed(Instant.ofEpochMilli(Long.MAX_VALUE / 2));

    final Memory memory;

    @SuppressWarnings("ImmutableEnumChecker") // a function without state
    private final Function<HotPathSetting, HotPathSubject> opener;

    HotPathTier(Memory memory, Function<HotPathSetting, HotPathSubject> opener) {
        this.memory = memory;
        this.opener = opener;
    }

    HotPathSubject open(HotPathSetting setting) {
        return opener.apply(setting);
    }

    private static FingerprintDeduplicationStore.Builder table(HotPathSetting setting) {
        return FingerprintDeduplicationStore.builder(
                        setting.retention(), setting.workload().held())
                .clock(FAR_AHEAD);
    }

    private static CaffeineDeduplicationStore.Builder caffeine(HotPathSetting setting) {
        return CaffeineDeduplicationStore.builder(
                        setting.retention(), setting.workload().held() * 5 / 4)
                .clock(FAR_AHEAD);
    }
}
