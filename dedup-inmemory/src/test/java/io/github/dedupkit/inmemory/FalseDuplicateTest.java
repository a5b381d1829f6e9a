package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Counts false duplicates of short fingerprints among keys that are all new: not above what {@link StoreStats} and the
 * guarantees state, and not below a third of what the statistics say, or they would say nothing. Fixed keys: the same count
 * each time.
 */
class FalseDuplicateTest {
    private static final long START = FingerprintTables.START;
    private static final long TICK = FingerprintTables.TICK;
    private static final int PLANNED = 20_000;

    /** Over capacity a look-up compares the records of a full line, and of one in each table that it overflows to. */
    private static final int OVER_CAPACITY = 6;

    private final VirtualClock clock = new VirtualClock(START);
    private long nextKey;

    /** Marks that were counted, with what the statistics made of each. */
    private static final class Count {
        long marks;
        long lost;
        double expected;

        @Override
        public String toString() {
            return lost + " false duplicates among " + marks + " new keys, " + Math.round(expected)
                    + " by the statistics";
        }
    }

    private DeduplicationStore open(
            Retention retention, int bits, UnaryOperator<FingerprintDeduplicationStore.Builder> configured) {
        return builder(retention, bits, configured).buildNarrow();
    }

    private FingerprintDeduplicationStore.Builder builder(
            Retention retention, int bits, UnaryOperator<FingerprintDeduplicationStore.Builder> configured) {
        return configured
                .apply(FingerprintDeduplicationStore.builder(retention, PLANNED))
                .clock(clock)
                .fingerprintBits(bits);
    }

    /** Marks new keys at a steady rate for some ticks. */
    private Count slide(DeduplicationStore store, int ticks, int perTick) {
        Count count = new Count();
        for (int tick = 0; tick < ticks; tick++) {
            clock.set(clock.millis() + TICK);
            for (int i = 0; i < perTick; i++) {
                count.lost += markNew(store).isDuplicate() ? 1 : 0;
            }
            count.marks += perTick;
            count.expected += perTick * store.stats().falseDuplicateProbability();
        }
        return count;
    }

    private Verdict markNew(DeduplicationStore store) {
        return store.markSeen(FingerprintTables.key(nextKey++), clock.millis());
    }

    private static void assertAsStated(Count count, double guaranteed) {
        System.out.println(count);
        assertTrue(count.expected > 100, "too few to tell: " + count);
        FingerprintTables.assertNotAbove(count.expected, count.lost, "by the statistics");
        FingerprintTables.assertNotAbove(count.marks * guaranteed, count.lost, "by the guarantees");
        assertTrue(3 * count.lost >= count.expected, "the statistics are far too high: " + count);
    }

    @ParameterizedTest
    @CsvSource({"8, 60, 1, 1", "9, 60, 30, 30", "10, 60, 60, 0", "11, 60, 1, 0", "12, 60, 10, 5", "12, 1, 0, 0"})
    void aSlidingWindowLosesAsManyAsStated(int bits, int window, int lateness, int skew) {
        DeduplicationStore store =
                open(FingerprintTables.retention(window, lateness, skew), bits, UnaryOperator.identity());
        int perTick = PLANNED / (window + lateness + 1);
        slide(store, 2 * (window + lateness), perTick);
        Count count = slide(store, 200_000 / perTick, perTick);
        assertAsStated(count, store.guarantees().falseDuplicateProbability());
    }

    @ParameterizedTest
    @CsvSource({"8, 60, 1, 1", "10, 60, 60, 0", "12, 1, 0, 0"})
    void aWideTableLosesAsManyAsStated(int bits, int window, int lateness, int skew) {
        DeduplicationStore store = builder(
                        FingerprintTables.retention(window, lateness, skew), bits, UnaryOperator.identity())
                .buildWide();
        int perTick = PLANNED / (window + lateness + 1);
        slide(store, 2 * (window + lateness), perTick);
        Count count = slide(store, 200_000 / perTick, perTick);
        assertAsStated(count, store.guarantees().falseDuplicateProbability());
    }

    /** Of an unconfirmed mark's copies, as many are taken for redeliveries as the guarantees say, and none of a confirmed one's. */
    @Test
    void tagsAdmitAsManyCopiesAsStated() {
        FingerprintNearTier store = FingerprintDeduplicationStore.builder(
                        FingerprintTables.retention(60, 1, 1), PLANNED)
                .clock(clock)
                .buildWide();
        SplittableRandom origins = new SplittableRandom(6);
        int copies = 2_000_000;
        long own = 1;
        store.markSeen(1, 1, START, own);
        store.markSeen(2, 2, START, own);
        store.confirm(2, 2, START, own);
        int admitted = 0;
        for (int i = 0; i < copies; i++) {
            long other = i % 2 == 0 ? origins.nextLong() : i + 2; // hashes, and numbers in a row
            admitted += store.markSeen(1, 1, START, other) == Verdict.FIRST_SEEN ? 1 : 0;
            assertEquals(Verdict.DUPLICATE, store.markSeen(2, 2, START, other));
        }
        double expected = copies / 65_535.0;
        System.out.println(admitted + " copies admitted of " + copies + ", " + Math.round(expected) + " expected");
        FingerprintTables.assertNotAbove(expected, admitted, "by the guarantees");
        assertTrue(admitted >= 1, "a tag of 16 bits cannot tell them all apart");
    }

    @ParameterizedTest
    @CsvSource({"11, 1", "13, 3"})
    void aGrownTableLosesAsManyAsStated(int bits, int doublings) {
        int planned = PLANNED << doublings;
        DeduplicationStore store =
                open(FingerprintTables.retention(60, 10, 5), bits, builder -> builder.maximumBytes(planned * 12L));
        int perTick = planned / 71;
        Count growing = slide(store, 70, perTick);
        assertAsStated(growing, store.guarantees().falseDuplicateProbability());
        Count grown = slide(store, 200_000 / perTick + 70, perTick);
        assertAsStated(grown, store.guarantees().falseDuplicateProbability());
    }

    @Test
    void aFullTableThatDropsItsOldestLosesAsManyAsStated() {
        DeduplicationStore store = open(
                FingerprintTables.retention(60, 10, 5), 10, FingerprintDeduplicationStore.Builder::evictOldestWhenFull);
        int perTick = PLANNED / 20;
        slide(store, 100, perTick);
        Count count = slide(store, 200, perTick);
        assertAsStated(count, OVER_CAPACITY * store.guarantees().falseDuplicateProbability());
    }

    /** What the statistics say is about now, not about the whole life of the store. */
    @Test
    void aBurstAfterALongLightLoadLosesAsManyAsStated() {
        DeduplicationStore store = open(
                FingerprintTables.retention(60, 1, 0), 10, FingerprintDeduplicationStore.Builder::evictOldestWhenFull);
        slide(store, 10_000, PLANNED / 600);
        slide(store, 60, PLANNED / 15);
        Count burst = slide(store, 60, PLANNED / 15);
        assertAsStated(burst, OVER_CAPACITY * store.guarantees().falseDuplicateProbability());
    }
}
