package io.github.dedupkit.bloom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnel;
import io.github.dedupkit.DedupKey;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why there are two filters: what one of Guava's adds to the probability it was planned for, and that a pair does not. */
@SuppressWarnings("UnstableApiUsage")
class FilterPairTest {
    private static final Funnel<DedupKey> FUNNEL =
            (key, sink) -> sink.putLong(key.high()).putLong(key.low());

    private final SplittableRandom random = new SplittableRandom(11);

    private DedupKey next() {
        return DedupKey.ofBits(random.nextLong(), random.nextLong());
    }

    private long found(Predicate<DedupKey> filter, int looks) {
        long found = 0;
        for (int i = 0; i < looks; i++) {
            found += filter.test(next()) ? 1 : 0;
        }
        return found;
    }

    @ParameterizedTest
    @CsvSource({"100, 0.001", "100, 0.00001", "1000, 0.00001", "1000, 0.0000001"})
    void oneFilterExceedsItsPlanByTheExcessAtMost(int keys, double probability) {
        int filters = 20;
        int looks = 500_000;
        long found = 0;
        for (int i = 0; i < filters; i++) {
            BloomFilter<DedupKey> filter = BloomFilter.create(FUNNEL, keys, probability);
            for (int key = 0; key < keys; key++) {
                filter.put(next());
            }
            found += found(filter::mightContain, looks);
        }
        double planned = (double) filters * looks * probability;
        double excess = (double) filters * looks * FilterPair.excess(keys, probability);
        System.out.println(keys + " keys at " + probability + ": " + found + " found, " + Math.round(planned)
                + " planned, " + Math.round(excess) + " in excess");
        BloomStores.assertNotAbove(planned + excess, found, "one filter");
        assertTrue(found > planned + excess / 3, "Guava has cured it: one filter would do");
    }

    @Test
    void aPairKeepsItsPlan() {
        BloomPlan plan = BloomPlan.of(BloomStores.retention(8, 1, 1), 10_000, 0.001, BloomPlan.WhenFull.REFUSE);
        int looks = 5_000_000;
        FilterPair pair = plan.newFilter();
        for (long key = 0; key < plan.capacity(); key++) {
            pair.put(next());
        }
        long found = found(pair::mightContain, looks);
        double stated = looks * pair.falsePositiveProbability(plan.excess());
        double planned = looks * 0.001 * plan.capacity() / 10_000;
        System.out.println(found + " found, " + Math.round(stated) + " stated, " + Math.round(planned) + " planned");
        BloomStores.assertNotAbove(planned, found, "the plan");
        BloomStores.assertNotAbove(stated, found, "the estimate");
        assertTrue(2 * found > planned, "the plan is far too careful");
    }

    @ParameterizedTest
    @CsvSource({"1, 0.1", "1000, 0.001", "123457, 0.0000001"})
    void bitsAreThoseThatGuavaAllocates(int keys, double probability) {
        BloomFilter<DedupKey> filter = BloomFilter.create(FUNNEL, keys, probability);
        DedupKey key = next();
        filter.put(key);
        long positions = Math.round(-Math.log(probability) / Math.log(2));
        double bits = FilterPair.bits(keys, probability);
        double set = bits * Math.pow(filter.expectedFpp(), 1.0 / positions);
        assertEquals(Math.rint(set), set, 1e-3, "a whole number of bits is set");
        assertTrue(set >= 1 && set <= positions + 1e-3, set + " bits set of " + bits);
    }
}
