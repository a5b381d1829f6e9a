package io.github.dedupkit;

/**
 * What a remote store answers while its server cannot be reached. There is no default: the choice between stopping and
 * admitting duplicates is the caller's.
 */
public enum FailurePolicy {
    /** Throw {@link StoreUnavailableException}; nothing is admitted, nothing is dropped, the consumer stops. */
    FAIL_CLOSED,

    /**
     * Answer {@link Verdict#UNJUDGED}: the event is handed out, copies included, and counted as failed open. The mark may
     * or may not have reached the server.
     */
    FAIL_OPEN
}
