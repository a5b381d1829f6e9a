package io.github.dedupkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Target;
import java.util.Arrays;

/**
 * The reusable memory behind one hashing caller: the encoded id and the hash of it. Not thread-safe.
 *
 * <p>The buffer is made for the first id that has to be encoded: a UUID, a number or an array of bytes needs none. One
 * grown past {@link #KEPT_BYTES} by a huge id is dropped with the next id.
 */
final class KeyScratch {
    /** Lets a method call {@code String.getBytes(int, int, byte[], int)}, which the build forbids elsewhere. */
    @Target(ElementType.METHOD)
    private @interface CopiesLatin1 {}

    private static final byte[] NONE = {};
    private static final int LEAST_BYTES = 64;
    private static final int KEPT_BYTES = 1 << 16;
    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;
    private static final int MAX_BYTES_PER_CHAR = 3;

    /** The sign bit of each of 8 bytes. */
    private static final long SIGNS = 0x8080808080808080L;

    final Hash128.Result hash = new Hash128.Result();
    private byte[] bytes = NONE;
    private int length;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
        if (bytes.length > KEPT_BYTES) {
            bytes = NONE;
        }
    }

    /** Appends the UTF-8 form; refuses a string that has none. */
    void append(String text) {
        int chars = text.length();
        reserve((long) chars * MAX_BYTES_PER_CHAR);
        length = isLatin1(text) && copyAscii(text, chars) ? length + chars : encode(text, length);
    }

    /**
     * Whether every character fits a byte. Costs next to nothing where the JVM keeps the text in one byte a character: the
     * compiler then knows the outcome of each comparison, and drops the loop. In a method of its own, for it to do so.
     */
    private static boolean isLatin1(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xFF) {
                return false;
            }
        }
        return true;
    }

    /**
     * Copies a Latin-1 text behind the length, and tells whether it was ASCII. The method of String's is deprecated because it
     * drops upper bytes, of which a Latin-1 text has none; nothing else copies bytes without a look at each.
     */
    @SuppressWarnings("deprecation")
    @CopiesLatin1
    private boolean copyAscii(String text, int chars) {
        byte[] target = bytes;
        int from = length;
        text.getBytes(0, chars, target, from);
        return isAscii(target, from, chars);
    }

    /** Whether no byte has its sign bit set; the last 8 are read together, some of them again. */
    private static boolean isAscii(byte[] bytes, int from, int count) {
        int to = from + count;
        long any = 0;
        if (count < Long.BYTES) {
            for (int i = from; i < to; i++) {
                any |= bytes[i];
            }
        } else {
            for (int i = from; i < to - Long.BYTES; i += Long.BYTES) {
                any |= Hash128.longAt(bytes, i);
            }
            any |= Hash128.longAt(bytes, to - Long.BYTES);
        }
        return (any & SIGNS) == 0;
    }

    private int encode(String text, int to) {
        byte[] target = bytes;
        int at = to;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                target[at++] = (byte) c;
            } else if (c < 0x800) {
                target[at++] = (byte) (0xC0 | (c >>> 6));
                target[at++] = (byte) (0x80 | (c & 0x3F));
            } else if (!Character.isSurrogate(c)) {
                target[at++] = (byte) (0xE0 | (c >>> 12));
                target[at++] = (byte) (0x80 | ((c >>> 6) & 0x3F));
                target[at++] = (byte) (0x80 | (c & 0x3F));
            } else {
                int codePoint = text.codePointAt(i);
                if (!Character.isSupplementaryCodePoint(codePoint)) {
                    throw new IllegalArgumentException("id has an unpaired surrogate at index " + i
                            + " and so no UTF-8 form; pass its bytes instead");
                }
                target[at++] = (byte) (0xF0 | (codePoint >>> 18));
                target[at++] = (byte) (0x80 | ((codePoint >>> 12) & 0x3F));
                target[at++] = (byte) (0x80 | ((codePoint >>> 6) & 0x3F));
                target[at++] = (byte) (0x80 | (codePoint & 0x3F));
                i++;
            }
        }
        return at;
    }

    void append(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    void append(byte value) {
        reserve(1);
        bytes[length++] = value;
    }

    /** Appends 8 bytes, most significant first. */
    void append(long value) {
        reserve(Long.BYTES);
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes[length++] = (byte) (value >>> shift);
        }
    }

    /** Leaves room for a 32-bit length, to be filled in by {@link #writeLength}. */
    int reserveLength() {
        reserve(Integer.BYTES);
        int at = length;
        length += Integer.BYTES;
        return at;
    }

    /** Writes the number of bytes appended since {@link #reserveLength} returned this position. */
    void writeLength(int at) {
        int count = length - at - Integer.BYTES;
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[at + i] = (byte) (count >>> (Integer.SIZE - Byte.SIZE * (i + 1)));
        }
    }

    private void reserve(long more) {
        long needed = length + more;
        if (needed <= bytes.length) {
            return;
        }
        if (needed > MAX_BYTES) {
            throw new IllegalArgumentException("id may need " + needed + " bytes, over the bound of " + MAX_BYTES
                    + "; hash it down first or pass its bytes");
        }
        long roomy = Math.max(LEAST_BYTES, 2L * bytes.length);
        bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, Math.max(needed, roomy)));
    }
}
