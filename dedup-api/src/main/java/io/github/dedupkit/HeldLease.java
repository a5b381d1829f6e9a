package io.github.dedupkit;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The lease of a running action as its holder sees it: renewed in the background, counted on the holder's monotonic clock
 * from before each call was sent. Thread-safe.
 */
public final class HeldLease {
    private final LongSupplier nanoTime;
    private volatile Lease lease;
    private volatile boolean overtaken;

    HeldLease(Lease lease, LongSupplier nanoTime) {
        this.lease = lease;
        this.nanoTime = nanoTime;
    }

    /**
     * The key that is claimed.
     *
     * @return the key
     */
    public DedupKey key() {
        return lease.key();
    }

    /**
     * The number to send with every effect. A sink that remembers the highest one it has seen for a key, and refuses lower
     * ones, is safe from an owner who was paused and overtaken.
     *
     * @return higher than the fence of every earlier owner of the key
     */
    public long fence() {
        return lease.fence();
    }

    /**
     * Which attempt this is since the key was last free: above 1, an earlier owner went away and may have had any part of
     * its effect. A release makes the key free.
     *
     * @return 1 or more
     */
    public int attempt() {
        return lease.attempt();
    }

    /**
     * How long nobody else may take the claim over, unless it is renewed meanwhile.
     *
     * @return zero if the lease is lost
     */
    public Duration remaining() {
        long nanos = overtaken ? 0 : Math.max(0, lease.expiresAtNanos() - nanoTime.getAsLong());
        return Duration.ofNanos(nanos);
    }

    /**
     * Whether another owner has, or may have by now, taken the claim over. The action should stop. A lease that merely ran
     * out may still be completed, or be renewed and be held again.
     *
     * @return true once it is overtaken, and while it has run out
     */
    public boolean isLost() {
        return overtaken || lease.expiresAtNanos() - nanoTime.getAsLong() <= 0;
    }

    /**
     * Stops an action that has lost its lease: call it before each effect.
     *
     * @throws LeaseLostException if {@link #isLost()}
     */
    public void requireHeld() {
        if (isLost()) {
            Lease now = lease;
            throw new LeaseLostException("the lease of key " + now.key() + " with fence " + now.fence() + " of "
                    + now.duration() + (overtaken ? " was overtaken" : " has run out without a renewal")
                    + "; stop, or take a longer lease");
        }
    }

    Lease lease() {
        return lease;
    }

    void renewed(Lease renewed) {
        lease = renewed;
    }

    void overtaken() {
        overtaken = true;
    }
}
