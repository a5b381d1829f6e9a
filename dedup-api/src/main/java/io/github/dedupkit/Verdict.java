package io.github.dedupkit;

/**
 * A store's answer about one event.
 *
 * <p>Skip an event only when {@link #isDuplicate()} says so. {@link #TOO_LATE} and {@link #UNJUDGED} are not proof that
 * the event was seen: process such an event, or divert it on purpose, but do not drop it.
 */
public enum Verdict {
    /**
     * No other delivery of the key was marked within the window, or this very delivery was marked and never confirmed:
     * process the event.
     */
    FIRST_SEEN,

    /** Another delivery of the key was marked within the window, or this one was and is confirmed: skip the event. */
    DUPLICATE,

    /** The timestamp is older than the watermark minus the lateness: the store cannot tell, and recorded nothing. */
    TOO_LATE,

    /**
     * No answer: the item's batch failed before it was judged, or the store was out of reach under {@link
     * FailurePolicy#FAIL_OPEN}.
     */
    UNJUDGED;

    /**
     * Whether the event may be skipped.
     *
     * @return true for {@link #DUPLICATE} alone
     */
    public boolean isDuplicate() {
        return this == DUPLICATE;
    }
}
