package io.github.dedupkit.bloom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a store takes, and what it refuses: the message names the value, the bound and the remedy. */
class BloomPlanTest {
    private static final Retention USUAL = BloomStores.retention(8, 1, 1);

    private static void refuses(Runnable call, String... parts) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, call::run).getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), "\"" + part + "\" is not in: " + message);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // W, L, S and g in ms; the ticks and the remedy
        "100000, 1000, 1000, 100, 1020, smallest tick that fits is 1000 ms",
        "129000, 0, 0, 1000, 129, smallest tick that fits is 1032 ms",
        "3600000, 1800000, 1800000, 60000, 120, ",
        "128000, 0, 0, 1000, 128, ",
        "99991, 99991, 0, 1, 199982, smallest tick that fits is 99991 ms",
        "3600000, 3599999, 1, 1, 7200000, round the lateness to a multiple of 60000 ms"
    })
    void tooManyTicksAreRefusedWithTheSmallestThatFits(
            long window, long lateness, long skew, long tick, long ticks, String remedy) {
        Retention retention = Retention.builder(Duration.ofMillis(window))
                .lateness(Duration.ofMillis(lateness))
                .tick(Duration.ofMillis(tick))
                .futureSkew(Duration.ofMillis(skew))
                .build();
        if (remedy == null) {
            BloomDeduplicationStore.builder(retention, 1).build().close();
        } else {
            refuses(
                    () -> BloomDeduplicationStore.builder(retention, 1),
                    ticks + " ticks",
                    BloomPlan.MAX_TICKS + " are allowed",
                    remedy);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, BloomPlan.MAX_KEYS + 1, Long.MAX_VALUE})
    void keysOutOfBoundsAreRefused(long expectedKeys) {
        refuses(
                () -> BloomDeduplicationStore.builder(USUAL, expectedKeys),
                "expectedKeys " + expectedKeys,
                "68719476736",
                "window + lateness + tick");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 1, 0.11, 9e-13, Double.NaN, Double.POSITIVE_INFINITY})
    void probabilitiesOutOfBoundsAreRefused(double probability) {
        refuses(
                () -> BloomDeduplicationStore.builder(USUAL, 1).falseDuplicateProbability(probability),
                "falseDuplicateProbability " + probability,
                "1.0E-12 to 0.1");
    }

    @Test
    void whatOutgrowsTheHeapIsRefused() {
        long heap = Runtime.getRuntime().maxMemory();
        refuses(
                () -> BloomDeduplicationStore.builder(Retention.ofWindow(Duration.ofHours(1)), BloomPlan.MAX_KEYS)
                        .build(),
                "bytes of heap",
                "the JVM has " + heap,
                "-Xmx",
                "fewer keys than 68719476736",
                "1.0E-6");
        BloomPlan plan = BloomPlan.of(USUAL, 1_000_000, 1e-6, BloomPlan.WhenFull.REFUSE);
        long most = (plan.generations() + 1_000_000 / plan.capacity()) * plan.filterBytes();
        plan.requireRoom(most);
        refuses(() -> plan.requireRoom(most - 1), "up to " + most + " bytes", "the JVM has " + (most - 1));
    }

    /** Guava's array of longs ends at 2^31 of them, which the error of the JVM would not say. */
    @Test
    void whatOutgrowsAFilterIsRefused() {
        BloomPlan plan = new BloomPlan(1L << 36, 1e-6, BloomPlan.WhenFull.REFUSE, 8, 1, 1L << 33, 1e-4);
        refuses(
                () -> plan.requireRoom(Long.MAX_VALUE),
                "164670049088 bits",
                "Guava's holds 137438952896",
                "finer tick");
    }

    /** The share of a tick with a quarter to spare fits one filter, and all filters together keep the probability. */
    @ParameterizedTest
    @CsvSource({"1, 0.1", "1000, 1e-6", "1000000, 1e-6", "1000000, 1e-12", "40000000, 0.01"})
    void thePlanKeepsTheProbability(long expectedKeys, double probability) {
        BloomPlan plan = BloomPlan.of(USUAL, expectedKeys, probability, BloomPlan.WhenFull.REFUSE);
        assertEquals(11, plan.generations());
        assertTrue(plan.capacity() >= expectedKeys / 10 * 5 / 4, plan.toString());
        double filter = plan.filterProbability() + plan.excess();
        double full = Math.max(1, (double) expectedKeys / plan.capacity());
        assertTrue(full * filter * filter <= probability * 1.000001, plan + " errs with " + full * filter * filter);
        assertTrue(
                expectedKeys < 1_000_000 || probability < 1e-9 || full * filter * filter > probability * 0.8,
                plan + " is too careful: " + full * filter * filter);
    }

    @Test
    void memoryIsAsDocumented() {
        BloomPlan plan = BloomPlan.of(USUAL, 10_000_000, 1e-6, BloomPlan.WhenFull.REFUSE);
        double steady = 10.0 * plan.filterBytes() / 10_000_000;
        assertTrue(steady > 4.8 && steady < 5.3, steady + " bytes per key under a steady load");
    }
}
