package io.github.dedupkit;

import java.util.Objects;

/**
 * SipHash-2-4 with 128 bits of output: a pseudo-random function under a 128-bit secret key, designed so that nobody
 * without the key can predict a hash or choose inputs that collide.
 *
 * <p>Source: Jean-Philippe Aumasson and Daniel J. Bernstein, "SipHash: a fast short-input PRF", 2012, in the authors'
 * later variant with doubled output. Its 16 output bytes, in order, are read as two big-endian longs: bytes 0 to 7 are
 * {@code high}, bytes 8 to 15 {@code low}.
 *
 * <p>Immutable and thread-safe. Cost per call: {@code 2 * (length / 8 + 1) + 8} rounds, each waiting for the one
 * before: several times the time of {@link Xxh3}. No allocation. The values are a storage format and never change.
 */
final class SipHash extends Hash128 {
    /*
     * The state is four words v0..v3. Every input word m is absorbed by v3 ^= m, two rounds, v0 ^= m; the last word
     * holds the 0 to 7 bytes left over and, in its top byte, the input length modulo 256. Then v2 ^= 0xee, four rounds,
     * the first output word is v0 ^ v1 ^ v2 ^ v3, v1 ^= 0xdd, four rounds, and the second output word the same way.
     *
     * Java returns one value per call, so the state never comes back from a call: it lives in local variables and is
     * handed forward, absorb to finish to squeeze. That is why the round is written out in each of them. The
     * constructor keeps the four words as they are before the first input word; they depend on the key alone.
     */
    private final long start0;
    private final long start1;
    private final long start2;
    private final long start3;

    /**
     * Uses a key given as two words.
     *
     * @param k0 key bytes 0 to 7, least significant first
     * @param k1 key bytes 8 to 15, least significant first
     */
    SipHash(long k0, long k1) {
        start0 = k0 ^ 0x736f6d6570736575L;
        start1 = k1 ^ 0x646f72616e646f6dL ^ 0xee;
        start2 = k0 ^ 0x6c7967656e657261L;
        start3 = k1 ^ 0x7465646279746573L;
    }

    /**
     * Uses a key given as bytes.
     *
     * @param key exactly 16 secret bytes; copied, so the caller may erase them
     * @return the function under that key
     * @throws IllegalArgumentException if {@code key} does not have 16 bytes
     */
    static SipHash ofKey(byte[] key) {
        if (key.length != 16) {
            throw new IllegalArgumentException("a SipHash key has 16 bytes, not " + key.length);
        }
        return new SipHash(longAt(key, 0), longAt(key, 8));
    }

    @Override
    void hash(byte[] bytes, int offset, int length, Result into) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 16) {
            hashPair(longAt(bytes, offset), longAt(bytes, offset + 8), into);
        } else {
            hashWords(bytes, offset, length, into);
        }
    }

    private void hashWords(byte[] bytes, int offset, int length, Result into) {
        long v0 = start0;
        long v1 = start1;
        long v2 = start2;
        long v3 = start3;
        int words = length >>> 3;
        for (int w = 0; w < words; w++) {
            long m = longAt(bytes, offset + (w << 3));
            v3 ^= m;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32) + v3;
                v2 += v1;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
        }
        finish(v0, v1, v2, v3, lastWord(bytes, offset, length), into);
    }

    @Override
    void hash(long value, Result into) {
        absorb(start0, start1, start2, start3, Long.reverseBytes(value), 8L << 56, into);
    }

    @Override
    void hash(long first, long second, Result into) {
        hashPair(Long.reverseBytes(first), Long.reverseBytes(second), into);
    }

    private void hashPair(long m, long second, Result into) {
        long v0 = start0;
        long v1 = start1;
        long v2 = start2;
        long v3 = start3 ^ m;
        for (int round = 0; round < 2; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        absorb(v0 ^ m, v1, v2, v3, second, 16L << 56, into);
    }

    /** Absorbs the word {@code m} and hands the state on with the last word. */
    private static void absorb(long v0, long v1, long v2, long v3, long m, long last, Result into) {
        v3 ^= m;
        for (int round = 0; round < 2; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        finish(v0 ^ m, v1, v2, v3, last, into);
    }

    /** Absorbs the last word. */
    private static void finish(long v0, long v1, long v2, long v3, long last, Result into) {
        v3 ^= last;
        for (int round = 0; round < 2; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        squeeze(v0 ^ last, v1, v2 ^ 0xee, v3, into);
    }

    /** Makes both output words. */
    private static void squeeze(long v0, long v1, long v2, long v3, Result into) {
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        into.high = Long.reverseBytes(v0 ^ v1 ^ v2 ^ v3);
        v1 ^= 0xdd;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        into.low = Long.reverseBytes(v0 ^ v1 ^ v2 ^ v3);
    }

    /** The bytes after the last full word, first one lowest, under the length. Loads may overlap: they agree there. */
    private static long lastWord(byte[] bytes, int offset, int length) {
        long top = (long) length << 56;
        int end = offset + length;
        int left = length & 7;
        if (length >= 8) {
            // The last 8 bytes without the 8 - left already absorbed; two shifts, because one cannot shift by 64.
            return top | (longAt(bytes, end - 8) >>> (56 - (left << 3)) >>> 8);
        }
        if (length >= 4) {
            return top
                    | Integer.toUnsignedLong(intAt(bytes, offset))
                    | (Integer.toUnsignedLong(intAt(bytes, end - 4)) << ((left - 4) << 3));
        }
        if (length == 0) {
            return top;
        }
        int middle = length >>> 1;
        return top
                | (bytes[offset] & 0xffL)
                | ((bytes[offset + middle] & 0xffL) << (middle << 3))
                | ((bytes[end - 1] & 0xffL) << ((left - 1) << 3));
    }
}
