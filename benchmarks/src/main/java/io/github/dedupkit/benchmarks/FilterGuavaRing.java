package io.github.dedupkit.benchmarks;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnel;
import java.util.OptionalDouble;

/**
 * A bare ring of Guava's Bloom filters, as it is built by hand for one thread. Of n filters one is filled while n - 1 full
 * ones are asked, each of which has a share of W / (n - 1): at its shortest, what is held is W. Each filter is planned for
 * an n-th of the probability, so that the look-up over all of them keeps it when the youngest is full.
 *
 * <p>This is the quickest form found: keys that need no text to be read, one array in place of an object per key, and no put
 * where an older filter has the key. Guava hashes the key anew in each filter; its API has no way to hash once.
 */
@SuppressWarnings("UnstableApiUsage")
final class FilterGuavaRing implements FilterSubject {
    private static final Funnel<long[]> LONGS =
            (key, sink) -> sink.putLong(key[0]).putLong(key[1]);

    private final long[] key = new long[2];
    private final double planned;
    private final long capacity;
    private final long spanMillis;
    private long endOfSpan;

    /** The youngest first. */
    private final BloomFilter<long[]>[] ring;

    /**
     * An empty ring.
     *
     * @param filters 2 or more
     * @param retained keys in W
     * @param probability of a false duplicate
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    FilterGuavaRing(int filters, long retained, double probability) {
        planned = probability;
        capacity = capacity(filters, retained);
        spanMillis = spanMillis(filters);
        endOfSpan = DayPlan.START + spanMillis;
        ring = new BloomFilter[filters];
        for (int i = 0; i < filters; i++) {
            ring[i] = empty();
        }
    }

    private static long capacity(int filters, long retained) {
        return ceilDiv(retained, filters - 1);
    }

    /** How long the youngest of so many is filled: the others hold W at least. */
    static long spanMillis(int filters) {
        return ceilDiv(FilterTraffic.RETENTION.windowMillis(), filters - 1);
    }

    private static long ceilDiv(long dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    /** The bits that Guava plans for all of them. */
    static double bits(int filters, long retained, double probability) {
        return filters * capacity(filters, retained) * MemoryFormula.bitsPerKey(probability / filters);
    }

    private BloomFilter<long[]> empty() {
        return BloomFilter.create(LONGS, capacity, planned / ring.length);
    }

    @Override
    public void mark(FilterChunk chunk, int from, int to) {
        for (int i = from; i < to; i++) {
            turn(chunk.timestamps[i]);
            key[0] = chunk.high[i];
            key[1] = chunk.low[i];
            chunk.told[i] = isDuplicate();
        }
    }

    /** Old filters are asked first: a key that one of them has, put into the youngest, would live longer. */
    private boolean isDuplicate() {
        for (int i = 1; i < ring.length; i++) {
            if (ring[i].mightContain(key)) {
                return true;
            }
        }
        return !ring[0].put(key);
    }

    /** Puts the new keys, which asks nothing and leaves the same bits. */
    @Override
    public void fill(FilterChunk chunk, int from, int to) {
        for (int i = from; i < to; i++) {
            turn(chunk.timestamps[i]);
            if (!chunk.duplicates[i]) {
                key[0] = chunk.high[i];
                key[1] = chunk.low[i];
                ring[0].put(key);
            }
        }
    }

    private void turn(long timestamp) {
        while (timestamp >= endOfSpan) {
            System.arraycopy(ring, 0, ring, 1, ring.length - 1);
            ring[0] = empty();
            endOfSpan += spanMillis;
        }
    }

    @Override
    public double planned() {
        return planned;
    }

    @Override
    public OptionalDouble estimated() {
        double none = 1;
        for (BloomFilter<long[]> filter : ring) {
            none *= 1 - filter.expectedFpp();
        }
        return OptionalDouble.of(1 - none);
    }

    @Override
    public long bytes() {
        return (long) (bits(ring.length, capacity * (ring.length - 1), planned) / Byte.SIZE);
    }
}
