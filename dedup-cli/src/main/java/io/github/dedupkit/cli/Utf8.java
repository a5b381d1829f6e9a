package io.github.dedupkit.cli;

/**
 * Tells whether bytes are UTF-8 (RFC 3629), strictly: no overlong form, no surrogate, nothing beyond U+10FFFF. Decoders that
 * let these pass make one text of different bytes.
 */
final class Utf8 {
    private Utf8() {}

    /** The place of the first byte of a sequence that is not UTF-8, or {@link ByteSearch#NONE}. */
    static int indexOfInvalid(byte[] bytes, int from, int to) {
        int i = ByteSearch.indexOfNonAscii(bytes, from, to);
        while (i != ByteSearch.NONE) {
            int length = sequenceLength(bytes, i, to);
            if (length == 0) {
                return i;
            }
            i = ByteSearch.indexOfNonAscii(bytes, i + length, to);
        }
        return ByteSearch.NONE;
    }

    /** The bytes of the sequence at a byte that is not ASCII, or 0 if it is not well-formed. */
    private static int sequenceLength(byte[] bytes, int i, int to) {
        int lead = bytes[i] & 0xFF;
        int length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        if (length > to - i) {
            return 0;
        }
        for (int k = 1; k < length; k++) {
            int least = k > 1 ? 0x80 : lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
            int most = k > 1 ? 0xBF : lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
            int next = bytes[i + k] & 0xFF;
            if (next < least || next > most) {
                return 0;
            }
        }
        return length;
    }
}
