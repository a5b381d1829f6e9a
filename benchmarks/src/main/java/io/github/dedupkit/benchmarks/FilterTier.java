package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.bloom.BloomDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintFilterDeduplicationStore;
import java.util.Locale;

/** The filters that are measured. */
enum FilterTier {
    /** Ours: fingerprints that decay. */
    FINGERPRINT_FILTER(Kind.FINGERPRINTS, 0),

    /** Our ring of Guava's Bloom filter, one per tick, which is safe for threads. */
    BLOOM(Kind.BLOOM_STORE, 0),

    /** Two of Guava's Bloom filters, the one that is filled included. */
    GUAVA_2(Kind.GUAVA, 2),

    /** Four of them. */
    GUAVA_4(Kind.GUAVA, 4),

    /** Eight of them. */
    GUAVA_8(Kind.GUAVA, 8),

    /** Two split-block Bloom filters. */
    SPLIT_BLOCK_2(Kind.SPLIT_BLOCK, 2),

    /** Four of them. */
    SPLIT_BLOCK_4(Kind.SPLIT_BLOCK, 4),

    /** Eight of them. */
    SPLIT_BLOCK_8(Kind.SPLIT_BLOCK, 8);

    /** What filters have in common. */
    enum Kind {
        FINGERPRINTS,
        BLOOM_STORE,
        GUAVA,
        SPLIT_BLOCK
    }

    /** As much more than a filter at most: a plan is not made before the memory is found. */
    private static final double BLOOM_STORE_BITS = 4;

    private static final double FINGERPRINT_BITS = 64;
    private static final int DEVIATIONS = 4;

    final Kind kind;
    private final int generations;

    FilterTier(Kind kind, int generations) {
        this.kind = kind;
        this.generations = generations;
    }

    /** Whether a batch is more to it than its events in turn. */
    boolean takesBatches() {
        return kind == Kind.FINGERPRINTS || kind == Kind.SPLIT_BLOCK;
    }

    /** Whether its memory is on the heap. */
    boolean isOnHeap() {
        return kind == Kind.GUAVA || kind == Kind.BLOOM_STORE;
    }

    /** Makes it for so many keys in W. */
    FilterSubject open(long retained, double probability, int batch) {
        try {
            return switch (kind) {
                case FINGERPRINTS -> new FilterStore(fingerprints(retained, probability), batch);
                case BLOOM_STORE -> new FilterStore(bloom(retained, probability), batch);
                case GUAVA -> new FilterGuavaRing(generations, retained, probability);
                case SPLIT_BLOCK -> new SplitBlockRing(SplitBlockPlan.of(generations, retained, probability));
            };
        } catch (IllegalArgumentException e) {
            throw BenchException.failed(String.valueOf(e.getMessage()));
        }
    }

    private static DeduplicationStore fingerprints(long retained, double probability) {
        return FingerprintFilterDeduplicationStore.builder(FilterTraffic.RETENTION, held(retained))
                .falseDuplicateProbability(probability)
                .clock(FilterTraffic.CLOCK)
                .build();
    }

    private static DeduplicationStore bloom(long retained, double probability) {
        return BloomDeduplicationStore.builder(FilterTraffic.RETENTION, held(retained))
                .falseDuplicateProbability(probability)
                .clock(FilterTraffic.CLOCK)
                .build();
    }

    /** What a store of ours holds where so many keys are in W: those of W + L and a tick, and what chance adds. */
    private static long held(long retained) {
        long window = FilterTraffic.RETENTION.windowMillis();
        long outlasting = FilterTraffic.RETENTION.latenessMillis() + FilterTraffic.RETENTION.tickMillis();
        long held = retained + Math.multiplyExact(retained, outlasting) / window;
        return held + (long) (DEVIATIONS * Math.sqrt((double) held));
    }

    /** The bytes that it takes at most, before it is made. */
    double bytes(long retained, double probability) {
        double bits = switch (kind) {
            case FINGERPRINTS -> FINGERPRINT_BITS * retained;
            case BLOOM_STORE -> BLOOM_STORE_BITS * retained * MemoryFormula.bitsPerKey(probability);
            case GUAVA -> FilterGuavaRing.bits(generations, retained, probability);
            case SPLIT_BLOCK ->
                (double) SplitBlockPlan.of(generations, retained, probability).bytes() * Byte.SIZE;
        };
        return bits / Byte.SIZE;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
