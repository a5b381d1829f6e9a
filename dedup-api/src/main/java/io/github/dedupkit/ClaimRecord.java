package io.github.dedupkit;

import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a store keeps of a claim, and the table of {@link IdempotencyStore} as functions from one record to the next: for
 * stores that can read and replace a record in one atomic step. Users of a store do not need it.
 *
 * <p>Every function takes the time on the storage's own clock, in nanoseconds since any moment; times are compared by
 * difference. Null stands for ABSENT. Immutable and thread-safe.
 *
 * @param state the state
 * @param fingerprint of the request
 * @param fence of the last lease
 * @param owner of the last lease
 * @param attempt of the last lease
 * @param ownerGone what becomes of the claim if its owner does not come back
 * @param since when the lease ended or will end, the claim was parked, or the outcome was recorded
 * @param keptNanos how long the record is kept after {@code since}, unless it is parked or may yet be
 * @param outcome what was recorded, if it is completed
 */
public record ClaimRecord(
        State state,
        DedupKey fingerprint,
        long fence,
        UUID owner,
        int attempt,
        OwnerGone ownerGone,
        long since,
        long keptNanos,
        @Nullable Outcome outcome) {

    /** The state of a claim that has a record. */
    public enum State {
        /** Owned, or left by its owner. */
        CLAIMED,
        /** Waiting to be resolved. */
        PARKED,
        /** Done; the outcome is kept. */
        COMPLETED
    }

    /**
     * What a claim does.
     *
     * @param record the record from now on
     * @param answer the answer to its caller
     */
    public record Step(ClaimRecord record, Claim answer) {
        /**
         * Validates that nothing is null.
         *
         * @param record the record from now on
         * @param answer the answer to its caller
         * @throws NullPointerException naming the component that is null
         */
        public Step {
            Objects.requireNonNull(record, "record");
            Objects.requireNonNull(answer, "answer");
        }
    }

    /**
     * Validates that nothing is null but the outcome.
     *
     * @param state the state
     * @param fingerprint of the request
     * @param fence of the last lease
     * @param owner of the last lease
     * @param attempt of the last lease
     * @param ownerGone what becomes of the claim
     * @param since when the state began, or the lease ends
     * @param keptNanos how long the record is kept after that
     * @param outcome what was recorded
     * @throws NullPointerException naming the component that is null
     * @throws IllegalArgumentException if a completed record has no outcome, or another one has
     */
    public ClaimRecord {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(fingerprint, "fingerprint");
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(ownerGone, "ownerGone");
        if ((state == State.COMPLETED) != (outcome != null)) {
            throw new IllegalArgumentException("a record that is " + state + " and has "
                    + (outcome == null ? "no outcome" : "an outcome") + "; completed records have one, others none");
        }
    }

    /**
     * Claims.
     *
     * @param current the record, or null
     * @param request the request
     * @param now the storage's time in nanoseconds
     * @param sentNanos the holder's monotonic time before the call
     * @param newFence draws the next fence; asked only if one is needed
     * @return the next record, which may be the current one, and the answer
     */
    public static Step claim(
            @Nullable ClaimRecord current, ClaimRequest request, long now, long sentNanos, LongSupplier newFence) {
        if (current == null || current.isOver(now)) {
            return grant(request, newFence.getAsLong(), 1, now, sentNanos);
        }
        if (!current.fingerprint.equals(request.fingerprint())) {
            return new Step(current, new Claim.FingerprintMismatch());
        }
        if (current.outcome != null) {
            return new Step(current, new Claim.Completed(current.outcome));
        }
        if (current.state == State.CLAIMED && current.owner.equals(request.owner())) {
            return grant(request, current.fence, current.attempt, now, sentNanos);
        }
        boolean running = current.state == State.CLAIMED && now - current.since < 0;
        if (running) {
            return new Step(current, new Claim.InProgress(Duration.ofNanos(current.since - now)));
        }
        boolean retried = current.state == State.CLAIMED && current.ownerGone == OwnerGone.RETRY;
        if (retried || request.intent() == Intent.RESOLVE) {
            int attempt = current.attempt == Integer.MAX_VALUE ? current.attempt : current.attempt + 1;
            return grant(request, newFence.getAsLong(), attempt, now, sentNanos);
        }
        ClaimRecord parked = current.state == State.PARKED ? current : current.inState(State.PARKED, current.since);
        return new Step(parked, new Claim.Parked(Duration.ofNanos(now - current.since)));
    }

    private static Step grant(ClaimRequest request, long fence, int attempt, long now, long sentNanos) {
        long nanos = request.lease().toNanos();
        ClaimRecord claimed = new ClaimRecord(
                State.CLAIMED,
                request.fingerprint(),
                fence,
                request.owner(),
                attempt,
                request.ownerGone(),
                now + nanos,
                request.retention().toNanos(),
                null);
        Lease lease = new Lease(request.key(), fence, request.owner(), attempt, request.lease(), sentNanos + nanos);
        return new Step(claimed, new Claim.Granted(lease));
    }

    /**
     * Completes.
     *
     * @param current the record, or null
     * @param lease the caller's
     * @param outcome what to record
     * @param retention how long to keep it
     * @param now the storage's time in nanoseconds
     * @return the next record; the current one if the lease has completed before
     * @throws LeaseLostException if the lease was overtaken
     */
    public static ClaimRecord complete(
            @Nullable ClaimRecord current, Lease lease, Outcome outcome, Duration retention, long now) {
        ClaimRecord own = own(current, lease, now);
        if (own.state == State.COMPLETED) {
            return own;
        }
        return new ClaimRecord(
                State.COMPLETED,
                own.fingerprint,
                own.fence,
                own.owner,
                own.attempt,
                own.ownerGone,
                now,
                retention.toNanos(),
                Objects.requireNonNull(outcome, "outcome"));
    }

    /**
     * Renews.
     *
     * @param current the record, or null
     * @param lease the caller's
     * @param now the storage's time in nanoseconds
     * @return the next record
     * @throws LeaseLostException if the lease was overtaken, parked or completed
     */
    public static ClaimRecord renew(@Nullable ClaimRecord current, Lease lease, long now) {
        ClaimRecord open = open(current, lease, now);
        if (open.state == State.PARKED) {
            throw new LeaseLostException(named(lease) + " was parked; nothing was changed");
        }
        return open.inState(State.CLAIMED, now + lease.duration().toNanos());
    }

    /**
     * Parks.
     *
     * @param current the record, or null
     * @param lease the caller's
     * @param now the storage's time in nanoseconds
     * @return the next record
     * @throws LeaseLostException if the lease was overtaken or has completed
     */
    public static ClaimRecord park(@Nullable ClaimRecord current, Lease lease, long now) {
        ClaimRecord open = open(current, lease, now);
        return open.state == State.PARKED ? open : open.inState(State.PARKED, now);
    }

    /**
     * Checks that a lease may release: the next state is ABSENT.
     *
     * @param current the record, or null
     * @param lease the caller's
     * @param now the storage's time in nanoseconds
     * @throws LeaseLostException if the lease was overtaken or has completed
     */
    public static void requireReleasable(@Nullable ClaimRecord current, Lease lease, long now) {
        open(current, lease, now);
    }

    /**
     * Whether the record's time is over, and it counts as ABSENT.
     *
     * @param now the storage's time in nanoseconds
     * @return true if it may be removed
     */
    public boolean isOver(long now) {
        return remainingNanos(now) <= 0;
    }

    /**
     * How long the record is kept if nothing else happens.
     *
     * @param now the storage's time in nanoseconds
     * @return nanoseconds, 0 or less if its time is over; {@link Long#MAX_VALUE} if it waits to be resolved, or will
     */
    public long remainingNanos(long now) {
        boolean waits = state == State.PARKED || (state == State.CLAIMED && ownerGone == OwnerGone.PARK);
        return waits ? Long.MAX_VALUE : since - now + keptNanos;
    }

    /** The record if the lease is its own and has not completed. */
    private static ClaimRecord open(@Nullable ClaimRecord current, Lease lease, long now) {
        ClaimRecord own = own(current, lease, now);
        if (own.state == State.COMPLETED) {
            throw new LeaseLostException(named(lease) + " has completed already; nothing was changed");
        }
        return own;
    }

    /** The record if the lease is its own. */
    private static ClaimRecord own(@Nullable ClaimRecord current, Lease lease, long now) {
        if (current == null || current.isOver(now)) {
            throw new LeaseLostException(
                    named(lease) + " was lost: the claim was released, or its time is over; nothing was changed");
        }
        if (current.fence != lease.fence() || !current.owner.equals(lease.owner())) {
            throw new LeaseLostException(named(lease) + " was overtaken by fence " + current.fence + ", which is "
                    + current.state + "; nothing was changed");
        }
        return current;
    }

    private static String named(Lease lease) {
        return "the lease of key " + lease.key() + " with fence " + lease.fence();
    }

    private ClaimRecord inState(State next, long from) {
        return new ClaimRecord(next, fingerprint, fence, owner, attempt, ownerGone, from, keptNanos, null);
    }
}
