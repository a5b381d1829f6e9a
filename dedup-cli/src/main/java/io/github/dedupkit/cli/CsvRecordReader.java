package io.github.dedupkit.cli;

import java.io.InputStream;

/**
 * Splits a stream of bytes into the records of CSV (RFC 4180): a line feed between quotes does not end one. The first
 * record is the header. A quote counts at the beginning of a field; there it opens a field that ends at the next quote
 * which is not doubled.
 *
 * <p>One stray quote would make the rest of the input a single record. So a record may span lines only if every quoted
 * field in it is closed as it should be and it ends within {@value #MAX_RECORD_BYTES} bytes. Otherwise it is torn: handed
 * out up to its first line feed, for a {@link CsvParser} to refuse, and reading goes on with its second line. The lines
 * that were looked at in vain are then records of their own; from the last of them on, records may span lines again.
 * So no byte is looked at more than three times, whatever the input.
 */
final class CsvRecordReader extends BlockReader {
    static final int MAX_RECORD_BYTES = 1 << 24;

    private static final byte FEED = '\n';
    private static final byte QUOTE = '"';

    private final byte delimiter;

    /** Records that begin before this line do not span lines. */
    private long spanningFromLine;

    private long linesFound;

    // Of the record that is looked at; places count from its start, which may move.
    private boolean quoted;
    private int closingQuote = ByteSearch.NONE;
    private int firstFeed = ByteSearch.NONE;
    private long feeds;

    /**
     * Reads records.
     *
     * @param in the bytes
     * @param name the input's name, for messages
     * @param blockBytes the most bytes to ask for at once, at least 1
     * @param delimiter between two fields
     */
    CsvRecordReader(InputStream in, String name, int blockBytes, byte delimiter) {
        super(in, name, blockBytes);
        this.delimiter = delimiter;
    }

    @Override
    public boolean isHeader() {
        return super.records() == 1;
    }

    @Override
    public long records() {
        return Math.max(0, super.records() - 1);
    }

    @Override
    int findEnd(byte[] bytes, int recordStart, int from, int to) {
        if (nextLine() < spanningFromLine) {
            return found(ByteSearch.indexOf(bytes, from, to, FEED));
        }
        int last = recordStart + Math.min(to - recordStart, MAX_RECORD_BYTES);
        int i = ByteSearch.indexOfEither(bytes, from, last, FEED, QUOTE);
        while (i != ByteSearch.NONE) {
            if (isBroken(bytes, recordStart, i)) {
                return torn(recordStart);
            }
            if (bytes[i] == FEED && !quoted) {
                return found(i);
            }
            pass(bytes, recordStart, i);
            i = ByteSearch.indexOfEither(bytes, i + 1, last, FEED, QUOTE);
        }
        if (to - recordStart < MAX_RECORD_BYTES) {
            return ByteSearch.NONE;
        }
        return firstFeed == ByteSearch.NONE
                ? found(ByteSearch.indexOf(bytes, Math.max(from, last), to, FEED))
                : torn(recordStart);
    }

    @Override
    int findEndOfLast(byte[] bytes, int recordStart, int to) {
        return firstFeed != ByteSearch.NONE && (quoted || isBroken(bytes, recordStart, to))
                ? torn(recordStart)
                : ByteSearch.NONE;
    }

    @Override
    long linesFound() {
        return linesFound;
    }

    /** Takes in a quote, or a line feed between quotes. */
    private void pass(byte[] bytes, int recordStart, int i) {
        int place = i - recordStart;
        boolean follows = place > 0 && closingQuote == place - 1; // closingQuote was the first of a doubled quote
        closingQuote = ByteSearch.NONE;
        if (bytes[i] == FEED) {
            firstFeed = firstFeed == ByteSearch.NONE ? place : firstFeed;
            feeds++;
        } else if (quoted) {
            quoted = false;
            closingQuote = place;
        } else {
            quoted = follows || beginsField(bytes, recordStart, i);
        }
    }

    private boolean beginsField(byte[] bytes, int recordStart, int i) {
        return i == recordStart
                || bytes[i - 1] == delimiter
                || (super.records() == 0 && i - recordStart == ByteOrderMark.lengthAt(bytes, recordStart, i));
    }

    /** Whether a record that spans lines has text after a quoted field; {@code i} is its next quote, line feed, or end. */
    private boolean isBroken(byte[] bytes, int recordStart, int i) {
        int after = recordStart + closingQuote + 1;
        return closingQuote != ByteSearch.NONE
                && firstFeed != ByteSearch.NONE
                && after < i
                && bytes[after] != delimiter
                && bytes[after] != '\r';
    }

    private int torn(int recordStart) {
        int end = recordStart + firstFeed;
        spanningFromLine = nextLine() + feeds;
        feeds = 0;
        return found(end);
    }

    private int found(int feed) {
        if (feed != ByteSearch.NONE) {
            linesFound = feeds + 1;
            quoted = false;
            closingQuote = ByteSearch.NONE;
            firstFeed = ByteSearch.NONE;
            feeds = 0;
        }
        return feed;
    }
}
