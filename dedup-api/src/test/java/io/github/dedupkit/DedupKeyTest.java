package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Locale;
import org.junit.jupiter.api.Test;

/** 128 bits and their text form. */
class DedupKeyTest {
    private static final DedupKey KEY = DedupKey.ofBits(0x0123456789abcdefL, 0xfedcba9876543210L);

    @Test
    void keepsItsBits() {
        assertEquals(0x0123456789abcdefL, KEY.high());
        assertEquals(0xfedcba9876543210L, KEY.low());
    }

    @Test
    void isEqualByItsBits() {
        assertEquals(KEY, DedupKey.ofBits(KEY.high(), KEY.low()));
        assertEquals(KEY.hashCode(), DedupKey.ofBits(KEY.high(), KEY.low()).hashCode());
        assertNotEquals(KEY, DedupKey.ofBits(KEY.low(), KEY.high()));
        for (int bit = 0; bit < 64; bit++) {
            assertNotEquals(KEY, DedupKey.ofBits(KEY.high() ^ (1L << bit), KEY.low()));
            assertNotEquals(KEY, DedupKey.ofBits(KEY.high(), KEY.low() ^ (1L << bit)));
        }
        assertNotEquals(KEY, "0123456789abcdeffedcba9876543210");
    }

    @Test
    void isWrittenAs32DigitsWhateverTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertEquals("0123456789abcdeffedcba9876543210", KEY.toString());
            assertEquals(
                    "00000000000000000000000000000001", DedupKey.ofBits(0, 1).toString());
            assertEquals(
                    "ffffffffffffffff0000000000000000", DedupKey.ofBits(-1, 0).toString());
        } finally {
            Locale.setDefault(before);
        }
    }
}
