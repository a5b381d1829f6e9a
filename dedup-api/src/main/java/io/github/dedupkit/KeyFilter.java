package io.github.dedupkit;

import java.util.BitSet;
import java.util.Objects;

/**
 * What an approximate store offers to stand as a filter in front of a {@link BackingStore}: it is told of each mark before that
 * store is, and proves of most new keys that there was none. It is never wrong about that; what it cannot prove is looked up.
 *
 * <p>To record judges nothing and counts nothing: the timestamp is taken as it is, however late, and never held back to the
 * filter's clock, because the store behind it goes by a clock of its own.
 */
public interface KeyFilter extends DeduplicationStore {
    /**
     * Records that a key is about to be marked, and says whether that is certainly the first mark within the window of the
     * timestamp. It records in either case, because a store that looks a key up may still find it new; where the same tick
     * holds the key already, there is nothing to add.
     *
     * <p>The watermark rises to min(timestamp, clock), and in any case to timestamp - S. What is more than W + L behind it need
     * not be recorded, and of what is more than L behind nothing is proven. Other records are kept, each until the watermark
     * exceeds its timestamp by W + L: a filter without room throws, and drops none.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the latest time that the mark may be stored under, in epoch milliseconds, 0 or more
     * @return true if no record of the key at most W away was made before; false says nothing
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the filter is closed
     * @throws StoreUnavailableException if there is no room; the key is not recorded
     */
    boolean record(long keyHigh, long keyLow, long timestamp);

    /**
     * Records the unjudged items of a batch in its order, repeats inside it included, as {@link #record(long, long, long)}
     * does. Verdicts and origins do not matter to it and stay as they are.
     *
     * @param batch the batch; must not be used by another thread meanwhile
     * @param provenNew is given the indices of the items that are certainly new; no bit is cleared
     * @throws NullPointerException if an argument is null
     * @throws IllegalStateException if the filter is closed
     * @throws StoreUnavailableException if there is no room; what is recorded then, and what the bits say, is open
     */
    default void record(EventBatch batch, BitSet provenNew) {
        Objects.requireNonNull(batch, "batch");
        Objects.requireNonNull(provenNew, "provenNew");
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED && record(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i))) {
                provenNew.set(i);
            }
        }
    }
}
