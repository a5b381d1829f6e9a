package io.github.dedupkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text becomes its UTF-8, as the JDK gives it, wherever in the text and in the buffer a character stands. */
class KeyScratchTest {
    /** Through the word-wise check of the copy and around the sizes that the buffer grows to. */
    private static final int[] LENGTHS = {1, 2, 3, 7, 8, 9, 15, 16, 17, 20, 21, 22, 31, 36, 63, 64, 65, 128, 129};

    private final KeyScratch scratch = new KeyScratch();

    @Test
    void asciiOfEveryLength() {
        StringBuilder text = new StringBuilder();
        for (int length = 0; length <= 1024; length++) {
            assertEncodes(text.toString());
            text.append((char) (length * 31 & 0x7F));
        }
    }

    @Test
    void everyCharacterByItselfAndAmongAscii() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            if (!Character.isSurrogate((char) c)) {
                assertEncodes(Character.toString(c));
                assertEncodes("order-17/" + (char) c + "/line");
            }
        }
    }

    /**
     * One character that is not ASCII, at every position. The low bytes of the later ones are ASCII: what copies low bytes
     * alone takes U+0141 and U+4E41 for an A, U+0100 for a NUL and the pair of U+10041 for two bytes.
     */
    @ParameterizedTest
    @ValueSource(
            ints = {0x80, 0xE9, 0xFF, 0x100, 0x141, 0x17F, 0x7FF, 0x800, 0x4E41, 0xFF41, 0x10041, 0x1F600, 0x10FFFF})
    void oneOtherCharacterAtEveryPosition(int codePoint) {
        for (int length : LENGTHS) {
            for (int at = 0; at < length; at++) {
                assertEncodes("A".repeat(at) + Character.toString(codePoint) + "A".repeat(length - at - 1));
            }
        }
    }

    @Test
    void aCutCharacterIsNotItsLowByte() {
        KeySpace space = KeySpace.trusted("n");
        KeyHasher hasher = space.hasher();
        DedupKey ascii = space.key("A");
        for (int c = 0x141; c <= Character.MAX_VALUE; c += 0x100) {
            if (!Character.isSurrogate((char) c)) {
                assertNotEquals(ascii, hasher.hash(Character.toString(c)).key(), "U+" + Integer.toHexString(c));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00", "\ude00\ud83d", "\ud800", "\udfff", "\ud841", "\udc41"})
    void anUnpairedSurrogateIsRefusedAtEveryPosition(String unpaired) {
        for (String others : new String[] {"A", "\u00e9", "\u0141"}) {
            for (int length : LENGTHS) {
                for (int at = 0; at < length; at++) {
                    String text = others.repeat(at) + unpaired + others.repeat(length - at - 1);
                    scratch.clear();
                    assertEquals(
                            "id has an unpaired surrogate at index " + at
                                    + " and so no UTF-8 form; pass its bytes instead",
                            assertThrows(IllegalArgumentException.class, () -> scratch.append(text))
                                    .getMessage());
                }
            }
        }
        assertEncodes("after a refusal");
    }

    private void assertEncodes(String text) {
        byte[] expected = text.getBytes(UTF_8);
        scratch.clear();
        scratch.append(text);
        assertArrayEquals(expected, Arrays.copyOf(scratch.bytes(), scratch.length()), text);
        scratch.append((byte) 7);
        scratch.append(text);
        assertEquals(2 * expected.length + 1, scratch.length(), text);
        assertArrayEquals(
                expected,
                Arrays.copyOfRange(scratch.bytes(), expected.length + 1, scratch.length()),
                "behind: " + text);
    }
}
