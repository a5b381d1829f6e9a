package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Accuracy;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.List;
import org.hipparchus.distribution.discrete.BinomialDistribution;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What the contract classes share: the hooks that a store supplies, and one open store on virtual time. */
abstract class ContractSupport {
    /** The first reading of every virtual clock: the start of 2026. */
    protected static final long START = 1_767_225_600_000L;

    /** A chance below which a count is no accident. */
    private static final double SIGNIFICANCE = 1e-9;

    private static final KeySpace KEY_SPACE = KeySpace.trusted("dedupkit/contract");
    private static final long CONSTANT_TOP = START << 16;

    private @Nullable StoreFixture opened;
    private @Nullable DeduplicationStore store;

    /** The clock of the store opened by {@link #open(Retention)}. */
    protected final VirtualClock clock = new VirtualClock(START);

    /**
     * Supplies an empty storage for the store under test.
     *
     * @param config what the test asks for
     * @return the fixture; the contract closes it
     */
    protected abstract StoreFixture fixture(StoreConfig config);

    /**
     * Supplies what the store under test promises, as literals: a store that promises less fails.
     *
     * @return the expected guarantees
     */
    protected abstract Guarantees expectedGuarantees();

    /**
     * Supplies distinct keys that fall in one unit of atomicity, and so share a watermark. A store with more than one unit
     * overrides this.
     *
     * @param shape what the keys must look like
     * @param index numbers the keys, 0 or more
     * @return a key, always the same for the same arguments
     */
    protected DedupKey key(KeyShape shape, long index) {
        DedupKey key = KEY_SPACE.key(index);
        return shape == KeyShape.UNIFORM ? key : DedupKey.ofBits(CONSTANT_TOP | (key.high() & 0xFFFF), key.low());
    }

    /**
     * Supplies the retentions that the contract runs with; every one must be supported.
     *
     * @return at least one
     */
    protected List<Retention> retentions() {
        return List.of(
                Retention.ofWindow(Duration.ofHours(1)),
                Retention.builder(Duration.ofMinutes(1))
                        .lateness(Duration.ofSeconds(10))
                        .tick(Duration.ofSeconds(1))
                        .futureSkew(Duration.ofSeconds(5))
                        .build(),
                Retention.builder(Duration.ofSeconds(10))
                        .lateness(Duration.ofSeconds(10))
                        .tick(Duration.ofSeconds(1))
                        .build(),
                Retention.builder(Duration.ofSeconds(1))
                        .lateness(Duration.ZERO)
                        .tick(Duration.ofSeconds(1))
                        .build());
    }

    /** Opens a store on a new, empty storage; closed after the test. */
    protected final DeduplicationStore open(Retention retention) {
        closeStore();
        opened = fixture(new StoreConfig(retention, clock, 100_000, (a, b, c, d, e, f) -> {}));
        store = opened.open();
        return store;
    }

    @AfterEach
    final void closeStore() {
        if (store != null) {
            store.close();
        }
        if (opened != null) {
            opened.close();
        }
    }

    /** A key of the uniform shape. */
    protected final DedupKey key(long index) {
        return key(KeyShape.UNIFORM, index);
    }

    /** A number of iterations, settable by a system property. */
    protected static long scale(String property, long standard) {
        return Long.getLong(property, standard);
    }

    /** Marks without an origin and checks the verdict. */
    protected static void mark(DeduplicationStore store, DedupKey key, long timestamp, Verdict expected, String why) {
        assertEquals(expected, store.markSeen(key, timestamp), why);
    }

    /** Marks with an origin and checks the verdict. */
    protected static void mark(
            ReplaySafeStore store, DedupKey key, long timestamp, long origin, Verdict expected, String why) {
        assertEquals(expected, store.markSeen(key, timestamp, origin), why);
    }

    /** Fails if so many new keys were told DUPLICATE that it is no accident at the stated probability (none, if exact). */
    protected final void assertFalseDuplicatesWithinBound(long falseDuplicates, long newKeys, String seen) {
        Guarantees guarantees = expectedGuarantees();
        if (falseDuplicates == 0) {
            return;
        }
        if (guarantees.accuracy() == Accuracy.EXACT) {
            throw new AssertionError("rule 2: " + falseDuplicates + " events lost by an exact store\n" + seen);
        }
        double probability = guarantees.falseDuplicateProbability();
        double chance = 1
                - new BinomialDistribution(Math.toIntExact(newKeys), probability)
                        .cumulativeProbability(Math.toIntExact(falseDuplicates) - 1);
        if (chance < SIGNIFICANCE) {
            throw new AssertionError(
                    "rule 2: " + falseDuplicates + " of " + newKeys + " new keys told DUPLICATE; at the stated"
                            + " probability " + probability + " the chance of so many is " + chance + "\n" + seen);
        }
    }
}
