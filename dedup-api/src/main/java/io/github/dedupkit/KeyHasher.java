package io.github.dedupkit;

import java.util.Objects;
import java.util.UUID;

/**
 * Turns ids into key bits without allocating: the reusable form of {@link KeySpace#key}, and the way to build a key from
 * several parts.
 *
 * <pre>{@code
 * KeyHasher hasher = keySpace.hasher();
 * hasher.hash(event.id());
 * Verdict verdict = store.markSeen(hasher.high(), hasher.low(), event.timestamp());
 *
 * DedupKey key = hasher.begin().part("tenant-7").part(event.sequence()).end().key();
 * }</pre>
 *
 * <p>Parts are length-prefixed, so ("a", "bc") and ("ab", "c") are two ids. A call that throws leaves no key behind, and an
 * id in parts must be begun anew. Not thread-safe: one per thread. An id that grew the buffer past 64 KiB does not keep that
 * memory beyond the next id.
 */
public final class KeyHasher {
    private static final int EMPTY = 0;
    private static final int HASHED = 1;
    private static final int BEGUN = 2;
    private static final int PARTS = 3;

    private final KeySpace keySpace;
    private final KeyScratch scratch = new KeyScratch();
    /** One of the four above; not an enum, because storing a reference costs a write barrier, twice per id. */
    private int state = EMPTY;

    KeyHasher(KeySpace keySpace) {
        this.keySpace = keySpace;
    }

    /**
     * Hashes a text.
     *
     * @param id the id, hashed as its UTF-8
     * @return this hasher
     * @throws IllegalArgumentException if the text has an unpaired surrogate, or is not of the time layout
     */
    public KeyHasher hash(String id) {
        state = EMPTY;
        Objects.requireNonNull(id, "id");
        keySpace.hash(id, scratch);
        state = HASHED;
        return this;
    }

    /**
     * Hashes an id in bytes.
     *
     * @param id the id
     * @return this hasher
     * @throws IllegalArgumentException if the bytes are not of the time layout
     */
    public KeyHasher hash(byte[] id) {
        state = EMPTY;
        Objects.requireNonNull(id, "id");
        return hash(id, 0, id.length);
    }

    /**
     * Hashes a range of bytes, in place.
     *
     * @param bytes holds the id
     * @param offset its first byte
     * @param length its number of bytes
     * @return this hasher
     * @throws IndexOutOfBoundsException if the range is not inside the array
     * @throws IllegalArgumentException if the bytes are not of the time layout
     */
    public KeyHasher hash(byte[] bytes, int offset, int length) {
        state = EMPTY;
        Objects.requireNonNull(bytes, "bytes");
        Objects.checkFromIndexSize(offset, length, bytes.length);
        keySpace.hash(bytes, offset, length, scratch);
        state = HASHED;
        return this;
    }

    /**
     * Hashes a UUID.
     *
     * @param id the id
     * @return this hasher
     * @throws IllegalArgumentException if the UUID is not of the time layout
     */
    public KeyHasher hash(UUID id) {
        state = EMPTY;
        Objects.requireNonNull(id, "id");
        keySpace.hash(id, scratch);
        state = HASHED;
        return this;
    }

    /**
     * Hashes a number.
     *
     * @param id the id
     * @return this hasher
     * @throws IllegalArgumentException if the number is not of the time layout
     */
    public KeyHasher hash(long id) {
        state = EMPTY;
        keySpace.hash(id, scratch);
        state = HASHED;
        return this;
    }

    /**
     * Starts an id in parts.
     *
     * @return this hasher
     * @throws IllegalArgumentException if the key space is time-ordered
     */
    public KeyHasher begin() {
        state = EMPTY;
        keySpace.requireParts();
        scratch.clear();
        state = BEGUN;
        return this;
    }

    /**
     * Adds a text as the next part.
     *
     * @param part the part, taken as its UTF-8
     * @return this hasher
     * @throws IllegalStateException if {@link #begin()} was not called
     * @throws IllegalArgumentException if the text has an unpaired surrogate; the id must then be begun anew
     */
    public KeyHasher part(String part) {
        int at = startPart(KeySpace.BYTES_KIND);
        Objects.requireNonNull(part, "part");
        scratch.append(part);
        return endPart(at);
    }

