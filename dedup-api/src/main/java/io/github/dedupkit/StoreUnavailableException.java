package io.github.dedupkit;

import org.jspecify.annotations.Nullable;

/**
 * The store could not answer: its server is out of reach, or its storage failed.
 *
 * <p>The mark may or may not have been recorded. Asking again with the same origin is safe, and so is submitting the
 * same {@link EventBatch} again; a single mark without an origin that is asked again may be told {@link
 * Verdict#DUPLICATE} of itself.
 */
public class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what failed, and the remedy
     */
    public StoreUnavailableException(String message) {
        super(message);
    }

    /**
     * Creates an exception with the failure that caused it.
     *
     * @param message what failed, and the remedy
     * @param cause the failure underneath, or null when there is none
     */
    public StoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
