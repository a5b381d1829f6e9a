package io.github.dedupkit.benchmarks;

import io.github.dedupkit.bloom.BloomDeduplicationStore;
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

    /** Our ring of Guava's Bloom filter, one per tick, at the same probability as the rivals below. */
    BLOOM_STORE(Memory.HEAP, setting -> new HotPathStore(setting, bloom(setting).build())),

    /** {@code ConcurrentHashMap.newKeySet()}, which never expires: it is helped off the clock. */
    CONCURRENT_HASH_MAP(Memory.HEAP, HotPathMap::concurrentHashMap),

    /** Caffeine with expireAfterWrite. */
    CAFFEINE(Memory.HEAP, HotPathMap::caffeine),

    /** Guava's cache with expireAfterWrite, at concurrency level 16. */
    GUAVA_CACHE(Memory.HEAP, HotPathMap::guavaCache),

    /** Guava's Bloom filter at a false positive probability of one in a million; it is helped off the clock. */
    GUAVA_BLOOM(Memory.HEAP, HotPathBloom::new),

    /** Eight generations of Guava's Bloom filter, which together hold a window, at the same probability. */
    GUAVA_BLOOM_RING(Memory.HEAP, HotPathBloomRing::new),

    /** {@code SET id "" NX PX window} through Lettuce, a batch in one pipeline. */
    REDIS_SET_NX_PX(Memory.NETWORK, HotPathRedis::setNxPx),

    /** {@code SADD} to one set through Lettuce, a batch in one pipeline; it is helped off the clock. */
    REDIS_SADD(Memory.NETWORK, HotPathRedis::sadd),

    /** RocksDB as it comes: a get, and a put of the timestamp when there was none in the window. */
    ROCKSDB_GET_PUT(Memory.DISK, HotPathRocksDb::new);

    /** Where the ids or fingerprints are. Outside the process all is a hundred times slower, so less is measured. */
    enum Memory {
        HEAP,
        DIRECT,
        NETWORK,
        DISK;

        boolean isOutside() {
            return this == NETWORK || this == DISK;
        }
    }

    private static final long MOST_RETAINED_OUTSIDE = 1_000_000;
    private static final int FEW_WARM_UPS = 2;
    private static final int FEW_MEASUREMENTS = 4;

    /** Beyond every event, so that no timestamp is in the future, and cheap to read. */
    private static final InstantSource FAR_AHEAD = InstantSource.fixed(Instant.ofEpochMilli(Long.MAX_VALUE / 2));

    final Memory memory;

    @SuppressWarnings("ImmutableEnumChecker") // a function without state
    private final Function<HotPathSetting, HotPathSubject> opener;

    HotPathTier(Memory memory, Function<HotPathSetting, HotPathSubject> opener) {
        this.memory = memory;
        this.opener = opener;
    }

    /** Whether it is given events by the batch; the others take one at a time. */
    boolean takesBatches() {
        return isOurs() || memory == Memory.NETWORK;
    }

    /** Whether it is a store of ours; the others see neither key space nor origins. */
    boolean isOurs() {
        return memory == Memory.DIRECT || this == CAFFEINE_STORE;
    }

    HotPathSubject open(HotPathSetting setting) {
        return opener.apply(setting);
    }

    /** The ids to retain where so many are wanted: as many as can be filled in half a minute. */
    long retained(long wanted) {
        return memory.isOutside() ? Math.min(wanted, MOST_RETAINED_OUTSIDE) : wanted;
    }

    int warmUps() {
        return memory.isOutside() ? FEW_WARM_UPS : HotPathBenchmark.WARM_UPS;
    }

    int measurements() {
        return memory.isOutside() ? FEW_MEASUREMENTS : HotPathBenchmark.MEASUREMENTS;
    }

    private static FingerprintDeduplicationStore.Builder table(HotPathSetting setting) {
        return FingerprintDeduplicationStore.builder(
                        setting.retention(), setting.workload().held())
                .clock(FAR_AHEAD);
    }

    private static BloomDeduplicationStore.Builder bloom(HotPathSetting setting) {
        return BloomDeduplicationStore.builder(
                        setting.retention(), setting.workload().held() * 9 / 8)
                .clock(FAR_AHEAD);
    }

    private static CaffeineDeduplicationStore.Builder caffeine(HotPathSetting setting) {
        return CaffeineDeduplicationStore.builder(
                        setting.retention(), setting.workload().held() * 5 / 4)
                .clock(FAR_AHEAD);
    }
}
