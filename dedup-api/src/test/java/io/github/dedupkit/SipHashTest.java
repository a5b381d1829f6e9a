package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.bouncycastle.crypto.macs.SipHash128;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

/** SipHash-2-4-128 against pinned values and an independent implementation. */
class SipHashTest {
    /** Length and hash under the key 00 01 ... 0f; the input is the bytes 0, 1, 2, ... modulo 256. */
    private static final String[][] PINNED = {
        {"0", "a3817f04ba25a8e66df67214c7550293"},
        {"1", "da87c1d86b99af44347659119b22fc45"},
        {"2", "8177228da4a45dc7fca38bdef60affe4"},
        {"3", "9c70b60c5267a94e5f33b6b02985ed51"},
        {"4", "f88164c12d9c8faf7d0f6e7c7bcd5579"},
        {"5", "1368875980776f8854527a07690e9627"},
        {"7", "a1f1ebbed8dbc153c0b84aa61ff08239"},
        {"8", "3b62a9ba6258f5610f83e264f31497b4"},
        {"9", "264499060ad9baabc47f8b02bb6d71ed"},
        {"15", "5493e99933b0a8117e08ec0f97cfc3d9"},
        {"16", "6ee2a4ca67b054bbfd3315bf85230577"},
        {"36", "3dc47d1f29c448461e9e76ed904f6711"},
        {"63", "5150d1772f50834a503e069a973fbd7c"},
        {"300", "ce005a406d14b36d5386b5f7a7e1b311"},
    };

    private final Hash128.Result result = new Hash128.Result();

    @Test
    void pinnedValues() {
        SipHash bytesKey = SipHash.ofKey(counting(16));
        SipHash wordsKey = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        for (String[] row : PINNED) {
            int length = Integer.parseInt(row[0]);
            assertEquals(row[1], hex(bytesKey, counting(length)), () -> "length " + length);
            assertEquals(row[1], hex(wordsKey, counting(length)), () -> "length " + length);
        }
    }

    @Test
    void agreesWithBouncyCastle() {
        SplittableRandom random = new SplittableRandom(3);
        byte[] input = new byte[400];
        byte[] key = new byte[16];
        for (int k = 0; k < 20; k++) {
            random.nextBytes(input);
            random.nextBytes(key);
            SipHash ours = SipHash.ofKey(key);
            SipHash128 theirs = new SipHash128();
            theirs.init(new KeyParameter(key));
            for (int length = 0; length <= 300; length++) {
                int offset = random.nextInt(input.length - length + 1);
                byte[] expected = new byte[16];
                theirs.update(input, offset, length);
                theirs.doFinal(expected, 0);
                ours.hash(input, offset, length, result);
                byte[] actual = ByteBuffer.allocate(16)
                        .putLong(result.high)
                        .putLong(result.low)
                        .array();
                assertArrayEquals(expected, actual, "length " + length);
            }
        }
    }

    @Test
    void theKeyIsCopied() {
        byte[] key = counting(16);
        SipHash hash = SipHash.ofKey(key);
        key[0] = 99;
        assertEquals(PINNED[0][1], hex(hash, new byte[0]));
    }

    @Test
    void aKeyOfAnotherSizeIsRefused() {
        for (int size : new int[] {0, 8, 15, 17, 32}) {
            var thrown = assertThrows(IllegalArgumentException.class, () -> SipHash.ofKey(new byte[size]));
            assertEquals("a SipHash key has 16 bytes, not " + size, thrown.getMessage());
        }
    }

    private String hex(SipHash hash, byte[] input) {
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
