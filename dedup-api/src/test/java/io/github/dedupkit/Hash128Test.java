package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What both hashes promise: equal forms, checked ranges, no allocation; and why a keyed one exists. */
class Hash128Test {
    private static final List<Hash128> ALL =
            List.of(new Xxh3(0), new Xxh3(0x5eed5eed12345678L), new SipHash(0x0123456789abcdefL, 0x5eed5eedL));

    private final Hash128.Result result = new Hash128.Result();

    @Test
    void longFormsEqualTheByteForm() {
        SplittableRandom random = new SplittableRandom(4);
        for (Hash128 hash : ALL) {
            for (int i = 0; i < 10_000; i++) {
                long first = i < 64 ? 1L << i : random.nextLong();
                long second = i < 64 ? -1L << i : random.nextLong();
                byte[] bytes =
                        ByteBuffer.allocate(16).putLong(first).putLong(second).array();
                Bits eight = bits(hash, bytes, 0, 8);
                Bits sixteen = bits(hash, bytes, 0, 16);
                hash.hash(first, result);
                assertEquals(eight, new Bits(result.high, result.low));
                hash.hash(first, second, result);
                assertEquals(sixteen, new Bits(result.high, result.low));
            }
        }
    }

    @Test
    void onlyTheRangeCounts() {
        SplittableRandom random = new SplittableRandom(5);
        for (Hash128 hash : ALL) {
            for (int length = 0; length <= 600; length++) {
                byte[] exact = new byte[length];
                random.nextBytes(exact);
                int offset = random.nextInt(20);
                byte[] padded = new byte[offset + length + random.nextInt(20)];
                random.nextBytes(padded);
                System.arraycopy(exact, 0, padded, offset, length);
                assertEquals(bits(hash, exact, 0, length), bits(hash, padded, offset, length), "length " + length);
            }
        }
    }

    @Test
    void everyBitCounts() {
        SplittableRandom random = new SplittableRandom(6);
        for (Hash128 hash : ALL) {
            for (int length : new int[] {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 36, 65, 128, 129, 161, 240, 241, 1100}) {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                Set<Bits> seen = new HashSet<>();
                seen.add(bits(hash, bytes, 0, length));
                for (int bit = 0; bit < 8 * length; bit++) {
                    bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
                    assertTrue(seen.add(bits(hash, bytes, 0, length)), "length " + length + ", bit " + bit);
                    bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
                }
            }
        }
    }

    @Test
    void rangesOutsideTheArrayAreRefused() {
        int[][] ranges = {{-1, 1}, {0, 11}, {10, 1}, {11, 0}, {0, -1}, {Integer.MAX_VALUE, 1}, {1, Integer.MAX_VALUE}};
        for (Hash128 hash : ALL) {
            for (int[] range : ranges) {
                assertThrows(
                        IndexOutOfBoundsException.class, () -> hash.hash(new byte[10], range[0], range[1], result));
            }
        }
    }

    /**
     * Why keyed hashing exists. Above 240 bytes XXH3 adds to an accumulator the product of the two 32-bit halves of
     * (input xor secret), and the plain input to the accumulator beside it. An input whose low half equals the secret's
     * makes the product 0, whatever its high half is; two such inputs in one lane, with high halves i and -i, also
     * cancel in the neighbour. Every i then gives the same hash. Another seed breaks this set, but whoever knows that
     * seed makes a set for it. A key that nobody knows leaves nothing to aim at.
     */
    @Test
    void craftedInputsCollideUnlessTheKeyIsSecret() {
        int count = 10_000;
        long otherSeed = 0x5eed5eed12345678L;
        assertEquals(1, distinct(new Xxh3(0), 0, count));
        assertEquals(1, distinct(new Xxh3(otherSeed), otherSeed, count));
        assertEquals(count, distinct(new Xxh3(otherSeed), 0, count));
        assertEquals(count, distinct(new SipHash(0x0123456789abcdefL, 0xfedcba9876543210L), 0, count));
    }

    /** Counts the hashes of {@code count} inputs of 320 bytes made to collide under XXH3 with {@code seed}. */
    private int distinct(Hash128 hash, long seed, int count) {
        ByteBuffer input = ByteBuffer.allocate(320).order(ByteOrder.LITTLE_ENDIAN);
        input.putInt(0, (int) (0xbe4ba423396cfeb8L + seed));
        input.putInt(64, (int) (0x1cad21f72c81017cL - seed));
        Set<Bits> seen = new HashSet<>();
        for (int i = 0; i < count; i++) {
            input.putInt(4, i);
            input.putInt(68, -i);
            seen.add(bits(hash, input.array(), 0, 320));
        }
        return seen.size();
    }

    @Test
    void noCallAllocates() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertTrue(threads.isThreadAllocatedMemoryEnabled());
        byte[] bytes = new byte[400];
        for (Hash128 hash : ALL) {
            callAll(hash, bytes, 20_000);
            int calls = 1_000_000;
            long before = threads.getCurrentThreadAllocatedBytes();
            callAll(hash, bytes, calls);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < calls / 100, allocated + " bytes in " + calls + " calls of each form");
        }
    }

    /** Calls each of the three forms {@code calls} times, the byte form mostly on short inputs. */
    private void callAll(Hash128 hash, byte[] bytes, int calls) {
        for (int i = 0; i < calls; i++) {
            hash.hash(bytes, i & 3, (i & 1023) == 0 ? 300 : i & 63, result);
            hash.hash(result.low, result);
            hash.hash(result.high, result.low, result);
        }
    }

    private Bits bits(Hash128 hash, byte[] bytes, int offset, int length) {
        hash.hash(bytes, offset, length, result);
        return new Bits(result.high, result.low);
    }

    private record Bits(long high, long low) {}
}
