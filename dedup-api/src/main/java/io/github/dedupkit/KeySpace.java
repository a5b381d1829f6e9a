package io.github.dedupkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A namespace and the hash that turns ids into {@link DedupKey keys}.
 *
 * <p>The namespace names the consumer and its effect ({@code "billing/orders"}); two effects need two namespaces, or the
 * first one's marks suppress the second one's events. Equal namespaces of the same kind give equal keys, in every
 * process and every version: keys are a storage format, described with test vectors in {@code docs/formats.md}.
 *
 * <ul>
 *   <li>{@link #trusted} for ids that you mint yourself: XXH3, 128 bits, seeded by the namespace. Whoever can choose
 *       ids can make two of them collide, and suppress an event with that.
 *   <li>{@link #keyed} for ids that a client may choose: SipHash-2-4, 128 bits, under a secret.
 *   <li>{@link #timeOrdered} for UUIDv7, ULID and Snowflake ids: the upper 48 bits of the key are the id's own time.
 * </ul>
 *
 * <p>An id is a text (hashed as its UTF-8, so a {@code String} and its UTF-8 {@code byte[]} are one id), a {@code UUID},
 * a {@code long}, or several parts. The four kinds are hashed apart: a UUID and its 36 characters are two ids. The empty text
 * is an id like any other. Text with an unpaired surrogate has no UTF-8 form and is refused.
 *
 * <p>Immutable and thread-safe. {@link #key} allocates; {@link #hasher()} and {@link EventBatch} do not. Two different
 * ids get the same key with a probability of 2^-128 a pair; of 2^-80 if both are time-ordered ids of one millisecond; and of
 * some 2^-64 in a trusted key space if they differ in kind or namespace and are as short as 8 bytes.
 */
public final class KeySpace {
    /** The number of bytes of a secret. */
    public static final int SECRET_BYTES = 16;

    private static final int MAX_NAMESPACE_BYTES = 255;

    /** The kinds of ids, and of their parts: numbers of the key format. */
    static final int BYTES_KIND = 0;

    static final int UUID_KIND = 1;
    static final int LONG_KIND = 2;
    private static final int PARTS_KIND = 3;
    private static final int CHECK_KIND = 255;

    private final String namespace;
    private final @Nullable TimeLayout layout;
    private final boolean keyed;
    private final Hash128 bytesHash;
    private final Hash128 uuidHash;
    private final Hash128 longHash;
    private final Hash128 partsHash;
    private final long checkValue;

    private KeySpace(String namespace, @Nullable TimeLayout layout, byte @Nullable [] secret) {
        this.namespace = namespace;
        this.layout = layout;
        this.keyed = secret != null;
        byte[] name = encodeNamespace(namespace);
        bytesHash = derive(name, BYTES_KIND, secret);
        uuidHash = derive(name, UUID_KIND, secret);
        longHash = derive(name, LONG_KIND, secret);
        partsHash = derive(name, PARTS_KIND, secret);
        Hash128.Result check = new Hash128.Result();
        byte[] description = describe().getBytes(StandardCharsets.UTF_8);
        derive(name, CHECK_KIND, secret).hash(description, 0, description.length, check);
        checkValue = check.low;
    }

    /**
     * A key space for ids that you mint, and nobody else can choose.
     *
     * @param namespace the consumer and its effect, 1 to 255 bytes of UTF-8 without control characters
     * @return the key space
     * @throws IllegalArgumentException if the namespace is out of bounds
     */
    public static KeySpace trusted(String namespace) {
        return new KeySpace(Objects.requireNonNull(namespace, "namespace"), null, null);
    }

    /**
     * A key space for ids that a client may choose.
     *
     * <p>Every process that shares marks needs the same secret. It is copied, never written to storage and never printed.
     *
     * @param namespace the consumer and its effect, 1 to 255 bytes of UTF-8 without control characters
     * @param secret 16 bytes from a {@link java.security.SecureRandom}
     * @return the key space
     * @throws IllegalArgumentException if the namespace is out of bounds, or the secret is not 16 bytes or all zero
     */
    public static KeySpace keyed(String namespace, byte[] secret) {
        return new KeySpace(Objects.requireNonNull(namespace, "namespace"), null, validated(secret));
    }

    /**
     * A key space for time-ordered ids that you mint; the keys sort by the ids' time, which suits stores on disk.
     *
     * <p>Text is parsed, so upper and lower case are one id and a malformed text is refused. Ids in parts are refused.
     *
     * @param namespace the consumer and its effect, 1 to 255 bytes of UTF-8 without control characters
     * @param layout where the id keeps its time
     * @return the key space
     * @throws IllegalArgumentException if the namespace is out of bounds
     */
    public static KeySpace timeOrdered(String namespace, TimeLayout layout) {
        return new KeySpace(
                Objects.requireNonNull(namespace, "namespace"), Objects.requireNonNull(layout, "layout"), null);
    }

    /**
     * A key space for time-ordered ids that a client may choose: {@link #timeOrdered(String, TimeLayout)} with the hash
     * of {@link #keyed}.
     *
     * @param namespace the consumer and its effect, 1 to 255 bytes of UTF-8 without control characters
     * @param layout where the id keeps its time
     * @param secret 16 bytes from a {@link java.security.SecureRandom}
     * @return the key space
     * @throws IllegalArgumentException if the namespace is out of bounds, or the secret is not 16 bytes or all zero
     */
    public static KeySpace timeOrdered(String namespace, TimeLayout layout, byte[] secret) {
        return new KeySpace(
                Objects.requireNonNull(namespace, "namespace"),
                Objects.requireNonNull(layout, "layout"),
                validated(secret));
    }

    /**
     * The namespace.
     *
     * @return the name given
     */
    public String namespace() {
        return namespace;
    }

    /**
     * A value that tells this key space from another one: it depends on namespace, algorithm, layout and secret, and does
     * not reveal the secret. A shared or persistent store keeps it and refuses to open under another.
     *
     * @return 64 bits
     */
    public long checkValue() {
        return checkValue;
    }

    /**
     * The key of a text.
     *
     * @param id the id, hashed as its UTF-8
     * @return its key
     * @throws IllegalArgumentException if the text has an unpaired surrogate, or is not of the time layout
     */
    public DedupKey key(String id) {
        return hasher().hash(id).key();
    }

    /**
     * The key of an id in bytes.
     *
     * @param id the id; a text in UTF-8 is the same id as its String
     * @return its key
     * @throws IllegalArgumentException if the bytes are not of the time layout
     */
    public DedupKey key(byte[] id) {
        return hasher().hash(id).key();
    }

    /**
     * The key of a UUID.
     *
     * @param id the id; its 36 characters are another id, except in a time-ordered key space
     * @return its key
     * @throws IllegalArgumentException if the UUID is not of the time layout
     */
    public DedupKey key(UUID id) {
        return hasher().hash(id).key();
    }

    /**
     * The key of a number.
     *
     * @param id the id; its digits as text are another id, except in a time-ordered key space
     * @return its key
     * @throws IllegalArgumentException if the number is not of the time layout
     */
    public DedupKey key(long id) {
        return hasher().hash(id).key();
    }

    /**
     * A reusable hasher, for ids in parts and for hot paths that must not allocate.
     *
     * @return a new hasher; not thread-safe, keep one per thread
     */
    public KeyHasher hasher() {
        return new KeyHasher(this);
    }

    /**
     * Describes the key space without its secret.
     *
     * @return the namespace and the algorithm
     */
    @Override
    public String toString() {
        return "KeySpace[" + namespace + ", " + describe() + "]";
    }

    void hash(String id, KeyScratch scratch) {
        if (layout != null) {
            layout.parse(id, scratch);
            hashTimed(layout, scratch.hash.high, scratch.hash.low, scratch.hash);
        } else {
            scratch.clear();
            scratch.append(id);
            bytesHash.hash(scratch.bytes(), 0, scratch.length(), scratch.hash);
        }
    }

    void hash(byte[] id, int offset, int length, KeyScratch scratch) {
        if (layout != null) {
            layout.decode(id, offset, length, scratch);
            hashTimed(layout, scratch.hash.high, scratch.hash.low, scratch.hash);
        } else {
            scratch.clear();
            bytesHash.hash(id, offset, length, scratch.hash);
        }
    }

    void hash(UUID id, KeyScratch scratch) {
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        if (layout != null) {
            layout.require(TimeLayout.UUID_V7, "a UUID");
            hashTimed(layout, high, low, scratch.hash);
        } else {
            scratch.clear();
            uuidHash.hash(high, low, scratch.hash);
        }
    }

    void hash(long id, KeyScratch scratch) {
        if (layout != null) {
            layout.requireSnowflake("a long");
            hashTimed(layout, 0, id, scratch.hash);
        } else {
            scratch.clear();
            longHash.hash(id, scratch.hash);
        }
    }

    void hashParts(KeyScratch scratch) {
        partsHash.hash(scratch.bytes(), 0, scratch.length(), scratch.hash);
    }

    void requireParts() {
        if (layout != null) {
            throw new IllegalArgumentException("the time-ordered key space " + namespace
                    + " takes no id in parts; hash the time-ordered part alone");
        }
    }

    private void hashTimed(TimeLayout timeLayout, long high, long low, Hash128.Result into) {
        long millis = timeLayout.millis(high, low);
        if (timeLayout.isSnowflake()) {
            longHash.hash(low, into);
        } else {
            uuidHash.hash(high, low, into);
        }
        into.high = (millis << 16) | (into.high & 0xFFFF);
    }

    private String describe() {
        return "dedupkit-1 " + (keyed ? "siphash-2-4-128" : "xxh3-128") + (layout == null ? "" : " " + layout);
    }

    private static Hash128 derive(byte[] name, int kind, byte @Nullable [] secret) {
        Hash128.Result derived = new Hash128.Result();
        if (secret == null) {
            new Xxh3(kind).hash(name, 0, name.length, derived);
            return new Xxh3(derived.low);
        }
        byte[] message = new byte[name.length + 1];
        System.arraycopy(name, 0, message, 0, name.length);
        message[name.length] = (byte) kind;
        SipHash.ofKey(secret).hash(message, 0, message.length, derived);
        return new SipHash(Long.reverseBytes(derived.high), Long.reverseBytes(derived.low));
    }

    private static byte[] encodeNamespace(String namespace) {
        KeyScratch scratch = new KeyScratch();
        try {
            scratch.append(namespace);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "namespace has an unpaired surrogate and so no UTF-8 form; give valid text", e);
        }
        if (scratch.length() == 0 || scratch.length() > MAX_NAMESPACE_BYTES) {
            throw new IllegalArgumentException("namespace has " + scratch.length() + " bytes of UTF-8; give 1 to "
                    + MAX_NAMESPACE_BYTES + ", for example \"billing/orders\"");
        }
        if (namespace.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("namespace has a control character; use printable ones");
        }
        return Arrays.copyOf(scratch.bytes(), scratch.length());
    }

    private static byte[] validated(byte[] secret) {
        Objects.requireNonNull(secret, "secret");
        if (secret.length != SECRET_BYTES) {
            throw new IllegalArgumentException("secret has " + secret.length + " bytes; give " + SECRET_BYTES
                    + " bytes from a SecureRandom, the same in every process that shares marks");
        }
        byte any = 0;
        for (byte b : secret) {
            any |= b;
        }
        if (any == 0) {
            throw new IllegalArgumentException(
                    "secret is all zero, as an array that was never filled; fill it from a SecureRandom");
        }
        return secret.clone();
    }
}
