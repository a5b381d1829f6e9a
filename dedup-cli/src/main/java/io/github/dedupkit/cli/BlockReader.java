package io.github.dedupkit.cli;

import java.io.IOException;
import java.io.InputStream;

/**
 * Splits a stream into records that end after a line feed, or with the input. Which line feed ends a record is for the
 * subclass to say.
 *
 * <p>Allocates nothing per record. One block is held; it grows for a record that is longer, by doubling while the heap
 * allows, so such a record needs two to three times its length for a moment. A record that no array, or not the heap, can
 * hold fails with the number of its line.
 */
abstract class BlockReader implements RecordReader {
    private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

    private final InputStream in;
    private final String name;
    private final int blockBytes;
    private byte[] block;
    private long records;
    private long line;
    private long nextLine = 1;

    /*
     * 0 <= at <= scanned <= limit <= block.length: bytes before `at` were handed out, [at, scanned) were looked at and do
     * not end a record, [scanned, limit) are not looked at yet.
     */
    private int at;
    private int scanned;
    private int limit;
    private boolean ended;

    private int start;
    private int keyEnd;

    BlockReader(InputStream in, String name, int blockBytes) {
        this.in = in;
        this.name = name;
        this.blockBytes = blockBytes;
        block = new byte[blockBytes];
    }

    /**
     * Looks on for the line feed that ends a record.
     *
     * @param recordStart where the record begins
     * @param from the first byte not looked at yet
     * @param to ends the bytes that were read
     * @return the place of the line feed, or {@link ByteSearch#NONE} if more must be read; then the next call goes on at
     *     {@code to}, which may have moved together with the record
     */
    abstract int findEnd(byte[] bytes, int recordStart, int from, int to);

    /**
     * Asked for a last record that {@link #findEnd} has found no end of.
     *
     * @return the place of a line feed to end it at, or {@link ByteSearch#NONE} if all the rest is the record
     */
    abstract int findEndOfLast(byte[] bytes, int recordStart, int to);

    /** How many lines the record takes whose end was just found. */
    abstract long linesFound();

    @Override
    public final boolean fill() throws IOException {
        makeRoom();
        int count = in.read(block, limit, Math.min(blockBytes, block.length - limit));
        ended = count < 0;
        limit += Math.max(0, count);
        return !ended;
    }

    @Override
    public final boolean next() {
        int feed = findEnd(block, at, scanned, limit);
        if (feed == ByteSearch.NONE && ended && at < limit) {
            feed = findEndOfLast(block, at, limit);
            if (feed == ByteSearch.NONE) {
                keyEnd = limit;
                take(limit);
                return true;
            }
        }
        if (feed == ByteSearch.NONE) {
            scanned = limit;
            return false;
        }
        keyEnd = feed > at && block[feed - 1] == '\r' ? feed - 1 : feed;
        take(feed + 1);
        return true;
    }

    @Override
    public final byte[] moveTo(byte[] spare) {
        byte[] left = block;
        moveRestTo(spare);
        return left;
    }

    @Override
    public final byte[] block() {
        return block;
    }

    @Override
    public final int start() {
        return start;
    }

    @Override
    public final int length() {
        return keyEnd - start;
    }

    @Override
    public final int end() {
        return at;
    }

    @Override
    public long records() {
        return records;
    }

    @Override
    public boolean isHeader() {
        return false;
    }

    @Override
    public final long line() {
        return line;
    }

    @Override
    public final int unfinishedBytes() {
        return limit - at;
    }

    /** The line on which the record begins that is not handed out yet. */
    final long nextLine() {
        return nextLine;
    }

    private void take(int end) {
        start = at;
        at = end;
        scanned = end;
        records++;
        line = nextLine;
        nextLine += linesFound();
    }

    private void makeRoom() {
        int rest = limit - at;
        byte[] target = block;
        if (rest >= block.length - Math.min(blockBytes, block.length) / 2) {
            target = larger();
        } else if (block.length > blockBytes && rest <= blockBytes / 2) {
            target = new byte[blockBytes];
        }
        moveRestTo(target);
    }

    private void moveRestTo(byte[] target) {
        if (target != block || at > 0) {
            System.arraycopy(block, at, target, 0, limit - at);
        }
        block = target;
        scanned -= at;
        limit -= at;
        at = 0;
    }

    private byte[] larger() {
        if (block.length == MAX_ARRAY_BYTES) {
            if (limit - at < MAX_ARRAY_BYTES) {
                return block;
            }
            throw CliException.failed(name + ": line " + nextLine + " is longer than " + MAX_ARRAY_BYTES
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
            throw CliException.failed(name + ": line " + nextLine + " has more than " + (limit - at)
                    + " bytes and does not fit into " + Heap.describe() + "; " + Heap.remedy()
                    + ", or is it no text file?");
        }
    }

    private byte[] grown(int more) {
        return new byte[(int) Math.min(MAX_ARRAY_BYTES, (long) block.length + Math.max(1, more))];
    }
}
