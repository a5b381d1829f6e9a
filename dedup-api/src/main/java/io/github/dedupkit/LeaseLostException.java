package io.github.dedupkit;

/**
 * A lease was overtaken: another caller holds the claim, or its record is gone. The call changed nothing (rule 8).
 *
 * <p>Whoever gets it must not touch the sink any more: somebody else may be at work with a higher fence.
 */
public class LeaseLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message which lease, and what was found in its place
     */
    public LeaseLostException(String message) {
        super(message);
    }
}