    /**
     * Adds bytes as the next part.
     *
     * @param part the part; a text in UTF-8 is the same part as its String
     * @return this hasher
     * @throws IllegalStateException if {@link #begin()} was not called
     */
    public KeyHasher part(byte[] part) {
        int at = startPart(KeySpace.BYTES_KIND);
        Objects.requireNonNull(part, "part");
        scratch.append(part, 0, part.length);
        return endPart(at);
    }

    /**
     * Adds a range of bytes as the next part.
     *
     * @param bytes holds the part
     * @param offset its first byte
     * @param length its number of bytes
     * @return this hasher
     * @throws IllegalStateException if {@link #begin()} was not called
     * @throws IndexOutOfBoundsException if the range is not inside the array
     */
    public KeyHasher part(byte[] bytes, int offset, int length) {
        int at = startPart(KeySpace.BYTES_KIND);
        Objects.requireNonNull(bytes, "bytes");
        Objects.checkFromIndexSize(offset, length, bytes.length);
        scratch.append(bytes, offset, length);
        return endPart(at);
    }

    /**
     * Adds a UUID as the next part.
     *
     * @param part the part
     * @return this hasher
     * @throws IllegalStateException if {@link #begin()} was not called
     */
    public KeyHasher part(UUID part) {
        int at = startPart(KeySpace.UUID_KIND);
        Objects.requireNonNull(part, "part");
        scratch.append(part.getMostSignificantBits());
        scratch.append(part.getLeastSignificantBits());
        return endPart(at);
    }

    /**
     * Adds a number as the next part.
     *
     * @param part the part
     * @return this hasher
     * @throws IllegalStateException if {@link #begin()} was not called
     */
    public KeyHasher part(long part) {
        int at = startPart(KeySpace.LONG_KIND);
        scratch.append(part);
        return endPart(at);
    }

    /**
     * Hashes the parts added since {@link #begin()}.
     *
     * @return this hasher
     * @throws IllegalStateException if there is no part
     */
    public KeyHasher end() {
        int before = state;
        state = EMPTY;
        if (before != PARTS) {
            throw new IllegalStateException("an id in parts needs one part at least; call begin(), part(...), end()");
        }
        keySpace.hashParts(scratch);
        state = HASHED;
        return this;
    }

    /**
     * The upper half of the last id's key.
     *
     * @return bits 64 to 127
     * @throws IllegalStateException if no id was hashed
     */
    public long high() {
        requireHashed();
        return scratch.hash.high;
    }

    /**
     * The lower half of the last id's key.
     *
     * @return bits 0 to 63
     * @throws IllegalStateException if no id was hashed
     */
    public long low() {
        requireHashed();
        return scratch.hash.low;
    }

    /**
     * The last id's key. Allocates it.
     *
     * @return the key
     * @throws IllegalStateException if no id was hashed
     */
    public DedupKey key() {
        requireHashed();
        return DedupKey.ofBits(scratch.hash.high, scratch.hash.low);
    }

    /**
     * The lower half of the last id's key as the origin of a delivery: never 0, which means none.
     *
     * @return {@link #low()}, or 1 in place of 0
     * @throws IllegalStateException if no id was hashed
     */
    public long origin() {
        return originOf(low());
    }

    static long originOf(long bits) {
        return bits == 0 ? 1 : bits;
    }

    private int startPart(int kind) {
        int before = state;
        state = EMPTY;
        if (before != BEGUN && before != PARTS) {
            throw new IllegalStateException("part(...) before begin(); call begin(), part(...), end()");
        }
        scratch.append((byte) kind);
        return scratch.reserveLength();
    }

    private KeyHasher endPart(int at) {
        scratch.writeLength(at);
        state = PARTS;
        return this;
    }

    private void requireHashed() {
        if (state != HASHED) {
            throw new IllegalStateException(
                    "no id was hashed, or an id in parts was not ended; call hash(...) or end() first");
        }
    }
}
