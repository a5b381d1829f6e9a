package io.github.dedupkit;

import java.util.Objects;

/**
 * XXH3 with 128 bits of output and a 64-bit seed: fast and well mixed, for inputs that nobody chooses in order to make
 * them collide. The seed is not a secret key: for a known seed, inputs that collide can be written down. Where an
 * outsider picks the input, use {@link SipHash}.
 *
 * <p>Source: Yann Collet, "xxHash fast digest algorithm" (the xxHash specification), sections on XXH3, whose values are
 * fixed since xxHash 0.8.0, 2020; there the function is called {@code XXH3_128bits_withSeed}. {@code high} and {@code
 * low} are the upper and lower half of its result: as 16 hexadecimal digits each, high first, they are its canonical
 * form.
 *
 * <p>Immutable and thread-safe; an instance holds 72 words: the seed and what is derived from it. Cost per call: a few
 * multiplications up to 16 bytes, then a few more per 32 bytes; no allocation. Above 240 bytes the input is read in two
 * passes, half of every stripe in each. The values are a storage format and never change.
 */
final class Xxh3 extends Hash128 {
    /*
     * Every step of XXH3 mixes input with words of a fixed 192-byte secret, plus or minus the seed. Here the seed is
     * applied once, in the constructor. Fields hold what inputs up to 16 bytes need; `keys` holds the rest:
     *
     *    0..23  SEEDED      the secret as 24 words, the seed added to even words and subtracted from odd ones
     *   24..35  MIDDLE      the secret from byte 3, seed added and subtracted in turn (129 to 240: from byte 128 on)
     *   36..39  MIDDLE_END  the secret from byte 103, seed subtracted and added in turn (129 to 240: the last 32)
     *   40..47  LAST        SEEDED from its byte 121 (above 240: last stripe)
     *   48..55  MERGE_LOW   SEEDED from its byte 11  (above 240: final merge, lower half)
     *   56..63  MERGE_HIGH  SEEDED from its byte 117 (above 240: final merge, upper half)
     *
     * SEEDED serves three times: it is the secret that the specification derives for inputs above 240 bytes, and it is
     * what secret and seed come to in inputs of 17 to 128 bytes and in the first 128 bytes of 129 to 240.
     *
     * Above 240 bytes the input is a sequence of 64-byte stripes of eight lanes, one accumulator per lane. A lane's
     * input goes to its own accumulator and to its neighbour's (0 and 1, 2 and 3, and so on), and the final merge
     * multiplies the same neighbours; so pairs of lanes do not meet before their products are summed. Four lanes at a
     * time therefore make a pass of their own over the input, their accumulators in local variables: no array, nothing
     * to return, and the sums are collected in the caller's Result. (Pairs in four passes measured slower.)
     *
     * Java's multiplyHigh is signed. For unsigned factors, add each factor once where the other has its top bit set.
     */
    private static final long PRIME32_1 = 0x9e3779b1L;
    private static final long PRIME32_2 = 0x85ebca77L;
    private static final long PRIME32_3 = 0xc2b2ae3dL;
    private static final long PRIME64_1 = 0x9e3779b185ebca87L;
    private static final long PRIME64_2 = 0xc2b2ae3d27d4eb4fL;
    private static final long PRIME64_3 = 0x165667b19e3779f9L;
    private static final long PRIME64_4 = 0x85ebca77c2b2ae63L;
    private static final long PRIME64_5 = 0x27d4eb2f165667c5L;
    private static final long PRIME_MX1 = 0x165667919e3779f9L;
    private static final long PRIME_MX2 = 0x9fb21c651e98df25L;
    private static final long LOW_32 = 0xffffffffL;

