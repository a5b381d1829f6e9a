package io.github.dedupkit.benchmarks;

import com.google.common.hash.BloomFilter;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One Bloom filter, large enough for the retained ids and those between two changes. It cannot forget, so a successor
 * takes in the same ids off the clock, and takes over every half window: what is measured holds between half a window
 * and a whole one.
 */
@SuppressWarnings("UnstableApiUsage")
final class HotPathBloom implements HotPathSubject {
    private static final double FALSE_DUPLICATE_PROBABILITY = 1e-6;

    private final HotPathId id;
    private final long halfWindow;
    private final long capacity;
    private final AtomicLong taken = new AtomicLong();
    private volatile BloomFilter<Object> filter;
    private volatile BloomFilter<Object> successor;

    HotPathBloom(HotPathSetting setting) {
        if (setting.lag() == HotPathLag.W_MINUS_G) {
            throw new IllegalArgumentException("lag W_MINUS_G does not fit one Bloom filter, which holds half a window"
                    + " at least and a whole one at most; take HALF_WINDOW, or the ring of them");
        }
        setting.workload().requireForgotten("the Bloom filter", 2);
        id = setting.id();
        halfWindow = setting.workload().marks(setting.workload().retained() / 2);
        capacity = 2 * (halfWindow + setting.workload().stretch());
        filter = empty();
        successor = empty();
    }

    private BloomFilter<Object> empty() {
        return BloomFilter.create(id.funnel(), capacity, FALSE_DUPLICATE_PROBABILITY);
    }

    @Override
    public Caller caller(int batch) {
        return (chunk, from, to, tally) -> {
            BloomFilter<Object> present = filter;
            for (int i = from; i < to; i++) {
                tally.enter(chunk.duplicates[i], !present.put(id.raw(chunk, i)));
            }
        };
    }

    @Override
    public void settle(HotPathChunk chunk) {
        int count = 0;
        for (int i = 0; i < HotPathWorkload.CHUNK; i++) {
            if (!chunk.duplicates[i]) {
                successor.put(id.raw(chunk, i));
                count++;
            }
        }
        taken.addAndGet(count);
    }

    @Override
    public void advance() {
        if (taken.get() >= halfWindow) {
            filter = successor;
            successor = empty();
            taken.set(0);
        }
    }

    @Override
    public double falseDuplicateProbability() {
        return FALSE_DUPLICATE_PROBABILITY;
    }

    /** As planned by Guava: m = -n ln p / (ln 2)^2. */
    @Override
    public OptionalLong bytes() {
        double bits = -capacity * Math.log(FALSE_DUPLICATE_PROBABILITY) / (Math.log(2) * Math.log(2));
        return OptionalLong.of((long) (bits / Byte.SIZE));
    }
}
