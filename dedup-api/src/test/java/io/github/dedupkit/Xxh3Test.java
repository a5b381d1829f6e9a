package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** XXH3-128 against pinned values and an independent implementation. */
class Xxh3Test {
    private static final long[] SEEDS = {
        0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x80000000L, 0x9e3779b185ebca8dL, 0x5eed5eed12345678L
    };

    /** Length, seed 0, seed 0x9e3779b185ebca8d; the input is the bytes 0, 1, 2, ... modulo 256. */
    private static final String[][] PINNED = {
        {"0", "99aa06d3014798d86001c324468d497f", "00feaa732a3ce25ea986dfc5d7605bfe"},
        {"1", "a6cd5e9392000f6ac44bdff4074eecdb", "20e49abcc53b3842032be332dd766ef8"},
        {"3", "e3b55f57945a17cf5f4299fc161c9cbb", "05a6aa16b11fad251a6e223be5f46239"},
        {"4", "eb70bf5fc779e9e6a6111d53e80a3db5", "57d12f28cf1c845d3e5a7c14bde8fb64"},
        {"8", "e1e4432a62217fe4cfd50c61c8bb98c1", "ac54db92d3b6a1f59ab168e5c7e5cca6"},
        {"9", "16c769d83e4aebce907931979dca3746", "e2b0ac6ba5b78c34ea1ecf52f0229efc"},
        {"16", "72950631827607e2842812cc870dcae2", "1b5f34dbed11a4ac1404ca89c1ef2171"},
        {"17", "685bc458b37d057fc06e233df7729217", "e05e1acbd736cb2115a3b1eb123d655f"},
        {"64", "9c6e140a465545e590c1971ddb04ce74", "20ca4b4033d91e572722c789c31b91f7"},
        {"128", "14792fc3af88dc6c05321a0b64d67b41", "ac350d3b016ed8ababff37b483ae7860"},
        {"129", "dd5e74ac6b45f54ebc30b63382b09a3b", "f0bbb8b30a5511649158cd258aeb6812"},
        {"240", "65b5be86da5540e7c92b68e16f83bbb6", "dc736c9115f6a6fe789f011f76476005"},
        {"241", "1da1cb61bcb8a2a102e8cd95421c6d02", "6851e7328f9290e11f049462ca4edf9a"},
        {"320", "f349d8935d37c49abfc87c49d73ff872", "995acd7ed26b3f18bacb9c21fdb16daa"},
        {"1024", "83885e853bb6640ca870f92984398d22", "f1a7cf8bd63639fdecf7b854027d0608"},
        {"1025", "e1e508f110763b4678c86e91ee939852", "4ed4727a6f7ac7a6c604d968010ca0c7"},
        {"4097", "cb53ff7d280ab2cadec49d6c8543d80f", "28838cbd4c743080aa8ab09ac1923a7c"},
        {"100000", "077f8d86a61f4d7439cf9d035d60ad58", "1931cd499575b4cfa43c8bb88e760caa"},
    };

    private final Hash128.Result result = new Hash128.Result();

    @Test
    void pinnedValues() {
        for (String[] row : PINNED) {
            byte[] input = counting(Integer.parseInt(row[0]));
            assertEquals(row[1], hex(new Xxh3(0), input), () -> "seed 0, length " + row[0]);
            assertEquals(row[2], hex(new Xxh3(0x9e3779b185ebca8dL), input), () -> "other seed, length " + row[0]);
        }
    }

    @Test
    void agreesWithHash4jOnEveryLengthClass() {
        SplittableRandom random = new SplittableRandom(1);
        byte[] input = new byte[1200];
        random.nextBytes(input);
        for (int s = 0; s < SEEDS.length + 4; s++) {
            long seed = s < SEEDS.length ? SEEDS[s] : random.nextLong();
            Xxh3 ours = new Xxh3(seed);
            Hasher128 theirs = Hashing.xxh3_128(seed);
            for (int length = 0; length <= 1100; length++) {
                int offset = random.nextInt(input.length - length + 1);
                assertAgrees(ours, theirs, input, offset, length);
            }
        }
    }

    @Test
    void agreesWithHash4jOnLongInputs() {
        SplittableRandom random = new SplittableRandom(2);
        byte[] input = new byte[(1 << 20) + 9];
        random.nextBytes(input);
        for (long seed : new long[] {0, -1, random.nextLong()}) {
            Xxh3 ours = new Xxh3(seed);
            Hasher128 theirs = Hashing.xxh3_128(seed);
            for (int power = 11; power <= 20; power++) {
                for (int length : new int[] {(1 << power) - 1, 1 << power, (1 << power) + 1}) {
                    assertAgrees(ours, theirs, input, random.nextInt(8), length);
                }
            }
            for (int i = 0; i < 100; i++) {
                assertAgrees(ours, theirs, input, random.nextInt(8), random.nextInt(1 << 14));
            }
        }
    }

    /** Bytes that are all zeros or all ones take the extremes of the unsigned products. */
    @Test
    void agreesWithHash4jOnConstantInputs() {
        for (int fill : new int[] {0, 0x7f, 0x80, 0xff}) {
            byte[] input = new byte[1100];
            Arrays.fill(input, (byte) fill);
            for (long seed : SEEDS) {
                Xxh3 ours = new Xxh3(seed);
                Hasher128 theirs = Hashing.xxh3_128(seed);
                for (int length = 0; length <= 1100; length++) {
                    assertAgrees(ours, theirs, input, 0, length);
                }
            }
        }
    }

    private void assertAgrees(Xxh3 ours, Hasher128 theirs, byte[] input, int offset, int length) {
        ours.hash(input, offset, length, result);
        var expected = theirs.hashBytesTo128Bits(input, offset, length);
        assertEquals(expected.getMostSignificantBits(), result.high, () -> "high, length " + length);
        assertEquals(expected.getLeastSignificantBits(), result.low, () -> "low, length " + length);
    }

    private String hex(Xxh3 hash, byte[] input) {
        hash.hash(input, 0, input.length, result);
        return String.format("%016x%016x", result.high, result.low);
    }

    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }
}
