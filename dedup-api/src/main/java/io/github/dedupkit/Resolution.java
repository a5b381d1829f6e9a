package io.github.dedupkit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt whose owner is gone, as {@link IdempotentExecutor.Action#resolve} found out. Immutable.
 *
 * @param <T> the type of the result
 */
public final class Resolution<T> {
    /** What to do. */
    enum Kind {
        RUN_AGAIN,
        COMPLETED,
        FAILED,
        LEAVE_PARKED
    }

    private final Kind kind;
    private final @Nullable T result;
    private final String description;

    private Resolution(Kind kind, @Nullable T result, String description) {
        this.kind = kind;
        this.result = result;
        this.description = description;
    }

    /**
     * It had no effect, or one that may be repeated: run the action now.
     *
     * @param <T> the type of the result
     * @return the resolution
     */
    public static <T> Resolution<T> runAgain() {
        return new Resolution<>(Kind.RUN_AGAIN, null, "");
    }

    /**
     * It had its effect: record its result.
     *
     * @param result what it should have returned
     * @param <T> the type of the result
     * @return the resolution
     */
    public static <T> Resolution<T> completed(T result) {
        return new Resolution<>(Kind.COMPLETED, Objects.requireNonNull(result, "result"), "");
    }

    /**
     * It failed for good: remember that.
     *
     * @param description what later callers are told
     * @param <T> the type of the result
     * @return the resolution
     */
    public static <T> Resolution<T> failed(String description) {
        return new Resolution<>(Kind.FAILED, null, Objects.requireNonNull(description, "description"));
    }

    /**
     * It cannot be told: leave it to a person.
     *
     * @param <T> the type of the result
     * @return the resolution
     */
    public static <T> Resolution<T> leaveParked() {
        return new Resolution<>(Kind.LEAVE_PARKED, null, "");
    }

    Kind kind() {
        return kind;
    }

    T result() {
        return Objects.requireNonNull(result);
    }

    String description() {
        return description;
    }
}
