package io.github.dedupkit;

import java.util.Objects;

/**
 * A store that tells a redelivery of the same unfinished event from a copy, by the <em>origin</em> of a delivery.
 *
 * <p>An origin is 64 bits that the transport gives back unchanged when it redelivers: a hash of (topic id, partition,
 * offset, ordinal), an SQS MessageId, a JMS message id, an attempt id that the client stores. It must not change on
 * redelivery; receipt handles, delivery tags and numbers drawn per attempt do. {@code docs/choosing.md} lists transports.
 * Origin 0 means none: such a mark is confirmed at once, and two of them are two deliveries.
 *
 * <ul>
 *   <li>The same key and origin is {@link Verdict#FIRST_SEEN} again until it is confirmed: a crash between marking and
 *       processing costs a repeated delivery, not a lost event.
 *   <li>Another origin is a {@link Verdict#DUPLICATE}.
 *   <li>{@link #confirm(DedupKey, long, long) confirm} says the effect is done: from then on the same origin is a
 *       DUPLICATE too.
 *   <li>{@link #forget(DedupKey, long, long) forget} says this delivery failed for good: the key is new again.
 * </ul>
 *
 * <p>L = 0 rests on one assumption: each delivery that was told FIRST_SEEN, or got no answer, is confirmed, or forgotten,
 * or delivered again with the same origin.
 *
 * <p>{@code confirm} and {@code forget} act on the record while it exists, are never too late, and change nothing if the
 * record carries another origin. They may be repeated freely.
 */
public interface ReplaySafeStore extends DeduplicationStore {
    /**
     * Marks a delivery of a key.
     *
     * @param key the event's key
     * @param timestamp the event's time in epoch milliseconds, 0 or more; the same on redelivery
     * @param origin the delivery's origin, or 0 for none
     * @return the verdict; never {@link Verdict#UNJUDGED} except under {@link FailurePolicy#FAIL_OPEN}
     * @throws NullPointerException if the key is null
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; asking again with this origin is safe
     */
    default Verdict markSeen(DedupKey key, long timestamp, long origin) {
        Objects.requireNonNull(key, "key");
        return markSeen(key.high(), key.low(), timestamp, origin);
    }

    /**
     * The primitive form of {@link #markSeen(DedupKey, long, long)}.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the event's time in epoch milliseconds, 0 or more; the same on redelivery
     * @param origin the delivery's origin, or 0 for none
     * @return the verdict; never {@link Verdict#UNJUDGED} except under {@link FailurePolicy#FAIL_OPEN}
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; asking again with this origin is safe
     */
    Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin);

    /** {@inheritDoc} The mark has no origin: it is confirmed at once. */
    @Override
    default Verdict markSeen(long keyHigh, long keyLow, long timestamp) {
        return markSeen(keyHigh, keyLow, timestamp, 0);
    }

    /**
     * Says that the effect of a delivery is done: later deliveries of the key are duplicates, this one's included. Does
     * nothing for origin 0, whose mark is confirmed already.
     *
     * @param key the event's key
     * @param timestamp the timestamp it was marked with
     * @param origin the origin it was marked with
     * @throws NullPointerException if the key is null
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; repeating the call is safe
     */
    default void confirm(DedupKey key, long timestamp, long origin) {
        Objects.requireNonNull(key, "key");
        confirm(key.high(), key.low(), timestamp, origin);
    }

    /**
     * The primitive form of {@link #confirm(DedupKey, long, long)}.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the timestamp it was marked with
     * @param origin the origin it was marked with
     * @throws IllegalArgumentException if the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; repeating the call is safe
     */
    void confirm(long keyHigh, long keyLow, long timestamp, long origin);

    /**
     * Confirms every item of a batch, whatever its verdict: those whose record carries their origin become confirmed. The
     * default makes one call per item; a store behind a network makes one round trip.
     *
     * @param batch the deliveries whose effect is done; its verdicts do not change
     * @throws NullPointerException if the batch is null
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; repeating the call is safe
     */
    default void confirm(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        for (int i = 0; i < batch.size(); i++) {
            confirm(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i));
        }
    }

    /**
     * Says that a delivery failed for good and will not come back: the key is new again, for a good copy.
     *
     * @param key the event's key
     * @param timestamp the timestamp it was marked with
     * @param origin the origin it was marked with, not 0
     * @throws NullPointerException if the key is null
     * @throws IllegalArgumentException if the origin is 0, whose mark is confirmed and cannot be taken back, or the
     *     timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; repeating the call is safe
     */
    default void forget(DedupKey key, long timestamp, long origin) {
        Objects.requireNonNull(key, "key");
        forget(key.high(), key.low(), timestamp, origin);
    }

    /**
     * The primitive form of {@link #forget(DedupKey, long, long)}.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the timestamp it was marked with
     * @param origin the origin it was marked with, not 0
     * @throws IllegalArgumentException if the origin is 0, or the timestamp is negative
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; repeating the call is safe
     */
    void forget(long keyHigh, long keyLow, long timestamp, long origin);

    /**
     * Forgets every item of a batch, whatever its verdict. The default makes one call per item; a store behind a network
     * makes one round trip.
     *
     * @param batch the deliveries that failed for good; its verdicts do not change
     * @throws NullPointerException if the batch is null
     * @throws IllegalArgumentException if an item has no origin; nothing is forgotten
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; repeating the call is safe
     */
    default void forget(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        if (!batch.hasOnlyOrigins()) {
            throw new IllegalArgumentException("an item of the batch has origin 0, which means none: such a mark is"
                    + " confirmed at once and cannot be forgotten; leave it out");
        }
        for (int i = 0; i < batch.size(); i++) {
            forget(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i));
        }
    }

    /**
     * Confirms one batch, then marks another, in one round trip where the store is remote: the steady state of a consumer,
     * which finishes the last poll's events as it asks about the next ones.
     *
     * @param done the deliveries whose effect is done, confirmed first
     * @param next the deliveries to judge
     * @throws NullPointerException if a batch is null
     * @throws IllegalArgumentException if both are the same batch
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if a remote store got no answer; repeating the call with the same batches is safe
     */
    default void confirmAndMark(EventBatch done, EventBatch next) {
        Objects.requireNonNull(done, "done");
        Objects.requireNonNull(next, "next");
        if (done == next) {
            throw new IllegalArgumentException("done and next are the same batch; alternate between two");
        }
        confirm(done);
        markSeen(next);
    }
}
