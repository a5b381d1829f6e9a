package io.github.dedupkit;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A reusable batch of events, judged in one call: the throughput form of every store.
 *
 * <pre>{@code
 * batch.clear();
 * for (Event event : poll) {
 *   batch.add(keySpace, event.id(), event.timestamp(), event.origin());
 * }
 * store.markSeen(batch);
 * for (int i = 0; i < batch.size(); i++) {
 *   if (!batch.verdict(i).isDuplicate()) {
 *     process(poll.get(i));
 *   }
 * }
 * }</pre>
 *
 * <p>A structure of arrays of fixed capacity: adding and judging allocate nothing, except while the buffer for text
 * grows to the longest id. Every verdict is {@link Verdict#UNJUDGED} until a store sets it; submitting again after an
 * exception asks for the unjudged items only, and is safe, also for items without an origin, because the batch keeps its
 * {@link #retryToken()} until it is cleared. Not thread-safe.
 */
public final class EventBatch {
    /** The largest capacity of a batch. */
    public static final int MAX_CAPACITY = 1 << 16;

    private static final Verdict[] VERDICTS = Verdict.values();
    private static final long NOTHING_NOTED = -1;

    private final long[] keyHighs;
    private final long[] keyLows;
    private final long[] timestamps;
    private final long[] origins;
    private final byte[] verdicts;
    private final KeyScratch scratch = new KeyScratch();
    private @Nullable RandomGenerator tokens;
    private long retryToken;
    private int size;
    private int itemsWithOrigin;

    /** By item, what {@link #confirmedAt} answers; made for the first note. */
    private long @Nullable [] confirmedAt;

    /** Whether a far store was asked and gave no answer to some items: it may hold their marks. For tiers. */
    boolean inDoubt;

    /**
     * Creates an empty batch.
     *
     * @param capacity the most items it can hold, 1 to {@link #MAX_CAPACITY}; 16 to 1024 suits most stores
     * @throws IllegalArgumentException if the capacity is out of bounds
     */
    public EventBatch(int capacity) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("capacity " + capacity + " is out of bounds; give 1 to " + MAX_CAPACITY);
        }
        keyHighs = new long[capacity];
        keyLows = new long[capacity];
        timestamps = new long[capacity];
        origins = new long[capacity];
        verdicts = new byte[capacity];
    }

    /**
     * Adds an event without origin.
     *
     * @param keySpace makes the key
     * @param id the event's id
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative or the id has no key; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(KeySpace keySpace, String id, long timestamp) {
        return add(keySpace, id, timestamp, 0);
    }

    /**
     * Adds a delivery of an event.
     *
     * @param keySpace makes the key
     * @param id the event's id
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @param origin the delivery's origin, or 0 for none
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative or the id has no key; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(KeySpace keySpace, String id, long timestamp, long origin) {
        Objects.requireNonNull(keySpace, "keySpace").hash(Objects.requireNonNull(id, "id"), scratch);
        return add(scratch.hash.high, scratch.hash.low, timestamp, origin);
    }

    /**
     * Adds an event without origin.
     *
     * @param keySpace makes the key
     * @param id the event's id
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative or the id has no key; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(KeySpace keySpace, byte[] id, long timestamp) {
        return add(keySpace, id, timestamp, 0);
    }

    /**
     * Adds a delivery of an event.
     *
     * @param keySpace makes the key
     * @param id the event's id
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @param origin the delivery's origin, or 0 for none
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative or the id has no key; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(KeySpace keySpace, byte[] id, long timestamp, long origin) {
        Objects.requireNonNull(id, "id");
        return add(keySpace, id, 0, id.length, timestamp, origin);
    }

    /**
     * Adds a delivery of an event whose id is a range of bytes.
     *
     * @param keySpace makes the key
     * @param bytes holds the id
     * @param offset its first byte
     * @param length its number of bytes
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @param origin the delivery's origin, or 0 for none
     * @return the item's index
     * @throws IndexOutOfBoundsException if the range is not inside the array
     * @throws IllegalArgumentException if the timestamp is negative or the id has no key; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(KeySpace keySpace, byte[] bytes, int offset, int length, long timestamp, long origin) {
        Objects.requireNonNull(keySpace, "keySpace");
        Objects.requireNonNull(bytes, "bytes");
        Objects.checkFromIndexSize(offset, length, bytes.length);
        keySpace.hash(bytes, offset, length, scratch);
        return add(scratch.hash.high, scratch.hash.low, timestamp, origin);
    }

    /**
     * Adds an event without origin.
     *
     * @param keySpace makes the key
     * @param id the event's id
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative or the id has no key; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(KeySpace keySpace, UUID id, long timestamp) {
        return add(keySpace, id, timestamp, 0);
    }

    /**
     * Adds a delivery of an event.
     *
     * @param keySpace makes the key
     * @param id the event's id
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @param origin the delivery's origin, or 0 for none
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative or the id has no key; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(KeySpace keySpace, UUID id, long timestamp, long origin) {
        Objects.requireNonNull(keySpace, "keySpace").hash(Objects.requireNonNull(id, "id"), scratch);
        return add(scratch.hash.high, scratch.hash.low, timestamp, origin);
    }

    /**
     * Adds an event without origin.
     *
     * @param keySpace makes the key
     * @param id the event's id
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative or the id has no key; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(KeySpace keySpace, long id, long timestamp) {
        return add(keySpace, id, timestamp, 0);
    }

    /**
     * Adds a delivery of an event.
     *
     * @param keySpace makes the key
     * @param id the event's id
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @param origin the delivery's origin, or 0 for none
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative or the id has no key; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(KeySpace keySpace, long id, long timestamp, long origin) {
        Objects.requireNonNull(keySpace, "keySpace").hash(id, scratch);
        return add(scratch.hash.high, scratch.hash.low, timestamp, origin);
    }

    /**
     * Adds a delivery by its key.
     *
     * @param key the event's key
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @param origin the delivery's origin, or 0 for none
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(DedupKey key, long timestamp, long origin) {
        Objects.requireNonNull(key, "key");
        return add(key.high(), key.low(), timestamp, origin);
    }

    /**
     * Copies an item of another batch, without its verdict: to confirm or forget a part of that batch.
     *
     * @param source the other batch
     * @param index the item's index there
     * @return the item's index here
     * @throws IndexOutOfBoundsException if the source has no such item
     * @throws IllegalStateException if this batch is full
     */
    public int add(EventBatch source, int index) {
        Objects.requireNonNull(source, "source");
        source.check(index);
        return add(source.keyHighs[index], source.keyLows[index], source.timestamps[index], source.origins[index]);
    }

    /**
     * Adds a delivery by the bits of its key.
     *
     * @param keyHigh the key's upper half
     * @param keyLow the key's lower half
     * @param timestamp the event's time in epoch milliseconds, 0 or more
     * @param origin the delivery's origin, or 0 for none
     * @return the item's index
     * @throws IllegalArgumentException if the timestamp is negative; nothing is added
     * @throws IllegalStateException if the batch is full
     */
    public int add(long keyHigh, long keyLow, long timestamp, long origin) {
        if (timestamp < 0) {
            throw new IllegalArgumentException(
                    "timestamp " + timestamp + " is negative; give epoch milliseconds, 0 or more");
        }
        int index = size;
        if (index == verdicts.length) {
            throw new IllegalStateException("the batch is full at its capacity of " + index
                    + "; submit it and clear() it, or create a larger one");
        }
        keyHighs[index] = keyHigh;
        keyLows[index] = keyLow;
        timestamps[index] = timestamp;
        origins[index] = origin;
        verdicts[index] = code(Verdict.UNJUDGED);
        if (origin != 0) {
            itemsWithOrigin++;
        }
        if (confirmedAt != null) {
            confirmedAt[index] = NOTHING_NOTED;
        }
        size = index + 1;
        return index;
    }

    /** Empties the batch for reuse and ends its retry token. */
    public void clear() {
        size = 0;
        itemsWithOrigin = 0;
        retryToken = 0;
        inDoubt = false;
        scratch.clear();
    }

    /**
     * The number of items.
     *
     * @return 0 to {@link #capacity()}
     */
    public int size() {
        return size;
    }

    /**
     * The most items the batch can hold.
     *
     * @return as given to the constructor
     */
    public int capacity() {
        return verdicts.length;
    }

    /**
     * Whether another item would be refused.
     *
     * @return true at capacity
     */
    public boolean isFull() {
        return size == verdicts.length;
    }

    /**
     * The verdict of an item.
     *
     * @param index the item's index
     * @return its verdict; UNJUDGED until a store answers
     * @throws IndexOutOfBoundsException if there is no such item
     */
    public Verdict verdict(int index) {
        check(index);
        return VERDICTS[verdicts[index]];
    }

    /**
     * The upper half of an item's key.
     *
     * @param index the item's index
     * @return bits 64 to 127
     * @throws IndexOutOfBoundsException if there is no such item
     */
    public long keyHigh(int index) {
        check(index);
        return keyHighs[index];
    }

    /**
     * The lower half of an item's key.
     *
     * @param index the item's index
     * @return bits 0 to 63
     * @throws IndexOutOfBoundsException if there is no such item
     */
    public long keyLow(int index) {
        check(index);
        return keyLows[index];
    }

    /**
     * The timestamp of an item.
     *
     * @param index the item's index
     * @return epoch milliseconds
     * @throws IndexOutOfBoundsException if there is no such item
     */
    public long timestamp(int index) {
        check(index);
        return timestamps[index];
    }

    /**
     * The origin of an item.
     *
     * @param index the item's index
     * @return the origin, or 0 for none
     * @throws IndexOutOfBoundsException if there is no such item
     */
    public long origin(int index) {
        check(index);
        return origins[index];
    }

    /**
     * Whether any item carries an origin.
     *
     * @return true if one is not 0
     */
    public boolean hasOrigins() {
        return itemsWithOrigin > 0;
    }

    /**
     * Whether every item carries an origin.
     *
     * @return true if none is 0; true for an empty batch
     */
    public boolean hasOnlyOrigins() {
        return itemsWithOrigin == size;
    }

    /**
     * Sets an item's verdict. For stores.
     *
     * @param index the item's index
     * @param verdict the answer
     * @throws IndexOutOfBoundsException if there is no such item
     * @throws NullPointerException if the verdict is null
     */
    public void judge(int index, Verdict verdict) {
        check(index);
        verdicts[index] = code(Objects.requireNonNull(verdict, "verdict"));
    }

    /**
     * Notes the confirmed record that an item's key has, for a near tier in front of the store to remember. For stores:
     * where it costs nothing, {@code markSeen} notes the record behind a DUPLICATE if that is confirmed, and the one that a
     * mark without origin has made; {@code confirm} notes the record if it is confirmed by now. A note is taken at its
     * word: it must be the record's own timestamp, whatever the item's is.
     *
     * @param index the item's index
     * @param timestamp the timestamp under which the store holds the record, 0 or more
     * @throws IndexOutOfBoundsException if there is no such item
     * @throws IllegalArgumentException if the timestamp is negative
     */
    public void noteConfirmed(int index, long timestamp) {
        check(index);
        if (timestamp < 0) {
            throw new IllegalArgumentException(
                    "timestamp " + timestamp + " is negative; note the record's own, or nothing");
        }
        if (confirmedAt == null) {
            confirmedAt = new long[verdicts.length];
            Arrays.fill(confirmedAt, NOTHING_NOTED);
        }
        confirmedAt[index] = timestamp;
    }

    /**
     * The timestamp of the confirmed record of an item's key, if the store has noted it.
     *
     * @param index the item's index
     * @return epoch milliseconds; -1 says nothing
     * @throws IndexOutOfBoundsException if there is no such item
     */
    public long confirmedAt(int index) {
        check(index);
        return confirmedAt == null ? NOTHING_NOTED : confirmedAt[index];
    }

    /** How many items have no verdict. */
    int unjudged() {
        byte unjudged = code(Verdict.UNJUDGED);
        int count = 0;
        for (int i = 0; i < size; i++) {
            count += verdicts[i] == unjudged ? 1 : 0;
        }
        return count;
    }

    /**
     * The token by which a store behind a network recognises a batch that is submitted again. For stores.
     *
     * @return random bits, never 0, the same until {@link #clear()}
     */
    public long retryToken() {
        if (retryToken == 0) {
            if (tokens == null) {
                tokens = new SplittableRandom(new SecureRandom().nextLong());
            }
            while (retryToken == 0) {
                retryToken = tokens.nextLong();
            }
        }
        return retryToken;
    }

    /**
     * The number of items by verdict.
     *
     * @return for example {@code EventBatch[3 of 256: 2 FIRST_SEEN, 1 DUPLICATE]}
     */
    @Override
    public String toString() {
        int[] counts = new int[VERDICTS.length];
        for (int i = 0; i < size; i++) {
            counts[verdicts[i]]++;
        }
        StringBuilder text = new StringBuilder("EventBatch[" + size + " of " + verdicts.length);
        String separator = ": ";
        for (Verdict verdict : VERDICTS) {
            if (counts[code(verdict)] > 0) {
                text.append(separator).append(counts[code(verdict)]).append(' ').append(verdict);
                separator = ", ";
            }
        }
        return text.append(']').toString();
    }

    private void check(int index) {
        Objects.checkIndex(index, size);
    }

    /** A verdict as one byte of memory: storing a reference costs a write barrier per item, and codes are never kept. */
    @SuppressWarnings("EnumOrdinal")
    private static byte code(Verdict verdict) {
        return (byte) verdict.ordinal();
    }
}
