package io.github.dedupkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a completed claim left behind: the bytes of a result, or the description of a failure that is remembered. Immutable
 * and thread-safe; bytes are copied in and out.
 */
public final class Outcome {
    private final boolean failure;
    private final byte[] bytes;

    private Outcome(boolean failure, byte[] bytes) {
        this.failure = failure;
        this.bytes = bytes;
    }

    /**
     * A result.
     *
     * @param bytes its encoded form, which every later caller gets byte for byte (rule 9)
     * @return the outcome
     */
    public static Outcome result(byte[] bytes) {
        return new Outcome(false, Objects.requireNonNull(bytes, "bytes").clone());
    }

    /**
     * A remembered failure.
     *
     * @param description what later callers are told; unpaired surrogates become question marks
     * @return the outcome
     */
    public static Outcome failure(String description) {
        return failure(Objects.requireNonNull(description, "description").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A remembered failure, as a storage keeps it.
     *
     * @param bytes the description's UTF-8
     * @return the outcome
     */
    public static Outcome failure(byte[] bytes) {
        return new Outcome(true, Objects.requireNonNull(bytes, "bytes").clone());
    }

    /**
     * Whether it is a failure.
     *
     * @return true for a remembered failure, false for a result
     */
    public boolean isFailure() {
        return failure;
    }

    /**
     * The result's bytes, or the UTF-8 of the failure's description.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * The number of bytes.
     *
     * @return 0 or more
     */
    public int size() {
        return bytes.length;
    }

    /**
     * The failure's description.
     *
     * @return the text
     * @throws IllegalStateException if it is a result
     */
    public String description() {
        if (!failure) {
            throw new IllegalStateException("the outcome is a result and has no description; ask isFailure() first");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Outcome that && failure == that.failure && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bytes) + Boolean.hashCode(failure);
    }

    /** Kind and size; not the bytes, which may be confidential. */
    @Override
    public String toString() {
        return (failure ? "failure of " : "result of ") + bytes.length + " bytes";
    }
}
