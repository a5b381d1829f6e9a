package io.github.dedupkit.benchmarks;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnel;

/** Guava's Bloom filter, which has no window: once it is filled, it is only asked. */
@SuppressWarnings("UnstableApiUsage")
final class AccuracyBloom implements AccuracySubject {
    private static final double PLANNED = 1e-3;
    private static final Funnel<long[]> LONGS =
            (key, sink) -> sink.putLong(key[0]).putLong(key[1]);

    private final long[] key = new long[2];
    private final BloomFilter<long[]> filter;

    AccuracyBloom(long keys) {
        filter = BloomFilter.create(LONGS, keys, PLANNED);
    }

    @Override
    public Answer mark(long high, long low, long timestamp) {
        return filter.put(key(high, low)) ? Answer.NEW : Answer.DUPLICATE;
    }

    @Override
    public Answer ask(long high, long low, long timestamp) {
        return filter.mightContain(key(high, low)) ? Answer.DUPLICATE : Answer.NEW;
    }

    private long[] key(long high, long low) {
        key[0] = high;
        key[1] = low;
        return key;
    }

    @Override
    public double planned() {
        return PLANNED;
    }

    @Override
    public double estimated() {
        return filter.expectedFpp();
    }

    @Override
    public String strain() {
        return "";
    }
}
