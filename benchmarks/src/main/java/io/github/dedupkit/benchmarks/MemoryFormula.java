package io.github.dedupkit.benchmarks;

import java.util.OptionalDouble;

/**
 * The bytes that a tier should hold for each retained id of 36 characters, worked out from its data structure: HotSpot,
 * 64 bits, references compressed, objects in steps of 8 bytes. docs/benchmarks/README.md has the terms.
 */
final class MemoryFormula {
    /** A String of 24 bytes, and an array of 16 + 36, rounded up to 56. */
    private static final int TEXT = 80;

    /** A node of ConcurrentHashMap: header 12, hash 4, key 4, value 4, next 4, rounded up. */
    private static final int MAP_NODE = 32;

    /** Header 12, key 4, value 4, write time 8, and two neighbours in order of writing, 4 each; rounded up. */
    private static final int CAFFEINE_NODE = 40;

    /** Header 12, key 4, hash 4, next 4, value 4, write time 8, two neighbours of 4, rounded up; the value's own 16. */
    private static final int GUAVA_ENTRY = 48 + 16;

    /** A key of two longs, a mark of two longs, and an entry with the time at which it ends: see the store. */
    private static final int CAFFEINE_RECORD = 168;

    /** A line, and a ninth of one in each table that it overflows to. */
    private static final double LINE = 64 * 9 / 8.0;

    private static final double PLANNED_NARROW = 6.7;
    private static final double PLANNED_WIDE = 3.8;
    private static final int REFERENCE = 4;
    private static final int BLOOMS = 2;
    private static final double BLOOM_PROBABILITY = 1e-6;

    private MemoryFormula() {}

    /** For a tier that has one. */
    static OptionalDouble bytesPerKey(HotPathTier tier, long keys) {
        HotPathWorkload workload = new HotPathWorkload(keys, 1, 1);
        double held = (double) workload.held() / keys;
        return switch (tier) {
            case FINGERPRINT_NARROW -> OptionalDouble.of(held * LINE / PLANNED_NARROW);
            case FINGERPRINT_WIDE -> OptionalDouble.of(held * LINE / PLANNED_WIDE);
            case CAFFEINE_STORE -> OptionalDouble.of(held * CAFFEINE_RECORD);
            case CONCURRENT_HASH_MAP -> OptionalDouble.of(TEXT + MAP_NODE + bins(keys));
            case CAFFEINE -> OptionalDouble.of(TEXT + MAP_NODE + CAFFEINE_NODE + bins(keys));
            case GUAVA_CACHE -> OptionalDouble.of(TEXT + GUAVA_ENTRY + bins(keys));
            case GUAVA_BLOOM ->
                OptionalDouble.of(
                        BLOOMS * (1 + 2.0 * workload.stretch() / keys) * bitsPerKey(BLOOM_PROBABILITY) / Byte.SIZE);
            default -> OptionalDouble.empty(); // another tier gets a case when somebody has worked it out
        };
    }

    /** The references of a hash table that doubles at three quarters. */
    private static double bins(long keys) {
        long bins = Long.highestOneBit(Math.max(1, keys * 4 / 3 - 1)) * 2;
        return (double) REFERENCE * bins / keys;
    }

    /** Bloom, Space/Time Trade-offs in Hash Coding with Allowable Errors (1970): -ln p / (ln 2)^2. */
    static double bitsPerKey(double falsePositives) {
        return -Math.log(falsePositives) / (Math.log(2) * Math.log(2));
    }
}
