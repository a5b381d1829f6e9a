package io.github.dedupkit.bloom;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.bloom.BloomStores.START;
import static io.github.dedupkit.bloom.BloomStores.TICK;
import static io.github.dedupkit.bloom.BloomStores.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors in the middle of a call: planted where a full heap would throw. */
class BloomFailureTest {
    private static final int WINDOW = 8;
    private static final int LATENESS = 4;
    private static final Retention RETENTION = BloomStores.retention(WINDOW, LATENESS, 0);
    private static final long NOW = START + 1_000 * TICK;

    private final BloomPlan plan = BloomPlan.of(RETENTION, 10_000, 1e-9, BloomPlan.WhenFull.REFUSE);

    @Test
    void whoCannotTakeEveryLockKeepsNone() {
        Stripes stripes = new Stripes();
        stripes.locks[100] = new ReentrantLock() {
            @Override
            public void lock() {
                throw new OutOfMemoryError("planted");
            }
        };
        assertThrows(OutOfMemoryError.class, stripes::lockAll);
        for (ReentrantLock lock : stripes.locks) {
            assertFalse(lock.isLocked(), "a lock left behind");
        }
    }

    /** Wherever it fails, no key within the window is forgotten, and the next mark of any time makes the books right. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, WINDOW + LATENESS, WINDOW + LATENESS + 1, 1_000})
    void aTickThatFailsHalfWayIsBegunAgain(int ticks) {
        long last = START + (WINDOW + LATENESS) * TICK;
        for (int failing = 0; failing < plan.generations(); failing++) {
            Generations begun = new Generations(RETENTION, plan);
            for (int tick = 0; tick <= WINDOW + LATENESS; tick++) {
                assertEquals(FIRST_SEEN, begun.mark(key(tick), START + tick * TICK, NOW));
            }
            long next = last + ticks * TICK;
            failToBegin(begun, failing, next);
            for (int tick = 0; tick <= WINDOW + LATENESS; tick++) {
                long marked = START + tick * TICK;
                long latest = Math.min(last, marked + WINDOW * TICK);
                assertTrue(
                        begun.mightContain(key(tick), latest, NOW), "key of tick " + tick + ", failed at " + failing);
            }
            assertTrue(begun.beginsTick(last, NOW), "what the failure left to do");
            boolean inTime = ticks <= LATENESS;
            assertEquals(inTime ? DUPLICATE : TOO_LATE, begun.mark(key(WINDOW + LATENESS), last, NOW));
            assertEquals(Math.max(0, WINDOW + LATENESS + 1 - ticks), begun.held(), "keys, failed at " + failing);
            assertFalse(begun.beginsTick(next, NOW), "nothing is left to do");
        }
    }

    @SuppressWarnings("NullAway") // the planted fault
    private static void failToBegin(Generations generations, int failing, long time) {
        Generation spared = generations.ring[failing];
        generations.ring[failing] = null;
        try {
            assertThrows(NullPointerException.class, () -> generations.mark(key(99), time, NOW));
        } finally {
            generations.ring[failing] = spared;
        }
    }
}
