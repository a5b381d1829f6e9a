package io.github.dedupkit.cli;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds bytes in an array, eight at a time.
 *
 * <p>A byte of {@code x} is zero where the word holds the byte looked for, and {@code (x - ONES) & ~x & HIGHS} keeps a bit
 * for each zero byte. A borrow can set a bit too many, but only above a true one, and the lowest bit is the one used: the
 * words are little-endian, so it stands for the first byte.
 */
final class ByteSearch {
    /** What a search returns when there is nothing to find. */
    static final int NONE = -1;

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;

    private ByteSearch() {}

    /** The first place of a byte in a range, or {@link #NONE}. */
    static int indexOf(byte[] bytes, int from, int to, byte wanted) {
        long pattern = ONES * (wanted & 0xFF);
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long found = zeros((long) WORDS.get(bytes, i) ^ pattern);
            if (found != 0) {
                return i + firstByte(found);
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return NONE;
    }

    /** The first place of one byte or another in a range, or {@link #NONE}. */
    static int indexOfEither(byte[] bytes, int from, int to, byte one, byte other) {
        long onePattern = ONES * (one & 0xFF);
        long otherPattern = ONES * (other & 0xFF);
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long word = (long) WORDS.get(bytes, i);
            long found = zeros(word ^ onePattern) | zeros(word ^ otherPattern);
            if (found != 0) {
                return i + firstByte(found);
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == one || bytes[i] == other) {
                return i;
            }
        }
        return NONE;
    }

    /** The first place of a byte that is not ASCII in a range, or {@link #NONE}. */
    static int indexOfNonAscii(byte[] bytes, int from, int to) {
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long found = (long) WORDS.get(bytes, i) & HIGHS;
            if (found != 0) {
                return i + firstByte(found);
            }
        }
        for (; i < to; i++) {
            if (bytes[i] < 0) {
                return i;
            }
        }
        return NONE;
    }

    private static long zeros(long x) {
        return (x - ONES) & ~x & HIGHS;
    }

    private static int firstByte(long found) {
        return Long.numberOfTrailingZeros(found) / Byte.SIZE;
    }
}
