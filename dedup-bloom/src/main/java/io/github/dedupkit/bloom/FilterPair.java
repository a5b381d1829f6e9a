package io.github.dedupkit.bloom;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnel;
import io.github.dedupkit.DedupKey;

/**
 * Two of Guava's Bloom filters that hold the same keys, each with half of the bits. Thread-safe as they are: a key is
 * found by whoever sees its {@link #put} done.
 */
@SuppressWarnings("UnstableApiUsage")
final class FilterPair {
    /*
     * Why two. Guava derives all k positions of a key from two numbers, h1 + i h2 modulo m, so they are not independent:
     * beside the usual (1 - e^(-kn/m))^k, a full filter takes a new key for a known one with a probability of up to
     * 8 n / m^2 (FilterPairTest counts). That is next to nothing in a large filter, and fifty times the planned probability
     * in one for 1,000 keys at one in ten million.
     *
     * Two filters over independent hashes multiply their probabilities, so each has to reach the square root only, which
     * is far above that. Together they take the bits of one, and the second is asked only if the first says yes, so a
     * new key costs no more.
     */
    private static final double EXCESS = 8;

    private static final Funnel<DedupKey> HIGH_FIRST =
            (key, sink) -> sink.putLong(key.high()).putLong(key.low());
    private static final Funnel<DedupKey> LOW_FIRST =
            (key, sink) -> sink.putLong(key.low()).putLong(key.high());

    private final BloomFilter<DedupKey> first;
    private final BloomFilter<DedupKey> second;

    /**
     * Allocates both.
     *
     * @param capacity the keys that they are made for
     * @param probability of each, that it takes a new key for a known one when it holds so many
     */
    FilterPair(long capacity, double probability) {
        first = BloomFilter.create(HIGH_FIRST, capacity, probability);
        second = BloomFilter.create(LOW_FIRST, capacity, probability);
    }

    /** The bits of one filter as Guava plans them, m = -n ln p / (ln 2)^2, in whole longs. */
    static long bits(long capacity, double probability) {
        long planned = (long) (-capacity * Math.log(probability) / (Math.log(2) * Math.log(2)));
        return (planned + Long.SIZE - 1) / Long.SIZE * Long.SIZE;
    }

    /** What one full filter adds to its planned probability, at most. */
    static double excess(long capacity, double probability) {
        double bits = bits(capacity, probability);
        return EXCESS * capacity / (bits * bits);
    }

    boolean mightContain(DedupKey key) {
        return first.mightContain(key) && second.mightContain(key);
    }

    void put(DedupKey key) {
        first.put(key);
        second.put(key);
    }

    /** The probability that a new key is taken for a known one, by the bits that are set now. */
    double falsePositiveProbability(double excess) {
        return Math.min(1, first.expectedFpp() + excess) * Math.min(1, second.expectedFpp() + excess);
    }
}
