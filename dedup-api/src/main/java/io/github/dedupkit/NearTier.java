package io.github.dedupkit;

import java.util.Objects;

/**
 * What a store offers to stand in front of another one: a memory of what the far store answered.
 *
 * <p>A near tier only ever says "that is a duplicate" or passes; whether a key is new is the far store's to say. {@link
 * #recall} reads, {@link #remember} records a mark that the far store holds. Open marks, confirms and forgets of one key must
 * reach the near tier in the order in which the far store acted; keeping that order is the composition's part. A confirmed
 * mark is never taken back, so it may be remembered at any time: {@link TieredDeduplicationStore} tells of nothing else.
 */
public interface NearTier extends ReplaySafeStore {
    /**
     * Whether a delivery is known to be a duplicate. Records nothing, moves no watermark and is never too late.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @param origin the delivery's origin, or 0 for none
     * @return true if a mark at most the window away is remembered that is confirmed or has another origin; false says
     *     nothing
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     */
    boolean recall(long keyHigh, long keyLow, long timestamp, long origin);

    /**
     * Judges {@link Verdict#DUPLICATE} the unjudged items that {@link #recall(long, long, long, long)} knows, and leaves
     * the others unjudged for the far store.
     *
     * @param batch the batch
     * @throws NullPointerException if the batch is null
     * @throws IllegalStateException if the store is closed
     */
    default void recall(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED
                    && recall(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i))) {
                batch.judge(i, Verdict.DUPLICATE);
            }
        }
    }

    /**
     * Records a mark that the far store holds, in place of any remembered mark of the key.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the timestamp under which the far store holds the mark; a later one would stretch the window and
     *     lose events, so a caller that does not know it must not call
     * @param origin the origin of the mark, or 0 if it is confirmed
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     */
    void remember(long keyHigh, long keyLow, long timestamp, long origin);

    /**
     * Remembers the items that were judged {@link Verdict#FIRST_SEEN}, in the batch's order.
     *
     * @param batch a batch that the far store has answered
     * @throws NullPointerException if the batch is null
     * @throws IllegalStateException if the store is closed
     */
    default void remember(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.FIRST_SEEN) {
                remember(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i));
            }
        }
    }
}
