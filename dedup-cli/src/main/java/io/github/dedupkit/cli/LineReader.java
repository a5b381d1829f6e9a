package io.github.dedupkit.cli;

import java.io.InputStream;

/** Splits a stream of bytes into lines. A line ends after its line feed, or with the input. */
final class LineReader extends BlockReader {
    /**
     * Reads lines.
     *
     * @param in the bytes
     * @param name the input's name, for messages
     * @param blockBytes the most bytes to ask for at once, at least 1
     */
    LineReader(InputStream in, String name, int blockBytes) {
        super(in, name, blockBytes);
    }

    @Override
    int findEnd(byte[] bytes, int recordStart, int from, int to) {
        return ByteSearch.indexOf(bytes, from, to, (byte) '\n');
    }

    @Override
    int findEndOfLast(byte[] bytes, int recordStart, int to) {
        return ByteSearch.NONE;
    }

    @Override
    long linesFound() {
        return 1;
    }
}
