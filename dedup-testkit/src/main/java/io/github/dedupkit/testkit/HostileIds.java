package io.github.dedupkit.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Ids that an attacker would choose: different ids with one hash under a hash function that has no secret.
 *
 * <p>In a hash table such ids cost time. In a deduplication store they cost events: whoever sends the first of them
 * suppresses all the others, because to a store that keeps hashes they are one id. Feed them to whatever stands between
 * ids and a store; only a key space with a secret ({@link io.github.dedupkit.KeySpace#keyed}) is meant to withstand ids
 * that a client may choose, and under it these are ids like any others.
 *
 * <p>The same call gives the same ids. Each array is the caller's to change. Cost: proportional to the bytes returned.
 */
public final class HostileIds {
    /*
     * Murmur3 (x64, 128 bits) absorbs blocks of 16 bytes, two words k1 and k2, into a state h1 and h2, which the seed
     * fills before the first block. With m1 and m2 for k1 and k2 after their own mixing:
     *
     *     h1 = (rotl(h1 ^ m1, 27) + h2) * 5 + a        h2 = (rotl(h2 ^ m2, 31) + h1) * 5 + b
     *
     * The mixing of k1 and k2 has no secret and is invertible (a product with an odd constant, a rotation, another
     * product), so an attacker chooses m1 and m2. Look at two messages and at the bits in which their states differ.
     * Addition and multiplication by 5 turn a difference in bit 63 alone into a difference in bit 63 alone, whatever
     * the values are: what is above bit 63 is dropped. So, without knowing the state or the seed:
     *
     *     first block    m1 differs in bit 36  ->  after rotl 27 in bit 63        ->  h1 differs in bit 63
     *                    m2 differs in bit 32  ->  after rotl 31 in bit 63, plus h1: the two cancel  ->  h2 is equal
     *     second block   m1 differs in bit 63  ->  cancels the difference of h1   ->  h1 is equal, and so is h2
     *
     * Two pairs of blocks that leave equal states behind: one bit of choice every 32 bytes, 2^n messages of n pairs.
     *
     * XXH3 above 240 bytes adds to an accumulator, for each 64-byte stripe and each of eight lanes, the product of the
     * two 32-bit halves of (lane's input ^ secret word), and the lane's input to its neighbour's accumulator. Where the
     * lower halves of input and secret are equal the product is 0, and the upper half of the input is free. It still
     * reaches the neighbour as a summand: with i in one stripe and -i in another the sum does not change.
     */
    private static final int MAX_BITS = 16;
    private static final int MAX_COUNT = 1_000_000;

    private static final long C1 = 0x87c37b91114253d5L;
    private static final long C2 = 0x4cf5ad432745937fL;
    private static final long C1_INVERSE = inverse(C1);
    private static final long C2_INVERSE = inverse(C2);
    private static final int PAIR_BYTES = 32;

    private static final int XXH3_BYTES = 320;
    private static final int STRIPE_BYTES = 64;
    private static final int SECRET_WORD_0_LOW = 0x396cfeb8;
    private static final int SECRET_WORD_1_LOW = 0x2c81017c;

    private HostileIds() {}

    /**
     * Ids with one and the same Murmur3 hash (x64, 128 bits; Guava's {@code murmur3_128}), under every seed at once: a
     * random seed is no defence.
     *
     * <p>Such sets were shown by Jean-Philippe Aumasson, Daniel J. Bernstein and Martin Bo&szlig;let, "Hash-flooding DoS
     * reloaded: attacks and defenses", 2012, the work that SipHash came with; that n pairs of colliding blocks give 2^n
     * colliding messages is from Antoine Joux, "Multicollisions in iterated hash functions", 2004.
     *
     * @param bits how many choices of two; 1 to 16
     * @return 2^bits distinct ids of 32 * bits bytes each
     * @throws IllegalArgumentException if {@code bits} is out of bounds
     */
    public static List<byte[]> murmur3Collisions(int bits) {
        if (bits < 1 || bits > MAX_BITS) {
            throw new IllegalArgumentException("bits " + bits + " is out of bounds; give 1 to " + MAX_BITS);
        }
        byte[] plain = murmur3Pair(0, 0, 0);
        byte[] twisted = murmur3Pair(1L << 36, 1L << 32, 1L << 63);
        List<byte[]> ids = new ArrayList<>(1 << bits);
        for (int choices = 0; choices < 1 << bits; choices++) {
            byte[] id = new byte[PAIR_BYTES * bits];
            for (int pair = 0; pair < bits; pair++) {
                byte[] chosen = ((choices >>> pair) & 1) == 0 ? plain : twisted;
                System.arraycopy(chosen, 0, id, PAIR_BYTES * pair, PAIR_BYTES);
            }
            ids.add(id);
        }
        return ids;
    }

    /**
     * Ids with one and the same XXH3 hash (128 bits, and 64 bits too) under seed 0. Under another seed they differ; but a
     * seed that is known, or made from something known, is no defence: the ids for it are written down as easily.
     *
     * <p>Follows from the definition of XXH3 in Yann Collet's xxHash specification, which calls its functions
     * non-cryptographic and promises no resistance to such ids.
     *
     * @param count how many; 1 to 1,000,000
     * @return {@code count} distinct ids of 320 bytes each
     * @throws IllegalArgumentException if {@code count} is out of bounds
     */
    public static List<byte[]> xxh3Collisions(int count) {
        if (count < 1 || count > MAX_COUNT) {
            throw new IllegalArgumentException("count " + count + " is out of bounds; give 1 to " + MAX_COUNT);
        }
        List<byte[]> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(littleEndian(XXH3_BYTES)
                    .putInt(0, SECRET_WORD_0_LOW)
                    .putInt(Integer.BYTES, i)
                    .putInt(STRIPE_BYTES, SECRET_WORD_1_LOW)
                    .putInt(STRIPE_BYTES + Integer.BYTES, -i)
                    .array());
        }
        return ids;
    }

    /** Two blocks whose mixed words are m1 and m2, then n1 and 0. */
    private static byte[] murmur3Pair(long m1, long m2, long n1) {
        return littleEndian(PAIR_BYTES)
                .putLong(Long.rotateRight(m1 * C2_INVERSE, 31) * C1_INVERSE)
                .putLong(Long.rotateRight(m2 * C1_INVERSE, 33) * C2_INVERSE)
                .putLong(Long.rotateRight(n1 * C2_INVERSE, 31) * C1_INVERSE)
                .putLong(0)
                .array();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The inverse of an odd number modulo 2^64, by Newton's method: each step doubles the bits that are right. */
    private static long inverse(long odd) {
        long x = odd;
        for (int right = 3; right < Long.SIZE; right *= 2) {
            x *= 2 - odd * x;
        }
        return x;
    }
}
