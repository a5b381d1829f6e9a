package io.github.dedupkit.benchmarks;

import com.google.common.hash.BloomFilter;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A ring of Bloom filters, as it is built by hand: new ids go to the youngest generation, all are asked, and the oldest
 * goes when the youngest has its share of the window. What is measured holds a window, and up to a generation more. The
 * fresh filter is made off the clock.
 */
@SuppressWarnings("UnstableApiUsage")
final class HotPathBloomRing implements HotPathSubject {
    /** Beside the youngest. */
    private static final int GENERATIONS = 7;

    private static final double FALSE_DUPLICATE_PROBABILITY = 1e-6;

    private final HotPathId id;
    private final long share;
    private final long capacity;
    private final AtomicLong taken = new AtomicLong();

    /** The youngest first; replaced as a whole. */
    private volatile BloomFilter<Object>[] ring;

    @SuppressWarnings({"unchecked", "rawtypes"})
    HotPathBloomRing(HotPathSetting setting) {
        if (setting.lag() == HotPathLag.W_PLUS_2G) {
            throw new IllegalArgumentException(
                    "lag W_PLUS_2G does not fit a ring of Bloom filters, which holds up to a " + GENERATIONS
                            + "th of a window too much; take W_MINUS_G, or a tier that expires each id");
        }
        id = setting.id();
        share = setting.workload().retained() / GENERATIONS + 1;
        capacity = share + setting.workload().stretch();
        BloomFilter<Object>[] filters = new BloomFilter[GENERATIONS + 1];
        for (int i = 0; i < filters.length; i++) {
            filters[i] = empty();
        }
        ring = filters;
    }

    private BloomFilter<Object> empty() {
        return BloomFilter.create(id.funnel(), capacity, FALSE_DUPLICATE_PROBABILITY / (GENERATIONS + 1));
    }

    @Override
    public Caller caller(int batch) {
        return (chunk, from, to, tally) -> {
            BloomFilter<Object>[] present = ring;
            for (int i = from; i < to; i++) {
                tally.enter(chunk.duplicates[i], isDuplicate(present, id.raw(chunk, i)));
            }
        };
    }

    /** Old generations are asked first: an id that one of them has, put into the youngest, would live longer. */
    private static boolean isDuplicate(BloomFilter<Object>[] present, Object id) {
        for (int i = 1; i < present.length; i++) {
            if (present[i].mightContain(id)) {
                return true;
            }
        }
        return !present[0].put(id);
    }

    @Override
    public void settle(HotPathChunk chunk) {
        int count = 0;
        for (boolean duplicate : chunk.duplicates) {
            count += duplicate ? 0 : 1;
        }
        taken.addAndGet(count);
    }

    @Override
    public void advance() {
        if (taken.get() >= share) {
            BloomFilter<Object>[] next = ring.clone();
            System.arraycopy(ring, 0, next, 1, GENERATIONS);
            next[0] = empty();
            ring = next;
            taken.set(0);
        }
    }

    @Override
    public double falseDuplicateProbability() {
        return FALSE_DUPLICATE_PROBABILITY;
    }

    /** As planned by Guava, for each generation: m = -n ln p / (ln 2)^2. */
    @Override
    public OptionalLong bytes() {
        double bits =
                -capacity * Math.log(FALSE_DUPLICATE_PROBABILITY / (GENERATIONS + 1)) / (Math.log(2) * Math.log(2));
        return OptionalLong.of((GENERATIONS + 1) * (long) (bits / Byte.SIZE));
    }
}
