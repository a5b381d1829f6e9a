package io.github.dedupkit.cli;

import java.io.IOException;
import java.io.InputStream;

/**
 * Splits a stream of bytes into lines, in place: {@link #fill} reads a block, {@link #next} finds the lines in it. A line
 * ends after its line feed, or with the input. Not thread-safe.
 *
 * <p>Allocates nothing per line. One block is held; it grows for a line that is longer, by doubling while the heap allows,
 * so such a line needs two to three times its length for a moment. A line that no array, or not the heap, can hold fails
 * with its number.
 */
final class LineReader implements RecordReader {
    private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

    private final InputStream in;
    private final String name;
    private final int blockBytes;
    private byte[] block;
    private long lines;

    /*
     * 0 <= at <= scanned <= limit <= block.length: bytes before `at` were handed out, [at, scanned) hold no line feed,
     * [scanned, limit) are not looked at yet.
     */
    private int at;
    private int scanned;
    private int limit;
    private boolean ended;

    private int start;
    private int keyEnd;

    /**
     * Reads lines.
     *
     * @param in the bytes
     * @param name the input's name, for messages
     * @param blockBytes the most bytes to ask for at once, at least 1
     */
    LineReader(InputStream in, String name, int blockBytes) {
        this.in = in;
        this.name = name;
        this.blockBytes = blockBytes;
        block = new byte[blockBytes];
    }

    @Override
    public boolean fill() throws IOException {
        makeRoom();
        int count = in.read(block, limit, Math.min(blockBytes, block.length - limit));
        ended = count < 0;
        limit += Math.max(0, count);
        return !ended;
    }

    @Override
    public boolean next() {
        byte[] bytes = block;
        int end = limit;
        int i = scanned;
        while (i < end && bytes[i] != '\n') {
            i++;
        }
        if (i < end) {
            keyEnd = i > at && bytes[i - 1] == '\r' ? i - 1 : i;
            i++;
        } else if (ended && at < end) {
            keyEnd = end;
        } else {
            scanned = end;
            return false;
        }
        start = at;
        at = i;
        scanned = i;
        lines++;
        return true;
    }

    @Override
    public byte[] block() {
        return block;
    }

    @Override
    public int start() {
        return start;
    }

    @Override
    public int length() {
        return keyEnd - start;
    }

    @Override
    public int end() {
        return at;
    }

    @Override
    public long records() {
        return lines;
    }

    @Override
    public boolean isHeader() {
        return false;
    }

    @Override
    public long line() {
        return lines;
    }

    @Override
    public int unfinishedBytes() {
        return limit - at;
    }

    private void makeRoom() {
        int rest = limit - at;
        byte[] target = block;
        if (rest >= block.length - Math.min(blockBytes, block.length) / 2) {
            target = larger();
        } else if (block.length > blockBytes && rest <= blockBytes / 2) {
            target = new byte[blockBytes];
        }
        if (target != block || at > 0) {
            System.arraycopy(block, at, target, 0, rest);
        }
        block = target;
        scanned -= at;
        limit = rest;
        at = 0;
    }

    private byte[] larger() {
        if (block.length == MAX_ARRAY_BYTES) {
            if (limit - at < MAX_ARRAY_BYTES) {
                return block;
            }
            throw CliException.failed(name + ": line " + (lines + 1) + " is longer than " + MAX_ARRAY_BYTES
                    + " bytes, the most that can be compared; is it a text file?");
        }
        try {
            return grown(block.length);
        } catch (OutOfMemoryError e) {
            return slightlyLarger();
        }
    }

    private byte[] slightlyLarger() {
        try {
            return grown(block.length / 4);
        } catch (OutOfMemoryError e) {
            throw CliException.failed(name + ": line " + (lines + 1) + " has more than " + (limit - at)
                    + " bytes and does not fit into " + Heap.describe() + "; " + Heap.remedy()
                    + ", or is it no text file?");
        }
    }

    private byte[] grown(int more) {
        return new byte[(int) Math.min(MAX_ARRAY_BYTES, (long) block.length + Math.max(1, more))];
    }
}
