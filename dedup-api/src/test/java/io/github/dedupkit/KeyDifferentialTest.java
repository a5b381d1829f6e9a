package io.github.dedupkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keys of every kind of id, through one reused hasher and one reused batch, against the libraries' hashes. */
class KeyDifferentialTest {
    private static final String NAMESPACE = "billing/orders";
    private static final byte[] SECRET = "sixteen bytes ok".getBytes(US_ASCII);
    private static final int LONGEST = 1024;

    /** From ASCII alone to all of Unicode; the third kind has ASCII low bytes. */
    private static final int[][] ALPHABETS = {{0, 0x7F}, {0, 0xFF}, {0x141, 0x17F}, {0, 0x7FF}, {0xE000, 0x10FFFF}};

    private final SplittableRandom random = new SplittableRandom(8);

    @Test
    void trusted() {
        assertAgrees(KeySpace.trusted(NAMESPACE), null);
    }

    @Test
    void keyed() {
        assertAgrees(KeySpace.keyed(NAMESPACE, SECRET), SECRET);
    }

    private void assertAgrees(KeySpace space, byte @Nullable [] secret) {
        ReferenceKeys reference = new ReferenceKeys(NAMESPACE, secret);
        KeyHasher hasher = space.hasher();
        EventBatch batch = new EventBatch(1);
        byte[] bytes = new byte[2 * LONGEST];
        random.nextBytes(bytes);
        for (int length = 0; length <= LONGEST; length++) {
            int offset = random.nextInt(bytes.length - length + 1);
            byte[] range = new byte[length];
            System.arraycopy(bytes, offset, range, 0, length);
            byte[] expected = reference.hash(KeySpace.BYTES_KIND, range);
            batch.clear();
            batch.add(space, bytes, offset, length, 1, 1);
            assertKey(expected, hasher.hash(bytes, offset, length), batch, "bytes, length " + length);
            for (int[] alphabet : ALPHABETS) {
                String text = text(length, alphabet[0], alphabet[1]);
                expected = reference.hash(KeySpace.BYTES_KIND, text.getBytes(UTF_8));
                batch.clear();
                batch.add(space, text, 1, 1);
                assertKey(expected, hasher.hash(text), batch, text);
            }
            long high = random.nextLong();
            long low = random.nextLong();
            byte[] binary = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
            batch.clear();
            batch.add(space, new UUID(high, low), 1, 1);
            expected = reference.hash(KeySpace.UUID_KIND, binary);
            assertKey(expected, hasher.hash(new UUID(high, low)), batch, "UUID");
            batch.clear();
            batch.add(space, low, 1, 1);
            expected = reference.hash(
                    KeySpace.LONG_KIND, ByteBuffer.allocate(8).putLong(low).array());
            assertKey(expected, hasher.hash(low), batch, "long");
        }
    }

    private String text(int length, int least, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(random.nextInt(least, most + 1));
        }
        return text.toString();
    }

    private static void assertKey(byte[] expected, KeyHasher hasher, EventBatch batch, String id) {
        assertArrayEquals(expected, bytes(hasher.high(), hasher.low()), id);
        assertArrayEquals(expected, bytes(batch.keyHigh(0), batch.keyLow(0)), id);
    }

    private static byte[] bytes(long high, long low) {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }
}
