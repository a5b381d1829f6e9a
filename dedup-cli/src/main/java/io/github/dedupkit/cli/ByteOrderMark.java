package io.github.dedupkit.cli;

/** The mark that some programs put before UTF-8 text. */
final class ByteOrderMark {
    private static final int LENGTH = 3;

    private ByteOrderMark() {}

    /** The bytes that a mark takes at the start of a range: 3, or 0 if there is none. */
    static int lengthAt(byte[] bytes, int from, int to) {
        return to - from >= LENGTH
                        && bytes[from] == (byte) 0xEF
                        && bytes[from + 1] == (byte) 0xBB
                        && bytes[from + 2] == (byte) 0xBF
                ? LENGTH
                : 0;
    }
}
