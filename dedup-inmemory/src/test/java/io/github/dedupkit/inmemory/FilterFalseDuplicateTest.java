package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a filter has room for, and how often it takes a new key for a known one, while keys come and go at a steady rate: not
 * above what the guarantees and the statistics state, and not below a third of the statistics, or they would say nothing.
 * Fixed keys: the same count each time.
 *
 * <p>System properties: {@code dedup.test.long-filter-marks} and {@code dedup.test.long-filter-keys}, marks at each load, and keys.
 */
@Timeout(1_800)
class FilterFalseDuplicateTest {
    /** Over capacity, by the guarantees: a full line in each of four tables. */
    private static final int OVER_CAPACITY = 5;

    private static final int PLANNED = 100_000;

    private final VirtualClock clock = new VirtualClock(FingerprintTables.START);
    private final SplittableRandom keys = new SplittableRandom(20_260_101);
    private String refusal = "";

    /** New keys, and what became of them. */
    private static final class Count {
        long marks;
        long lost;
        long refused;
        double expected;

        @Override
        public String toString() {
            return lost + " false duplicates among " + marks + " new keys, " + Math.round(expected)
                    + " by the statistics; " + refused + " refused";
        }
    }

    /** Marks new keys for some ticks, as many in each as make for so many that live. */
    private Count slide(FingerprintFilterDeduplicationStore store, Retention retention, long ticks, double live) {
        Count count = new Count();
        double perTick = live / (Ages.of(retention).life() - Ages.of(retention).skew());
        for (long tick = 1; tick <= ticks; tick++) {
            clock.set(clock.millis() + FingerprintTables.TICK);
            double stated = store.stats().falseDuplicateProbability();
            for (long due = (long) (tick * perTick); count.marks < due; count.marks++) {
                count.expected += stated;
                try {
                    Verdict verdict = store.markSeen(keys.nextLong(), keys.nextLong(), clock.millis());
                    count.lost += verdict == Verdict.DUPLICATE ? 1 : 0;
                } catch (StoreUnavailableException full) {
                    count.refused++;
                    refusal = String.valueOf(full.getMessage());
                }
            }
        }
        return count;
    }

    private static void assertAsStated(Count count, double bound) {
        System.out.println(count);
        assertTrue(count.expected > 10, "too few to tell: " + count);
        FingerprintTables.assertNotAbove(count.marks * bound, count.lost, "by the guarantees");
        assertTrue(3 * count.lost >= count.expected, "the statistics are far too high: " + count);
    }

    @ParameterizedTest
    @CsvSource({"BITS_16, 1000000", "BITS_18, 1500000", "BITS_21, 4000000"})
    void aSlidingWindowLosesAsManyAsStated(FilterWidth width, long marks) {
        slideAtEveryLoad(width, marks);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = "BITS_24")
    void aSlidingWindowOfWiderFingerprintsLosesAsManyAsStated(FilterWidth width) {
        slideAtEveryLoad(width, Long.getLong("dedup.test.long-filter-marks", 100_000_000));
    }

    private void slideAtEveryLoad(FilterWidth width, long marks) {
        Retention retention = FilterStores.mostTicks(width);
        int life = Ages.of(retention).life();
        FingerprintFilterDeduplicationStore store = FilterStores.open(width, retention, PLANNED, clock);
        double stated = store.guarantees().falseDuplicateProbability();
        assertTrue(stated <= FilterStores.probability(width) && stated > FilterStores.probability(width) / 2);
        for (double load : new double[] {0.5, 1, 1.5, 4}) {
            System.out.print(width + " at " + load + " of what is expected: ");
            double live = load * PLANNED;
            long filling = slide(store, retention, 2L * life, live).refused;
            Count count = slide(store, retention, (long) (marks / live * life), live);
            assertAsStated(count, load > 1 ? OVER_CAPACITY * stated : stated);
            if (load <= 1) { // beyond, a line is fuller at the end of a tick than when the statistics were read
                double bound = stated * count.marks;
                assertTrue(count.lost <= bound + 1.645 * Math.sqrt(bound), "above the 95 % bound: " + count);
                FingerprintTables.assertNotAbove(count.expected, count.lost, "by the statistics");
            }
            assertEquals(load > 1, filling + count.refused > 0, "refused, at " + load);
        }
        assertTrue(
                refusal.contains("planned for " + PLANNED + " keys") && refusal.contains("expect more keys"), refusal);
        slide(store, retention, life, PLANNED); // some of what was too much lives on
        assertEquals(0, slide(store, retention, 2L * life, PLANNED).refused, "room comes back with time");
    }

    @ParameterizedTest
    @EnumSource
    void aTenthMoreThanExpectedFits(FilterWidth width) {
        assertATenthMoreFits(width, 100_000);
        assertATenthMoreFits(width, 1_000_000);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void aTenthMoreThanTenMillionFits(FilterWidth width) {
        assertATenthMoreFits(width, Integer.getInteger("dedup.test.long-filter-keys", 10_000_000));
    }

    private void assertATenthMoreFits(FilterWidth width, int expected) {
        Retention retention = FilterStores.mostTicks(width);
        FingerprintFilterDeduplicationStore store = FilterStores.open(width, retention, expected, clock);
        Count count = slide(store, retention, 3L * Ages.of(retention).life(), 1.1 * expected);
        assertEquals(0, count.refused, width + " for " + expected + " keys");
        long retained = store.stats().retainedKeys();
        assertTrue(retained >= 0.99 * expected && retained < 1.3 * expected, retained + " of " + expected);
    }

    @ParameterizedTest
    @CsvSource({"BITS_16, 26, 14", "BITS_18, 30, 17", "BITS_21, 37, 21", "BITS_24, 42, 23", "BITS_32, 63, 28"})
    void aKeyCostsWhatTheDocumentationSays(FilterWidth width, int bits, int ticks) {
        assertEquals(ticks, width.mostTicks());
        FingerprintFilterDeduplicationStore store =
                FilterStores.open(width, FilterStores.mostTicks(width), 1_000_000, clock);
        assertEquals(bits, Math.round(store.stats().bytes().orElseThrow() * 8 / 1e6));
    }
}
