package io.github.dedupkit;

/**
 * Observes a store: the one place to attach metrics. Called on the caller's thread, once per call or batch and not once
 * per event, after the answer is certain; keep it short. What it throws is logged once and otherwise ignored: a metric must
 * not cost an event. Must be safe for use by many threads, and must not call the store, which may hold a lock meanwhile.
 */
public interface DeduplicationListener {
    /**
     * A single mark or a batch ended. The six counts add up to the items asked about (rule 10).
     *
     * @param firstSeen items told FIRST_SEEN for the first time
     * @param replayed items told FIRST_SEEN again, being the same unconfirmed delivery
     * @param duplicates items told DUPLICATE
     * @param tooLate items told TOO_LATE
     * @param failedOpen items told UNJUDGED under {@link FailurePolicy#FAIL_OPEN}
     * @param thrown items left without an answer by an exception
     */
    void marked(int firstSeen, int replayed, int duplicates, int tooLate, int failedOpen, int thrown);

    /**
     * Records were dropped before their time, for lack of room: duplicates of them will be admitted.
     *
     * @param records how many
     */
    default void evicted(long records) {}
}
