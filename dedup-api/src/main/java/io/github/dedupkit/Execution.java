package io.github.dedupkit;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a call of {@link IdempotentExecutor#execute} ended. What the action throws is thrown to the caller whose action it
 * was, and is none of these.
 *
 * @param <T> the type of the result
 */
public sealed interface Execution<T> {
    /**
     * The result, if there is one: of an action that this call or an earlier one ran.
     *
     * @return the result of {@link Executed}, {@link Replayed} and {@link Unrecorded}; otherwise empty
     */
    default Optional<T> result() {
        return Optional.empty();
    }

    /**
     * This call ran the action, and its result is recorded.
     *
     * @param value the result
     * @param <T> the type of the result
     */
    record Executed<T>(T value) implements Execution<T> {
        /**
         * Validates that nothing is null.
         *
         * @param value the result
         * @throws NullPointerException if the value is null
         */
        public Executed {
            Objects.requireNonNull(value, "value");
        }

        @Override
        public Optional<T> result() {
            return Optional.of(value);
        }
    }

    /**
     * The result was recorded before; the action was not run.
     *
     * @param value the recorded result
     * @param <T> the type of the result
     */
    record Replayed<T>(T value) implements Execution<T> {
        /**
         * Validates that nothing is null.
         *
         * @param value the recorded result
         * @throws NullPointerException if the value is null
         */
        public Replayed {
            Objects.requireNonNull(value, "value");
        }

        @Override
        public Optional<T> result() {
            return Optional.of(value);
        }
    }

    /**
     * This call ran the action, but whether its result is recorded is not known, or it certainly is not: the store gave no
     * answer, the lease was overtaken, the result could not be encoded or is too large. The claim is left as a crash leaves
     * it, so the action may run again, or be parked.
     *
     * @param value the result
     * @param cause why it may not be recorded; a {@link LeaseLostException} if somebody else's result is, or will be; an
     *     error if the codec or the store threw one
     * @param <T> the type of the result
     */
    record Unrecorded<T>(T value, Throwable cause) implements Execution<T> {
        /**
         * Validates that nothing is null.
         *
         * @param value the result
         * @param cause why it may not be recorded
         * @throws NullPointerException naming the component that is null
         */
        public Unrecorded {
            Objects.requireNonNull(value, "value");
            Objects.requireNonNull(cause, "cause");
        }

        @Override
        public Optional<T> result() {
            return Optional.of(value);
        }
    }

    /**
     * The action failed before, and the failure is remembered; it was not run.
     *
     * @param description of the failure
     * @param <T> the type of the result
     */
    record FailedBefore<T>(String description) implements Execution<T> {
        /**
         * Validates that nothing is null.
         *
         * @param description of the failure
         * @throws NullPointerException if the description is null
         */
        public FailedBefore {
            Objects.requireNonNull(description, "description");
        }
    }

    /**
     * Another caller is at work, and this one did not wait, waited as long as it may, or was interrupted (its thread's
     * interrupt status is set again).
     *
     * @param remaining until the other's lease ends, unless it is renewed
     * @param <T> the type of the result
     */
    record InProgress<T>(Duration remaining) implements Execution<T> {
        /**
         * Validates that nothing is null.
         *
         * @param remaining until the other's lease ends
         * @throws NullPointerException if the duration is null
         */
        public InProgress {
            Objects.requireNonNull(remaining, "remaining");
        }
    }

    /**
     * Nobody knows whether the action was done, and a person must say: see {@link ClaimRequest.Intent#RESOLVE}.
     *
     * @param since for how long
     * @param <T> the type of the result
     */
    record Parked<T>(Duration since) implements Execution<T> {
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

    /**
     * The key was used for a request of other content, whose outcome is not shown. The caller has a bug, or is up to
     * something.
     *
     * @param <T> the type of the result
     */
    record FingerprintMismatch<T>() implements Execution<T> {}
}
