package io.github.dedupkit;

import java.util.Objects;

/**
 * Remembers which keys were seen, and tells a delivery seen for the first time from a copy.
 *
 * <p>{@link #markSeen(DedupKey, long)} atomically records that a key was seen at a timestamp and says whether it was the
 * first time within the {@link Retention}. Timestamps are epoch milliseconds, 0 or more; they say where in the window an
 * event stands and need not come in order.
 *
 * <pre>{@code
 * if (!store.markSeen(key, event.timestamp()).isDuplicate()) {
 *   process(event);
 * }
 * }</pre>
 *
 * <p>Marking before processing loses the event if the process dies in between. A {@link ReplaySafeStore} closes that
 * hole: it tells a redelivery of the same, unfinished delivery from a copy.
 *
 * <p>Implementations are safe for use by many threads; after {@link #close()} every call but {@code close} throws {@link
 * IllegalStateException}. The contract that each implementation keeps is numbered in {@code docs/contract.md} and runs as
 * tests in {@code dedup-testkit}; what a store promises in which condition is {@link #guarantees()}.
 */
public interface DeduplicationStore extends AutoCloseable {
    /**
     * Records that a key was seen, and says whether that was the first time in the window.
     *
     * @param key the event's key
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @return the verdict; never {@link Verdict#UNJUDGED} except under {@link FailurePolicy#FAIL_OPEN}
     * @throws NullPointerException if the key is null
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; the mark may or may not be recorded
     */
    default Verdict markSeen(DedupKey key, long timestamp) {
        Objects.requireNonNull(key, "key");
        return markSeen(key.high(), key.low(), timestamp);
    }

    /**
     * The primitive form of {@link #markSeen(DedupKey, long)}, for callers that must not allocate.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @return the verdict; never {@link Verdict#UNJUDGED} except under {@link FailurePolicy#FAIL_OPEN}
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; the mark may or may not be recorded
     */
    Verdict markSeen(long keyHigh, long keyLow, long timestamp);

    /**
     * Judges the unjudged items of a batch, in one round trip where the store is remote.
     *
     * <p>Equals marking them one by one in the batch's order, repeats inside the batch included, for the items of each unit
     * of atomicity ({@link Guarantees#atomicity()}). When it throws, items may stay {@link Verdict#UNJUDGED}; submitting
     * the same batch again asks for those only.
     *
     * @param batch the batch; must not be used by another thread meanwhile
     * @throws NullPointerException if the batch is null
     * @throws IllegalArgumentException if the batch carries origins and this store keeps none; nothing is recorded
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer for some items; they stay unjudged
     */
    void markSeen(EventBatch batch);

    /**
     * Looks without recording. False proves that no mark of the key within the window of the timestamp was answered {@link
     * Verdict#FIRST_SEEN} before this call began, unless it was forgotten since; true says nothing, and is the answer to a
     * timestamp that is too late. Never decide by it: another thread may mark in between.
     *
     * @param key the event's key
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @return false if the key is certainly new
     * @throws NullPointerException if the key is null
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer
     */
    default boolean mightContain(DedupKey key, long timestamp) {
        Objects.requireNonNull(key, "key");
        return mightContain(key.high(), key.low(), timestamp);
    }

    /**
     * The primitive form of {@link #mightContain(DedupKey, long)}.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @return false if the key is certainly new
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer
     */
    boolean mightContain(long keyHigh, long keyLow, long timestamp);

    /**
     * What this store promises, for its present configuration.
     *
     * @return the guarantees; constant for the life of the store
     */
    Guarantees guarantees();

    /**
     * The store's books and state at this moment. Counters are exact once no call is in progress. Meant for metrics, not for
     * each event: a store may do pending housekeeping on the caller's thread.
     *
     * @return a snapshot
     * @throws IllegalStateException if the store is closed
     */
    StoreStats stats();

    /** Releases what the store holds. Safe under load and more than once; later calls of other methods throw. */
    @Override
    void close();
}
