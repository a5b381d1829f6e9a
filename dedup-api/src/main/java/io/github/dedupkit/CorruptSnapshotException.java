package io.github.dedupkit;

import org.jspecify.annotations.Nullable;

/**
 * Stored state is damaged, of an unknown version, or belongs to another key space. It was not loaded: damage is never
 * read as an empty store (rule 7).
 */
public class CorruptSnapshotException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what is damaged, where, how much of it, and the remedy
     */
    public CorruptSnapshotException(String message) {
        super(message);
    }

    /**
     * Creates an exception with the failure that caused it.
     *
     * @param message what is damaged, where, how much of it, and the remedy
     * @param cause the failure underneath, or null when there is none
     */
    public CorruptSnapshotException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
