package io.github.dedupkit;

import java.time.Duration;
import java.util.Objects;

/** What {@link IdempotencyStore#claim} answers. Immutable and thread-safe. */
public sealed interface Claim {
    /**
     * The caller owns the claim, and must complete, release or park it.
     *
     * @param lease what the owner shows
     */
    record Granted(Lease lease) implements Claim {
        /**
         * Validates that nothing is null.
         *
         * @param lease what the owner shows
         * @throws NullPointerException if the lease is null
         */
        public Granted {
            Objects.requireNonNull(lease, "lease");
        }
    }

    /**
     * Another owner is at work.
     *
     * @param remaining until its lease ends, unless it is renewed
     */
    record InProgress(Duration remaining) implements Claim {
        /**
         * Validates that nothing is null.
         *
         * @param remaining until its lease ends
         * @throws NullPointerException if the duration is null
         */
        public InProgress {
            Objects.requireNonNull(remaining, "remaining");
        }
    }

    /**
     * It was done before.
     *
     * @param outcome what was recorded
     */
    record Completed(Outcome outcome) implements Claim {
        /**
         * Validates that nothing is null.
         *
         * @param outcome what was recorded
         * @throws NullPointerException if the outcome is null
         */
        public Completed {
            Objects.requireNonNull(outcome, "outcome");
        }
    }

    /**
     * Nobody knows whether it was done: its owner is gone, or gave it up as uncertain. A person, or a callback, decides.
     *
     * @param since for how long
     */
    record Parked(Duration since) implements Claim {
        /**
         * Validates that nothing is null.
         *
         * @param since for how long
         * @throws NullPointerException if the duration is null
         */
        public Parked {
            Objects.requireNonNull(since, "since");
        }
    }

    /** The key is in use with another request fingerprint; its outcome is not shown. */
    record FingerprintMismatch() implements Claim {}
}
