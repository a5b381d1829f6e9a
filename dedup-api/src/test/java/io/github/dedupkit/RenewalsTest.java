package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class RenewalsTest {
    private static final DedupKey KEY = DedupKey.ofBits(1, 2);

    /** The thread looks twelve times per lease in real time: not within these tests. */
    private static final long LEASE = Duration.ofHours(12).toNanos();

    private final AtomicLong now = new AtomicLong(-1);
    private final SmallIdempotencyStore store = new SmallIdempotencyStore(now::get);
    private final Renewals renewals = new Renewals(store, LEASE, now::get);

    private HeldLease held(DedupKey key, Duration lease) {
        ClaimRequest request = new ClaimRequest(
                key, ClaimRequest.NO_FINGERPRINT, UUID.randomUUID(), lease, lease, OwnerGone.RETRY, Intent.RUN);
        if (store.claim(request) instanceof Claim.Granted granted) {
            return new HeldLease(granted.lease(), now::get);
        }
        throw new AssertionError("a fresh key was not granted");
    }

    private HeldLease added(DedupKey key) {
        HeldLease held = held(key, Duration.ofNanos(LEASE));
        renewals.add(held);
        store.diary.clear();
        return held;
    }

    private static List<String> renews(int count) {
        return Collections.nCopies(count, "renew");
    }

    @Test
    void renewsWhatWouldBePastAThirdAtTheNextLook() {
        HeldLease held = added(KEY);
        now.addAndGet(LEASE / 4 - 1);
        renewals.renewDue();
        assertEquals(renews(0), store.diary(), "before a quarter");
        now.addAndGet(1);
        renewals.renewDue();
        assertEquals(renews(1), store.diary(), "a quarter: a third at the next look");
        assertEquals(Duration.ofNanos(LEASE), held.remaining(), "from now");
        renewals.renewDue();
        assertEquals(renews(1), store.diary(), "not again before its time");
        renewals.remove(held);
    }

    @Test
    void looksTwelveTimesALeaseRenewAtAThird() {
        HeldLease held = added(KEY);
        for (int look = 1; look <= 120; look++) {
            now.addAndGet(LEASE / 12);
            assertTrue(held.remaining().toNanos() >= LEASE - LEASE / 3, "a third at most has passed at look " + look);
            renewals.renewDue();
        }
        assertEquals(renews(40), store.diary(), "in ten leases");
        renewals.remove(held);
    }

    @Test
    void aRemovedLeaseIsNotRenewed() {
        renewals.remove(added(KEY));
        now.addAndGet(LEASE);
        renewals.renewDue();
        assertEquals(renews(0), store.diary());
    }

    @Test
    void aRefusedRenewalIsTheLast() {
        HeldLease held = added(KEY);
        store.release(held.lease());
        store.diary.clear();
        now.addAndGet(LEASE / 3);
        renewals.renewDue();
        renewals.renewDue();
        assertEquals(renews(1), store.diary());
        assertTrue(held.isLost());
    }

    @Test
    void aFailedRenewalIsTriedAtTheNextLookAndHarmsNoOther() {
        HeldLease first = added(KEY);
        HeldLease second = added(DedupKey.ofBits(3, 4));
        store.refuse(
                "renew",
                new StoreUnavailableException("by hand"),
                new StoreUnavailableException("by hand"),
                new OutOfMemoryError("by hand"),
                new StackOverflowError("by hand"));
        now.addAndGet(LEASE / 3);
        for (int look = 1; look <= 3; look++) {
            renewals.renewDue();
            assertEquals(renews(2 * look), store.diary(), "look " + look);
        }
        assertEquals(Duration.ofNanos(LEASE), first.remaining());
        assertEquals(Duration.ofNanos(LEASE), second.remaining());
        renewals.remove(first);
        renewals.remove(second);
    }

    @Test
    void anInterruptedThreadKeepsItsPace() {
        Duration lease = Duration.ofMillis(240);
        AtomicLong looks = new AtomicLong();
        Renewals real = new Renewals(store, lease.toNanos(), () -> {
            looks.incrementAndGet();
            return now.get();
        });
        List<Thread> before = threads();
        HeldLease held = held(KEY, lease);
        real.add(held);
        Thread thread =
                threads().stream().filter(t -> !before.contains(t)).findAny().orElseThrow();
        thread.interrupt();
        LockSupport.parkNanos(lease.toNanos());
        real.remove(held);
        assertTrue(looks.get() > 0, "it looks on");
        assertTrue(looks.get() < 1_000, "it looked " + looks + " times in about a lease, not twelve");
    }

    @Test
    void aLookThatThrowsIsNotTheLast() {
        Duration lease = Duration.ofMillis(24);
        AtomicLong looks = new AtomicLong();
        Renewals real = new Renewals(store, lease.toNanos(), () -> {
            if (looks.incrementAndGet() == 1) {
                throw new OutOfMemoryError("by hand");
            }
            return now.get();
        });
        HeldLease held = held(KEY, lease);
        real.add(held);
        long began = System.nanoTime();
        while (looks.get() < 3
                && System.nanoTime() - began < Duration.ofSeconds(10).toNanos()) {
            LockSupport.parkNanos(1_000_000);
        }
        real.remove(held);
        assertTrue(looks.get() >= 3, "it looked " + looks + " times, the first in vain");
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("dedupkit-lease-renewal"))
                .toList();
    }
}