    private static final long[] SECRET = {
        0xbe4ba423396cfeb8L, 0x1cad21f72c81017cL, 0xdb979083e96dd4deL, 0x1f67b3b7a4a44072L,
        0x78e5c0cc4ee679cbL, 0x2172ffcc7dd05a82L, 0x8e2443f7744608b8L, 0x4c263a81e69035e0L,
        0xcb00c391bb52283cL, 0xa32e531b8b65d088L, 0x4ef90da297486471L, 0xd8acdea946ef1938L,
        0x3f349ce33f76faa8L, 0x1d4f0bc7c7bbdcf9L, 0x3159b4cd4be0518aL, 0x647378d9c97e9fc8L,
        0xc3ebd33483acc5eaL, 0xeb6313faffa081c5L, 0x49daf0b751dd0d17L, 0x9e68d429265516d3L,
        0xfca1477d58be162bL, 0xce31d07ad1b8f88fL, 0x280416958f3acb45L, 0x7e404bbbcafbd7afL,
    };

    private static final int MIDDLE = 24;
    private static final int MIDDLE_END = 36;
    private static final int LAST = 40;
    private static final int MERGE_LOW = 48;
    private static final int MERGE_HIGH = 56;
    private static final int SCRAMBLE = 16;

    private final long[] keys = new long[64];
    private final long seed;
    private final long emptyLow;
    private final long emptyHigh;
    private final long tinyLow;
    private final long tinyHigh;
    private final long smallKey;
    private final long firstKey;
    private final long lastKey;

    /**
     * Fixes the seed.
     *
     * @param seed any value; 0 is the specification's default
     */
    Xxh3(long seed) {
        this.seed = seed;
        emptyLow = avalanche64(seed ^ SECRET[8] ^ SECRET[9]);
        emptyHigh = avalanche64(seed ^ SECRET[10] ^ SECRET[11]);
        tinyLow = ((SECRET[0] ^ (SECRET[0] >>> 32)) & LOW_32) + seed;
        tinyHigh = ((SECRET[1] ^ (SECRET[1] >>> 32)) & LOW_32) - seed;
        smallKey = (SECRET[2] ^ SECRET[3]) + (seed ^ ((long) Integer.reverseBytes((int) seed) << 32));
        firstKey = (SECRET[4] ^ SECRET[5]) - seed;
        lastKey = (SECRET[6] ^ SECRET[7]) + seed;
        for (int i = 0; i < 24; i += 2) {
            keys[i] = SECRET[i] + seed;
            keys[i + 1] = SECRET[i + 1] - seed;
        }
        for (int i = 0; i < 12; i += 2) {
            keys[MIDDLE + i] = word(SECRET, 3 + 8 * i) + seed;
            keys[MIDDLE + i + 1] = word(SECRET, 11 + 8 * i) - seed;
        }
        for (int i = 0; i < 4; i += 2) {
            keys[MIDDLE_END + i] = word(SECRET, 103 + 8 * i) - seed;
            keys[MIDDLE_END + i + 1] = word(SECRET, 111 + 8 * i) + seed;
        }
        for (int i = 0; i < 8; i++) {
            keys[LAST + i] = word(keys, 121 + 8 * i);
            keys[MERGE_LOW + i] = word(keys, 11 + 8 * i);
            keys[MERGE_HIGH + i] = word(keys, 117 + 8 * i);
        }
    }

    /** The 8 bytes that begin at byte {@code index}, not a multiple of 8, of little-endian words. */
    private static long word(long[] words, int index) {
        int shift = (index & 7) << 3;
        return (words[index >>> 3] >>> shift) | (words[(index >>> 3) + 1] << (64 - shift));
    }

