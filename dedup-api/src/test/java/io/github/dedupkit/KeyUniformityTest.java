package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The low 80 bits of a key are uniform, whatever the ids: stores take their bits from there. 100,000 ids that differ as
 * little as real ones do; each bit, each byte's 256 values and each pair of neighbouring bits against their binomial and
 * chi-square bounds. Fixed ids, so a test that passes once passes always.
 */
class KeyUniformityTest {
    private static final int IDS = 100_000;
    private static final int BITS = 80;
    private static final long MILLIS = 0x018f3c2a7b1dL;

    private static final byte[] SECRET = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    private static final KeySpace TRUSTED = KeySpace.trusted("billing/orders");
    private static final KeySpace KEYED = KeySpace.keyed("billing/orders", SECRET);
    private static final KeySpace UUID_V7 = KeySpace.timeOrdered("billing/orders", TimeLayout.UUID_V7);
    private static final KeySpace UUID_V7_KEYED = KeySpace.timeOrdered("billing/orders", TimeLayout.UUID_V7, SECRET);
    private static final KeySpace SNOWFLAKE = KeySpace.timeOrdered("billing/orders", TimeLayout.snowflake(0));

    /** Sequential ids of each kind; the i-th of them is hashed. */
    private enum Ids {
        TRUSTED_LONG,
        TRUSTED_TEXT,
        TRUSTED_UUID,
        TRUSTED_PARTS,
        KEYED_LONG,
        KEYED_TEXT,
        KEYED_UUID,
        KEYED_PARTS,
        TIMED_UUID,
        TIMED_KEYED_UUID,
        TIMED_LONG;

        KeySpace space() {
            return switch (this) {
                case TRUSTED_LONG, TRUSTED_TEXT, TRUSTED_UUID, TRUSTED_PARTS -> TRUSTED;
                case KEYED_LONG, KEYED_TEXT, KEYED_UUID, KEYED_PARTS -> KEYED;
                case TIMED_UUID -> UUID_V7;
                case TIMED_KEYED_UUID -> UUID_V7_KEYED;
                case TIMED_LONG -> SNOWFLAKE;
            };
        }

        void hash(KeyHasher hasher, int i) {
            switch (this) {
                case TRUSTED_LONG, KEYED_LONG -> hasher.hash(i);
                case TRUSTED_TEXT, KEYED_TEXT -> hasher.hash("order-" + i);
                case TRUSTED_PARTS, KEYED_PARTS ->
                    hasher.begin().part("tenant-7").part(i).end();
                // 4096 machines and sequences a millisecond.
                case TIMED_LONG -> hasher.hash((1_700_000_000_000L << 22) + i);
                // A counter where a version 7 UUID of one millisecond has random bits.
                default -> hasher.hash(new UUID((MILLIS << 16) | 0x7000 | (i >>> 16), (2L << 62) | (i & 0xFFFF)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void low80BitsAreUniform(Ids ids) {
        KeyHasher hasher = ids.space().hasher();
        int[] ones = new int[BITS];
        int[] equalNeighbours = new int[BITS - 1];
        int[][] values = new int[BITS / 8][256];
        Set<DedupKey> keys = new HashSet<>(2 * IDS);
        for (int i = 0; i < IDS; i++) {
            ids.hash(hasher, i);
            keys.add(DedupKey.ofBits(hasher.high() & 0xFFFF, hasher.low()));
            long low = hasher.low();
            long high = hasher.high();
            for (int bit = 0; bit < BITS; bit++) {
                ones[bit] += bit(high, low, bit);
            }
            for (int bit = 0; bit < BITS - 1; bit++) {
                equalNeighbours[bit] += 1 - (bit(high, low, bit) ^ bit(high, low, bit + 1));
            }
            for (int b = 0; b < values.length; b++) {
                values[b][(int) ((b < 8 ? low >>> (8 * b) : high >>> (8 * b - 64)) & 0xFF)]++;
            }
        }
        assertEquals(IDS, keys.size(), "80 bits tell all ids apart");
        for (int bit = 0; bit < BITS; bit++) {
            assertFair(ones[bit], "bit " + bit);
        }
        for (int bit = 0; bit < BITS - 1; bit++) {
            assertFair(equalNeighbours[bit], "bits " + bit + " and " + (bit + 1) + " are equal");
        }
        for (int b = 0; b < values.length; b++) {
            assertEven(values[b], "byte " + b);
        }
    }

    @Test
    void theUpperBitsAreUniformWithoutALayout() {
        KeyHasher hasher = TRUSTED.hasher();
        int[] ones = new int[48];
        for (int i = 0; i < IDS; i++) {
            hasher.hash(i);
            for (int bit = 0; bit < 48; bit++) {
                ones[bit] += (int) (hasher.high() >>> (16 + bit)) & 1;
            }
        }
        for (int bit = 0; bit < 48; bit++) {
            assertFair(ones[bit], "bit " + (80 + bit));
        }
    }

    private static int bit(long high, long low, int index) {
        return (int) (index < 64 ? low >>> index : high >>> (index - 64)) & 1;
    }

    /** Heads of IDS fair coins: within 5 standard deviations, where one of 1.7 million counts falls outside. */
    private static void assertFair(int count, String what) {
        double deviations = (count - IDS / 2.0) / Math.sqrt(IDS / 4.0);
        assertTrue(Math.abs(deviations) < 5, () -> what + ": " + deviations + " standard deviations off");
    }

    /** Pearson's chi-square of 256 equal cells: mean 255, standard deviation 22.6; five of them either way. */
    private static void assertEven(int[] counts, String what) {
        double expected = IDS / 256.0;
        double chiSquare = 0;
        for (int count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        double sum = chiSquare;
        assertTrue(sum > 142 && sum < 368, () -> what + ": chi-square " + sum);
    }
}
