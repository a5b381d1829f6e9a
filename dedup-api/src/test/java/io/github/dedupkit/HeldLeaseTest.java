package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeldLeaseTest {
    private static final DedupKey KEY = DedupKey.ofBits(1, 2);
    private static final Duration DURATION = Duration.ofSeconds(30);

    /** Near the end of the numbers, so that every test wraps. */
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

    private final Lease lease = new Lease(KEY, 77, new UUID(3, 4), 2, DURATION, now.get() + DURATION.toNanos());
    private final HeldLease held = new HeldLease(lease, now::get);

    @Test
    void showsItsLease() {
        assertEquals(KEY, held.key());
        assertEquals(77, held.fence());
        assertEquals(2, held.attempt());
        assertEquals(lease, held.lease());
    }

    @Test
    void isHeldUntilItRunsOut() {
        assertEquals(DURATION, held.remaining());
        now.addAndGet(DURATION.toNanos() - 1);
        assertEquals(Duration.ofNanos(1), held.remaining());
        assertFalse(held.isLost());
        assertDoesNotThrow(held::requireHeld);
        now.addAndGet(1);
        assertEquals(Duration.ZERO, held.remaining());
        assertTrue(held.isLost());
        String message =
                assertThrows(LeaseLostException.class, held::requireHeld).getMessage();
        assertEquals(
                "the lease of key " + KEY + " with fence 77 of PT30S has run out without a renewal; stop, or take a"
                        + " longer lease",
                message);
        now.addAndGet(DURATION.toNanos());
        assertEquals(Duration.ZERO, held.remaining(), "nothing remains, however long ago it ended");
    }

    @Test
    void isHeldAgainAfterALateRenewal() {
        now.addAndGet(DURATION.toNanos());
        assertTrue(held.isLost());
        held.renewed(lease.renewedAt(now.get()));
        assertFalse(held.isLost());
        assertEquals(DURATION, held.remaining());
    }

    @Test
    void isLostForGoodOnceOvertaken() {
        held.overtaken();
        assertTrue(held.isLost(), "though its time is not over");
        assertEquals(Duration.ZERO, held.remaining());
        String message =
                assertThrows(LeaseLostException.class, held::requireHeld).getMessage();
        assertTrue(String.valueOf(message).contains(" was overtaken; stop"), message);
        held.renewed(lease.renewedAt(now.get()));
        assertTrue(held.isLost(), "no renewal brings it back");
    }
}