    @Override
    void hash(byte[] bytes, int offset, int length, Result into) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > 16) {
            hashLong(bytes, offset, length, into);
        } else if (length > 8) {
            hash9to16(longAt(bytes, offset), longAt(bytes, offset + length - 8), length, into);
        } else if (length > 3) {
            long first = intAt(bytes, offset) & LOW_32;
            hash4to8(first | ((long) intAt(bytes, offset + length - 4) << 32), length, into);
        } else {
            hash0to3(bytes, offset, length, into);
        }
    }

    @Override
    void hash(long value, Result into) {
        hash4to8(Long.reverseBytes(value), 8, into);
    }

    @Override
    void hash(long first, long second, Result into) {
        hash9to16(Long.reverseBytes(first), Long.reverseBytes(second), 16, into);
    }

    private void hash0to3(byte[] bytes, int offset, int length, Result into) {
        if (length == 0) {
            into.high = emptyHigh;
            into.low = emptyLow;
            return;
        }
        int first = bytes[offset] & 0xff;
        int middle = bytes[offset + (length >>> 1)] & 0xff;
        int last = bytes[offset + length - 1] & 0xff;
        int combined = (middle << 24) | (first << 16) | (length << 8) | last;
        int turned = Integer.rotateLeft(Integer.reverseBytes(combined), 13);
        into.high = avalanche64(tinyHigh ^ (turned & LOW_32));
        into.low = avalanche64(tinyLow ^ (combined & LOW_32));
    }

    private void hash4to8(long input, int length, Result into) {
        long value = input ^ smallKey;
        long factor = PRIME64_1 + (length << 2);
        long low = value * factor;
        long high = multiplyHigh(value, factor) + (low << 1);
        low ^= high >>> 3;
        low = (low ^ (low >>> 35)) * PRIME_MX2;
        into.high = avalanche(high);
        into.low = low ^ (low >>> 28);
    }

    private void hash9to16(long first, long last, int length, Result into) {
        long left = firstKey ^ first ^ last;
        long right = lastKey ^ last;
        long low = left * PRIME64_1 + ((long) (length - 1) << 54);
        long high = multiplyHigh(left, PRIME64_1) + right + (right & LOW_32) * (PRIME32_2 - 1);
        low ^= Long.reverseBytes(high);
        into.high = avalanche(multiplyHigh(low, PRIME64_2) + high * PRIME64_2);
        into.low = avalanche(low * PRIME64_2);
    }

    private void hashLong(byte[] bytes, int offset, int length, Result into) {
        if (length <= 128) {
            hash17to128(bytes, offset, length, into);
        } else if (length <= 240) {
            hash129to240(bytes, offset, length, into);
        } else {
            hashStripes(bytes, offset, length, into);
        }
    }

    /** Pairs of 16 bytes, one from each end, the innermost first; no loop, because few ids need a third pair. */
    private void hash17to128(byte[] bytes, int offset, int length, Result into) {
        long low = length * PRIME64_1;
        long high = 0;
        int tail = offset + length - 16;
        if (length > 32) {
            if (length > 64) {
                if (length > 96) {
                    low = mix(low, bytes, offset + 48, tail - 48, 12);
                    high = mix(high, bytes, tail - 48, offset + 48, 14);
                }
                low = mix(low, bytes, offset + 32, tail - 32, 8);
                high = mix(high, bytes, tail - 32, offset + 32, 10);
            }
            low = mix(low, bytes, offset + 16, tail - 16, 4);
            high = mix(high, bytes, tail - 16, offset + 16, 6);
        }
        low = mix(low, bytes, offset, tail, 0);
        high = mix(high, bytes, tail, offset, 2);
        finish(low, high, length, into);
    }

    /** Runs of 32 bytes from the start, then the last 32, their halves exchanged. */
    private void hash129to240(byte[] bytes, int offset, int length, Result into) {
        long low = length * PRIME64_1;
        long high = 0;
        int at = offset;
        for (int key = 0; key < 16; key += 4) {
            low = mix(low, bytes, at, at + 16, key);
            high = mix(high, bytes, at + 16, at, key + 2);
            at += 32;
        }
        low = avalanche(low);
        high = avalanche(high);
        int end = offset + length;
        for (int key = MIDDLE; at <= end - 32; key += 4) {
            low = mix(low, bytes, at, at + 16, key);
            high = mix(high, bytes, at + 16, at, key + 2);
            at += 32;
        }
        low = mix(low, bytes, end - 16, end - 32, MIDDLE_END);
        high = mix(high, bytes, end - 32, end - 16, MIDDLE_END + 2);
        finish(low, high, length, into);
    }

    /** One half after 16 bytes of its own at {@code own}, under two keys, and the other half's 16 at {@code other}. */
    private long mix(long half, byte[] bytes, int own, int other, int key) {
        long product = fold(longAt(bytes, own) ^ keys[key], longAt(bytes, own + 8) ^ keys[key + 1]);
        return (half + product) ^ (longAt(bytes, other) + longAt(bytes, other + 8));
    }

    private void finish(long low, long high, int length, Result into) {
        into.high = -avalanche(low * PRIME64_1 + high * PRIME64_4 + (length - seed) * PRIME64_2);
        into.low = avalanche(low + high);
    }

    private void hashStripes(byte[] bytes, int offset, int length, Result into) {
        into.high = ~(length * PRIME64_2);
        into.low = length * PRIME64_1;
        addQuad(bytes, offset, length, 0, PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, into);
        addQuad(bytes, offset, length, 4, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1, into);
        into.high = avalanche(into.high);
        into.low = avalanche(into.low);
    }

    /** Runs lanes {@code lane} to {@code lane + 3} over the whole input and adds their products to both halves. */
    private void addQuad(byte[] bytes, int offset, int length, int lane, long w, long x, long y, long z, Result into) {
        int stripes = (length - 1) >>> 6;
        int at = offset + (lane << 3);
        for (int done = 0; done < stripes; ) {
            int now = Math.min(stripes - done, SCRAMBLE);
            for (int i = lane; i < lane + now; i++) {
                long a = longAt(bytes, at);
                long b = longAt(bytes, at + 8);
                long c = longAt(bytes, at + 16);
                long d = longAt(bytes, at + 24);
                w += b + halves(a ^ keys[i]);
                x += a + halves(b ^ keys[i + 1]);
                y += d + halves(c ^ keys[i + 2]);
                z += c + halves(d ^ keys[i + 3]);
                at += 64;
            }
            done += now;
            if (now == SCRAMBLE) {
                w = (w ^ (w >>> 47) ^ keys[SCRAMBLE + lane]) * PRIME32_1;
                x = (x ^ (x >>> 47) ^ keys[SCRAMBLE + lane + 1]) * PRIME32_1;
                y = (y ^ (y >>> 47) ^ keys[SCRAMBLE + lane + 2]) * PRIME32_1;
                z = (z ^ (z >>> 47) ^ keys[SCRAMBLE + lane + 3]) * PRIME32_1;
            }
        }
        at = offset + length - 64 + (lane << 3);
        long a = longAt(bytes, at);
        long b = longAt(bytes, at + 8);
        long c = longAt(bytes, at + 16);
        long d = longAt(bytes, at + 24);
        w += b + halves(a ^ keys[LAST + lane]);
        x += a + halves(b ^ keys[LAST + lane + 1]);
        y += d + halves(c ^ keys[LAST + lane + 2]);
        z += c + halves(d ^ keys[LAST + lane + 3]);
        into.high += fold(w ^ keys[MERGE_HIGH + lane], x ^ keys[MERGE_HIGH + lane + 1])
                + fold(y ^ keys[MERGE_HIGH + lane + 2], z ^ keys[MERGE_HIGH + lane + 3]);
        into.low += fold(w ^ keys[MERGE_LOW + lane], x ^ keys[MERGE_LOW + lane + 1])
                + fold(y ^ keys[MERGE_LOW + lane + 2], z ^ keys[MERGE_LOW + lane + 3]);
    }

    /** The product of the two 32-bit halves. */
    private static long halves(long x) {
        return (x & LOW_32) * (x >>> 32);
    }

    /** The two halves of the unsigned 128-bit product, one xor the other. */
    private static long fold(long x, long y) {
        return (x * y) ^ multiplyHigh(x, y);
    }

    /** The upper half of the unsigned 128-bit product. */
    private static long multiplyHigh(long x, long y) {
        return Math.multiplyHigh(x, y) + ((x >> 63) & y) + ((y >> 63) & x);
    }

    private static long avalanche(long x) {
        x = (x ^ (x >>> 37)) * PRIME_MX1;
        return x ^ (x >>> 32);
    }

    /** The finalizer of the older XXH64, used up to 3 bytes. */
    private static long avalanche64(long x) {
        x = (x ^ (x >>> 33)) * PRIME64_2;
        x = (x ^ (x >>> 29)) * PRIME64_3;
        return x ^ (x >>> 32);
    }
}
