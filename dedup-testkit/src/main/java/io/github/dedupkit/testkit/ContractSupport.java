package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Accuracy;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

    /** What the listener of the store opened by {@link #open(Retention)} was told. */
    Ledger ledger = new Ledger();

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
     * @return two at least, the second with L of two ticks or more
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

    /**
     * Whether copies may be answered by a near tier, as {@code TieredStoreContract} says of its stores. A copy that is late may
     * then be a DUPLICATE, one that is answered near moves no watermark, and the listener hears from each tier.
     */
    boolean isTiered() {
        return false;
    }

    /** Opens a store on a new, empty storage; closed after the test. */
    protected final DeduplicationStore open(Retention retention) {
        closeStore();
        ledger = new Ledger();
        opened = fixture(new StoreConfig(retention, clock, 100_000, ledger));
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
    long scale(String property, long standard) {
        return Long.getLong(property, standard);
    }

    /** Marks without an origin and checks the verdict. */
    protected static void mark(DeduplicationStore store, DedupKey key, long timestamp, Verdict expected, String why) {
        assertEquals(expected, store.markSeen(key, timestamp), why);
    }

    /** Marks a late copy without an origin and checks that the verdict is TOO_LATE; a near tier may know better. */
    final void markLateCopy(DeduplicationStore store, DedupKey key, long timestamp, String why) {
        Verdict verdict = store.markSeen(key, timestamp);
        assertTrue(verdict == Verdict.TOO_LATE || (isTiered() && verdict == Verdict.DUPLICATE), why + ": " + verdict);
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
        if (isNoAccident(falseDuplicates, newKeys, probability)) {
            throw new AssertionError("rule 2: " + falseDuplicates + " of " + newKeys
                    + " new keys told DUPLICATE; that is no accident at the stated probability " + probability + "\n"
                    + seen);
        }
    }

    /** Whether so many false duplicates, or more, have a chance below {@link #SIGNIFICANCE} at a probability. */
    static boolean isNoAccident(long falseDuplicates, long newKeys, double probability) {
        return falseDuplicates > 0
                && 1
                                - new BinomialDistribution(Math.toIntExact(newKeys), probability)
                                        .cumulativeProbability(Math.toIntExact(falseDuplicates) - 1)
                        < SIGNIFICANCE;
    }

    /** Checks that a call throws NullPointerException with the parameter's name. */
    static void refusesNull(String name, Runnable call) {
        var refusal = assertThrows(NullPointerException.class, call::run, "rule 12: null " + name);
        assertEquals(name, refusal.getMessage(), "rule 12: the message names the parameter");
    }

    /** Checks that a call throws IllegalArgumentException with the timestamp. */
    static void refusesTimestamp(long timestamp, Runnable call) {
        var refusal = assertThrows(IllegalArgumentException.class, call::run, "rule 12: timestamp " + timestamp);
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains(Long.toString(timestamp)), "rule 12: the message names the value: " + message);
    }

    /** Runs a body on several threads at once and rethrows what any of them threw. */
    static void onThreads(int threads, ThreadBody body) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                results.add(pool.submit(() -> {
                    start.await();
                    body.run(thread);
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** What a thread does. */
    interface ThreadBody {
        void run(int thread) throws Exception;
    }
}
