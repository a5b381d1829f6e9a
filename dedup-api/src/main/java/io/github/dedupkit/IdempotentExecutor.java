package io.github.dedupkit;

import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Runs an action once per key, records its result, and replays it to everyone else. What it keeps right by itself is the
 * recorded result: an owner that was paused, overtaken and woke up again cannot change it. The action's <em>effect</em> is
 * outside its reach: unless the sink checks the {@linkplain HeldLease#fence fence}, or is itself idempotent, such an owner
 * may have its effect after its successor had its own. A fence refuses those who were overtaken; it does not make an action
 * that runs a second time, with a higher fence, one effect: only an idempotent sink does.
 *
 * <p>At any time one caller owns a key. The others are told so at once, or wait up to a limit. Its lease is renewed while
 * the action runs, at a third of its length. A key used again with another request fingerprint gets {@link
 * Execution.FingerprintMismatch} and never sees the result.
 *
 * <p>What becomes of a key whose owner went away in the middle is the one choice without a default, so it is how an
 * executor is begun:
 *
 * <ul>
 *   <li>{@link #retrying}: the next caller runs the action again, when the lease is over. For effects that may be repeated:
 *       the sink knows the key, or does not mind.
 *   <li>{@link #parking}: the key waits for a person.
 *   <li>{@link #asking}: the next caller first asks its action's {@link Action#resolve} what happened: the payment
 *       provider, the ledger.
 * </ul>
 *
 * <p><b>Failure.</b> A call without an answer is repeated for as long as {@link Builder#patience} says: calls are safe to
 * repeat. After that, {@link StoreUnavailableException} means that the action did not run (unless the action itself
 * threw it), and {@link Execution.Unrecorded} that it did. A full store is asked again, too. An action that throws leaves what
 * a crash leaves, unless {@link Builder#onFailure} says otherwise; the caller gets what it threw, with whatever the store
 * threw about it suppressed.
 *
 * <p><b>Cost.</b> Two calls of the store per action run, one per replay; under a microsecond and some 350 bytes beside the
 * store's. An action that asks for its own key waits for itself.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads, platform or virtual. Build one per effect and keep it. It needs no
 * closing: its one daemon thread runs while actions do, and up to a minute longer. Close the store when no more calls come.
 *
 * @param <T> the type of the result
 */
public final class IdempotentExecutor<T> {
    private static final long SHORTEST_WAIT_NANOS = 1_000_000;

    private final Builder<T> options;
    private final Patience patience;
    private final Renewals renewals;
    private final long ownerHigh;
    private final AtomicLong ownerLow;

    /**
     * What is to be done once per key.
     *
     * @param <T> the type of the result
     * @param <E> what it may throw
     */
    @FunctionalInterface
    public interface Action<T, E extends Exception> {
        /**
         * Has the effect.
         *
         * @param lease passes its fence to the sink, and says when to stop
         * @return the result, not null
         * @throws E if it failed; {@link OnFailure} says what that leaves
         */
        T run(HeldLease lease) throws E;

        /**
         * Finds out what became of an earlier attempt whose owner is gone. Called under the claim, by an {@linkplain
         * IdempotentExecutor#asking asking} executor only; leaves the key parked unless overridden.
         *
         * @param lease as for {@link #run}
         * @return what to do
         * @throws E if it cannot be found out now: the key stays parked
         */
        default Resolution<T> resolve(HeldLease lease) throws E {
            return Resolution.leaveParked();
        }
    }

    /** What an action that throws leaves behind. */
    public enum OnFailure {
        /** The key is released: the next caller runs the action. For failures that had no effect. */
        RETRY,
        /** The failure is recorded like a result, and told to later callers. */
        REMEMBER,
        /** The key is parked: whether there was an effect is uncertain. */
        PARK
    }

    private IdempotentExecutor(Builder<T> builder) {
        options = new Builder<>(builder);
        patience = new Patience(options.patience);
        renewals = new Renewals(options.store, options.lease.toNanos(), options.nanoTime);
        SecureRandom random = new SecureRandom();
        ownerHigh = random.nextLong();
        ownerLow = new AtomicLong(random.nextLong());
    }

    /**
     * Begins an executor that runs an action again whose owner is gone.
     *
     * @param store keeps claims and results
     * @param codec of the results
     * @param <T> the type of the result
     * @return a builder
     */
    public static <T> Builder<T> retrying(IdempotencyStore store, ResultCodec<T> codec) {
        return new Builder<>(store, codec, OwnerGone.RETRY, false);
    }

    /**
     * Begins an executor that parks a key whose owner is gone, until a person resolves it.
     *
     * @param store keeps claims and results
     * @param codec of the results
     * @param <T> the type of the result
     * @return a builder
     */
    public static <T> Builder<T> parking(IdempotencyStore store, ResultCodec<T> codec) {
        return new Builder<>(store, codec, OwnerGone.PARK, false);
    }

    /**
     * Begins an executor that asks {@link Action#resolve} about a key whose owner is gone.
     *
     * @param store keeps claims and results
     * @param codec of the results
     * @param <T> the type of the result
     * @return a builder
     */
    public static <T> Builder<T> asking(IdempotencyStore store, ResultCodec<T> codec) {
        return new Builder<>(store, codec, OwnerGone.PARK, true);
    }

    /**
     * Runs an action once for a key, whatever the request's content.
     *
     * @param key names the effect on this request, in a key space of its own
     * @param action what to do
     * @param <E> what the action may throw
     * @return how it ended
     * @throws E if the action ran, in this call, and failed
     * @throws NullPointerException naming what is null
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if the store gave no answer and the action did not run, or if the action threw it
     */
    public <E extends Exception> Execution<T> execute(DedupKey key, Action<T, E> action) throws E {
        return execute(key, ClaimRequest.NO_FINGERPRINT, action);
    }

    /**
     * Runs an action once for a key.
     *
     * @param key names the effect on this request, in a key space of its own
     * @param fingerprint a hash of the request's content; use {@link KeySpace#keyed} where clients choose it
     * @param action what to do
     * @param <E> what the action may throw
     * @return how it ended
     * @throws E if the action ran, in this call, and failed
     * @throws NullPointerException naming what is null
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if the store gave no answer and the action did not run, or if the action threw it
     */
    public <E extends Exception> Execution<T> execute(DedupKey key, DedupKey fingerprint, Action<T, E> action)
            throws E {
        Objects.requireNonNull(action, "action");
        UUID owner = new UUID(ownerHigh, ownerLow.getAndIncrement());
        ClaimRequest request = new ClaimRequest(
                key, fingerprint, owner, options.lease, options.retention, options.ownerGone, Intent.RUN);
        Claim claim = claim(request);
        if (claim instanceof Claim.InProgress && !options.waits.isZero()) {
            claim = await(request);
        }
        if (claim instanceof Claim.Granted granted) {
            return new OwnedClaim<>(options, patience, granted.lease()).execute(action, renewals);
        }
        if (claim instanceof Claim.Completed completed) {
            Outcome outcome = completed.outcome();
            return outcome.isFailure()
                    ? new Execution.FailedBefore<>(outcome.description())
                    : new Execution.Replayed<>(options.codec.decode(outcome.bytes()));
        }
        if (claim instanceof Claim.InProgress progress) {
            return new Execution.InProgress<>(progress.remaining());
        }
        if (claim instanceof Claim.Parked parked) {
            return new Execution.Parked<>(parked.since());
        }
        return new Execution.FingerprintMismatch<>();
    }

    /** Claims; a parked key too, if its action can be asked. */
    private Claim claim(ClaimRequest request) {
        Claim claim = patience.get(() -> options.store.claim(request));
        return options.asks && claim instanceof Claim.Parked
                ? patience.get(() -> options.store.claim(request.toResolve()))
                : claim;
    }

    /** Claims until another owner is done, the wait is over, or the thread is interrupted. */
    private Claim await(ClaimRequest request) {
        long began = options.nanoTime.getAsLong();
        Semaphore changes = new Semaphore(0);
        IdempotencyStore.Watch watch = watch(request.key(), changes::release);
        try {
            Claim claim = claim(request); // what changed before the watch began shows here
            while (claim instanceof Claim.InProgress progress) {
                long left = options.waits.toNanos() - (options.nanoTime.getAsLong() - began);
                if (left <= 0) {
                    return claim;
                }
                long leaseEnds =
                        Math.max(SHORTEST_WAIT_NANOS, progress.remaining().toNanos());
                long pause = Math.min(left, Math.min(options.polls.toNanos(), leaseEnds));
                try {
                    if (changes.tryAcquire(pause, TimeUnit.NANOSECONDS)) {
                        changes.drainPermits();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return claim;
                }
                claim = claim(request);
            }
            return claim;
        } finally {
            watch.close();
        }
    }

    /** A watch, or none if there is no answer: it only saves waiting. */
    private IdempotencyStore.Watch watch(DedupKey key, Runnable changed) {
        try {
            return options.store.watch(key, changed);
        } catch (StoreUnavailableException e) {
            return () -> {};
        }
    }

    /** Renews what is due, as the renewal thread does. */
    void renewDue() {
        renewals.renewDue();
    }

    /**
     * Configures an {@link IdempotentExecutor}. Not thread-safe.
     *
     * @param <T> the type of the result
     */
    public static final class Builder<T> {
        private static final Duration LONGEST_WAIT = Duration.ofDays(1);

        final IdempotencyStore store;
        final ResultCodec<T> codec;
        final OwnerGone ownerGone;
        final boolean asks;
        Duration lease = Duration.ofSeconds(30);
        Duration retention = Duration.ofHours(24);
        Duration waits = Duration.ZERO;
        Duration polls = Duration.ofMillis(500);
        Duration patience = Duration.ofSeconds(1);
        Function<? super Throwable, OnFailure> onFailure;
        Function<? super Throwable, String> describe = Throwable::toString;
        LongSupplier nanoTime = System::nanoTime;

        private Builder(IdempotencyStore store, ResultCodec<T> codec, OwnerGone ownerGone, boolean asks) {
            this.store = Objects.requireNonNull(store, "store");
            this.codec = Objects.requireNonNull(codec, "codec");
            this.ownerGone = ownerGone;
            this.asks = asks;
            OnFailure uncertain = ownerGone == OwnerGone.RETRY ? OnFailure.RETRY : OnFailure.PARK;
            onFailure = failure -> uncertain;
        }

        private Builder(Builder<T> that) {
            this(that.store, that.codec, that.ownerGone, that.asks);
            lease = that.lease;
            retention = that.retention;
            waits = that.waits;
            polls = that.polls;
            patience = that.patience;
            onFailure = that.onFailure;
            describe = that.describe;
            nanoTime = that.nanoTime;
        }

        /**
         * Sets how long others leave a key alone whose owner is not heard of; 30 seconds unless set. Longer than any pause of
         * the process, since it is renewed as long as the process lives.
         *
         * @param lease {@link ClaimRequest#MINIMUM} to {@link ClaimRequest#MAXIMUM_LEASE}
         * @return this builder
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder<T> lease(Duration lease) {
            this.lease = ClaimRequest.requireLease(lease);
            return this;
        }

        /**
         * Sets how long results and remembered failures are replayed; 24 hours unless set. Longer than any copy of a request
         * can be late.
         *
         * @param retention {@link ClaimRequest#MINIMUM} to {@link ClaimRequest#MAXIMUM_RETENTION}
         * @return this builder
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder<T> retention(Duration retention) {
            this.retention = ClaimRequest.requireRetention(retention);
            return this;
        }

        /**
         * Sets how long a call waits for another caller who is at work; unless set, it is told at once. A waiting call keeps
         * its thread.
         *
         * @param limit 0 to 1 day
         * @return this builder
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder<T> waitUpTo(Duration limit) {
            waits = bounded("limit", limit, Duration.ZERO);
            return this;
        }

        /**
         * Sets how often a waiting call looks by itself, for notifications that got lost; twice a second unless set.
         *
         * @param interval 1 millisecond to 1 day
         * @return this builder
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder<T> pollEvery(Duration interval) {
            polls = bounded("interval", interval, ClaimRequest.MINIMUM);
            return this;
        }

        /**
         * Sets how long a call of the store that got no answer is repeated; 1 second unless set, the calls' own time not
         * counted. It is repeated once at least.
         *
         * @param limit 0 to 1 day
         * @return this builder
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder<T> patience(Duration limit) {
            patience = bounded("limit", limit, Duration.ZERO);
            return this;
        }

        /**
         * Sets what an action that throws leaves behind. Unless set, what a crash leaves: {@link OnFailure#RETRY} for a
         * {@linkplain IdempotentExecutor#retrying retrying} executor, {@link OnFailure#PARK} for a parking or asking one, since an exception
         * may come after the effect.
         *
         * @param choice is given what the action threw, errors included; if it throws itself, the claim is left as a crash
         *     leaves it
         * @return this builder
         */
        public Builder<T> onFailure(Function<? super Throwable, OnFailure> choice) {
            onFailure = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Sets what is recorded of a failure that is remembered; unless set, its {@code toString()}, which may hold secrets.
         *
         * @param description is given what the action threw; cut to {@link IdempotencyStore#maximumOutcomeBytes()} of UTF-8
         * @return this builder
         */
        public Builder<T> describeFailure(Function<? super Throwable, String> description) {
            describe = Objects.requireNonNull(description, "description");
            return this;
        }

        /**
         * Sets the holder's monotonic clock, for tests on virtual time; {@link System#nanoTime} unless set, and the store's
         * clients must read the same one.
         *
         * @param nanoTime nanoseconds since any moment
         * @return this builder
         */
        public Builder<T> nanoTime(LongSupplier nanoTime) {
            this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
            return this;
        }

        /**
         * Creates the executor; the builder may be used again.
         *
         * @return an executor
         */
        public IdempotentExecutor<T> build() {
            return new IdempotentExecutor<>(this);
        }

        private static Duration bounded(String name, Duration given, Duration least) {
            Objects.requireNonNull(given, name);
            if (given.compareTo(least) < 0 || given.compareTo(LONGEST_WAIT) > 0) {
                throw new IllegalArgumentException(
                        name + " " + given + " is out of bounds; give " + least + " to " + LONGEST_WAIT);
            }
            return given;
        }
    }
}
