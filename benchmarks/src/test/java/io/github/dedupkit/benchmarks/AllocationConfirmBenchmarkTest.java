package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Confirms and forgets find what they are for, or the figures are about calls that do nothing. */
class AllocationConfirmBenchmarkTest {
    private static final int EVENTS = 40_000;
    private static final long ANOTHER_ORIGIN = 1L << 40;

    private final AllocationConfirmBenchmark benchmark = new AllocationConfirmBenchmark();

    @BeforeEach
    void setUp() {
        benchmark.setUp();
    }

    @Test
    void everyOtherDeliveryIsConfirmed() {
        int duplicates = 0;
        for (int i = 0; i < EVENTS; i++) {
            duplicates += benchmark.confirmCall().isDuplicate() ? 1 : 0;
            assertEquals(Verdict.DUPLICATE, benchmark.again(0), "event " + i); // unconfirmed, it would be a replay
        }
        assertHalf(duplicates);
        duplicates = 0;
        for (int i = 0; i < EVENTS / 256; i++) {
            duplicates += benchmark.confirmBatch();
            assertEquals(Verdict.DUPLICATE, benchmark.again(0), "batch " + i);
        }
        assertHalf(duplicates);
    }

    @Test
    void everyDeliveryIsForgotten() {
        for (int i = 0; i < EVENTS; i++) {
            assertEquals(Verdict.FIRST_SEEN, benchmark.forgetCall(), "event " + i);
        }
        assertEquals(Verdict.FIRST_SEEN, benchmark.again(ANOTHER_ORIGIN)); // not forgotten, it would be a duplicate
    }

    @Test
    void everyBatchIsForgotten() {
        for (int i = 0; i < EVENTS / 256; i++) {
            assertEquals(0, benchmark.forgetBatch(), "batch " + i);
        }
        assertEquals(Verdict.FIRST_SEEN, benchmark.again(ANOTHER_ORIGIN));
    }

    private static void assertHalf(int duplicates) {
        assertTrue(duplicates > EVENTS / 5 && duplicates < EVENTS * 3 / 5, duplicates + " duplicates of " + EVENTS);
    }
}
