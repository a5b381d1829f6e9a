package io.github.dedupkit;

import java.time.Duration;
import java.util.Objects;
import java.util.UUID;

/**
 * The right to complete a claim, for as long as nobody overtakes it.
 *
 * <p>It is identified by its fence and its owner token, both of which the store compares. The end of the lease is when
 * others may take the claim over, not when its holder loses it: an expired lease that nobody overtook still completes.
 * Immutable and thread-safe.
 *
 * @param key the key that is claimed
 * @param fence a number higher than that of every earlier lease of the key; hand it to the sink, which must refuse a lower
 *     one than it has seen
 * @param owner the token of the caller who claimed
 * @param attempt 1 for a new claim, one more for each time that it was taken over from an owner who was gone
 * @param duration the length of the lease, and of each renewal
 * @param expiresAtNanos when it ends, on the holder's monotonic clock ({@link System#nanoTime}), counted from before the
 *     claim was sent and so not later than the storage has it, unless the holder's clock stood still, as some do while the
 *     machine is suspended; compare by difference
 */
public record Lease(DedupKey key, long fence, UUID owner, int attempt, Duration duration, long expiresAtNanos) {
    /**
     * Validates that nothing is null.
     *
     * @param key the key that is claimed
     * @param fence higher than every earlier one
     * @param owner the token of the caller
     * @param attempt 1 or more
     * @param duration the length of the lease
     * @param expiresAtNanos when it ends, on the holder's monotonic clock
     * @throws NullPointerException naming the component that is null
     */
    public Lease {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(duration, "duration");
    }

    /**
     * The lease after a renewal.
     *
     * @param sentNanos the holder's monotonic time before the renewal was sent
     * @return the same lease, which ends its duration after that
     */
    public Lease renewedAt(long sentNanos) {
        return new Lease(key, fence, owner, attempt, duration, sentNanos + duration.toNanos());
    }
}
