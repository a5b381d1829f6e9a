package io.github.dedupkit;

import java.time.Duration;
import java.util.Objects;
import java.util.UUID;

/**
 * A request to {@linkplain IdempotencyStore#claim claim} a key. Immutable and thread-safe.
 *
 * @param key what to claim
 * @param fingerprint a hash of the request's content: a key used again with another one is a {@link
 *     Claim.FingerprintMismatch}. {@link #NO_FINGERPRINT} if contents are not compared
 * @param owner names this one call, never used before: a request whose answer was lost may be sent again, and gets its
 *     own claim again
 * @param lease how long others leave the claim alone, unless it is renewed: {@link #MINIMUM} to {@link #MAXIMUM_LEASE}
 * @param retention how long the record of an owner who is gone is kept after its lease, if it may be retried: {@link
 *     #MINIMUM} to {@link #MAXIMUM_RETENTION}. A parked one is kept until it is resolved
 * @param ownerGone what becomes of the claim if this owner does not come back
 * @param intent what the claim is for
 */
public record ClaimRequest(
        DedupKey key,
        DedupKey fingerprint,
        UUID owner,
        Duration lease,
        Duration retention,
        OwnerGone ownerGone,
        Intent intent) {
    /** The fingerprint of a request whose content is not compared. */
    public static final DedupKey NO_FINGERPRINT = DedupKey.ofBits(0, 0);

    /** The shortest lease and the shortest retention. */
    public static final Duration MINIMUM = Duration.ofMillis(1);

    /** The longest lease; what takes longer renews. */
    public static final Duration MAXIMUM_LEASE = Duration.ofDays(7);

    /** The longest retention. */
    public static final Duration MAXIMUM_RETENTION = Duration.ofDays(3650);

    /** What becomes of a claim whose lease ended and whose owner has not been heard of. */
    public enum OwnerGone {
        /** The next caller takes it over: the action may run again, on top of what the first attempt did. */
        RETRY,
        /** It is parked until a person or a callback says what happened. */
        PARK
    }

    /** What a claim is for. */
    public enum Intent {
        /** To run the action. A parked claim is left as it is. */
        RUN,
        /** To resolve a parked claim, which is granted; whatever else is found is answered as for {@link #RUN}. */
        RESOLVE
    }

    /**
     * Validates the components.
     *
     * @param key what to claim
     * @param fingerprint a hash of the request's content
     * @param owner names this one call
     * @param lease how long others leave the claim alone
     * @param retention how long the record of an owner who is gone is kept
     * @param ownerGone what becomes of the claim
     * @param intent what the claim is for
     * @throws NullPointerException naming the component that is null
     * @throws IllegalArgumentException if lease or retention is out of bounds
     */
    public ClaimRequest {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(fingerprint, "fingerprint");
        Objects.requireNonNull(owner, "owner");
        requireLease(lease);
        requireRetention(retention);
        Objects.requireNonNull(ownerGone, "ownerGone");
        Objects.requireNonNull(intent, "intent");
    }

    /**
     * The same request with the intent to resolve.
     *
     * @return a request that is granted a parked claim
     */
    public ClaimRequest toResolve() {
        return new ClaimRequest(key, fingerprint, owner, lease, retention, ownerGone, Intent.RESOLVE);
    }

    static Duration requireLease(Duration lease) {
        return require("lease", lease, MAXIMUM_LEASE);
    }

    /**
     * Checks a retention, for stores.
     *
     * @param retention to check
     * @return the retention
     * @throws NullPointerException if it is null
     * @throws IllegalArgumentException if it is not between {@link #MINIMUM} and {@link #MAXIMUM_RETENTION}
     */
    public static Duration requireRetention(Duration retention) {
        return require("retention", retention, MAXIMUM_RETENTION);
    }

    static Duration require(String name, Duration given, Duration maximum) {
        Objects.requireNonNull(given, name);
        if (given.compareTo(MINIMUM) < 0 || given.compareTo(maximum) > 0) {
            throw new IllegalArgumentException(
                    name + " " + given + " is out of bounds; give " + MINIMUM + " to " + maximum);
        }
        return given;
    }
}
