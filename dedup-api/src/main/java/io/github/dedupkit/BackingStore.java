package io.github.dedupkit;

import java.util.BitSet;

/**
 * What a store offers to stand behind a filter: marks of keys that the filter proves to be new, which need no look-up, and a
 * scan of what it holds, which the filter has to know before it proves anything.
 *
 * <p>Of one store for one process only: a filter that does not see each mark can prove nothing. How the proof and the mark
 * become one step for a key is the composition's part; it keeps other calls for the key away meanwhile.
 */
public interface BackingStore extends ReplaySafeStore {
    /**
     * Marks a delivery of a key that has no record within the window of the timestamp, as the caller can prove. The store
     * may write without looking. All else is as in {@link #markSeen(long, long, long, long)}: the watermark moves, and a late
     * event is told {@link Verdict#TOO_LATE} and not recorded.
     *
     * <p>Where the caller is wrong, the store may admit a copy; which of the records it then keeps is open.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @param origin the delivery's origin, or 0 for none
     * @return the verdict; {@link Verdict#DUPLICATE} only from a store that looked all the same
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if there is no room, or the storage failed; the mark may or may not be recorded
     */
    Verdict markNew(long keyHigh, long keyLow, long timestamp, long origin);

    /**
     * Judges the unjudged items of a batch in its order, as {@link #markSeen(EventBatch)}, but like {@link #markNew(long,
     * long, long, long)} those that the caller proves to be new. Of several items with
     * one key within a window only the first can be.
     *
     * @param batch the batch; must not be used by another thread meanwhile
     * @param provenNew the indices of the items that need no look-up; is not changed
     * @throws NullPointerException if an argument is null
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if there is no room, or the storage failed; items stay unjudged
     */
    void markSeen(EventBatch batch, BitSet provenNew);

    /**
     * The watermark M of the contract: no record is stored under a later time than M + S. Cheap.
     *
     * @return epoch milliseconds, the highest where keys fall in groups with watermarks of their own; negative before the
     *     first mark
     * @throws IllegalStateException if the store is closed
     */
    long watermark();

    /**
     * Visits each record that could still make an event a duplicate. One that is there from the beginning to the end of the
     * scan is visited once or more; one that comes or goes meanwhile, or that a newer one of its key has replaced, may be.
     * Others may call the store meanwhile; the visitor may not.
     *
     * @param visitor is given the key and the timestamp of each record, in any order
     * @throws NullPointerException if the visitor is null
     * @throws IllegalStateException if the store is closed, or is closed before the scan ends
     * @throws StoreUnavailableException if the storage failed
     */
    void scan(RecordVisitor visitor);

    /** Is shown a store's records. */
    @FunctionalInterface
    interface RecordVisitor {
        /**
         * Takes a record.
         *
         * @param keyHigh the key's upper half
         * @param keyLow the key's lower half
         * @param timestamp the recorded time in epoch milliseconds
         */
        void visit(long keyHigh, long keyLow, long timestamp);
    }
}
