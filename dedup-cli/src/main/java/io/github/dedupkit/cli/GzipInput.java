package io.github.dedupkit.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Decompresses gzip data (RFC 1952) of any number of members, up to the very end of the input. Not thread-safe.
 *
 * <p>Stands in for {@link java.util.zip.GZIPInputStream}, which takes a pause between two members for the end (JDK 17)
 * and passes over bytes that follow the last one. Here each of these throws: data cut short, damaged data, a checksum or
 * length that does not match, bytes after the last member that begin no other.
 */
final class GzipInput extends BlockInput {
    static final int MAGIC_1 = 0x1f;
    static final int MAGIC_2 = 0x8b;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int DEFLATE = 8;
    private static final int FLAG_HEADER_CHECK = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int FLAGS_RESERVED = 0xE0;
    private static final int MTIME_XFL_OS_BYTES = 6;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 headerCheck = new CRC32();
    private final CRC32 check = new CRC32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;
    private long consumed;
    private int member;
    private boolean inMember;

    /**
     * Decompresses.
     *
     * @param in the compressed bytes; a read may wait
     */
    GzipInput(InputStream in) {
        this.in = in;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        while (inMember || startMember()) {
            int count = inflate(into, offset, length);
            if (count > 0) {
                check.update(into, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            } else if (inflater.needsDictionary()) {
                throw damaged("it asks for a dictionary");
            } else if (refill()) {
                inflater.setInput(buffer, at, limit - at);
            } else {
                throw cutShort();
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }

    private int inflate(byte[] into, int offset, int length) throws IOException {
        try {
            return inflater.inflate(into, offset, length);
        } catch (DataFormatException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    /** Reads a member's header; returns false at the end of the input. */
    private boolean startMember() throws IOException {
        if (at == limit && !refill()) {
            return false;
        }
        long begin = consumed + at;
        member++;
        headerCheck.reset();
        if (headerByte() != MAGIC_1 || headerByte() != MAGIC_2) {
            throw new ZipException("what follows gzip member " + (member - 1) + ", at compressed byte " + begin
                    + ", is no gzip data; cut it off, or fetch the file again");
        }
        int method = headerByte();
        if (method != DEFLATE) {
            throw damaged("its compression method is " + method + ", not 8");
        }
        int flags = headerByte();
        if ((flags & FLAGS_RESERVED) != 0) {
            throw damaged("its header has unknown flags");
        }
        skipHeader(MTIME_XFL_OS_BYTES);
        if ((flags & FLAG_EXTRA) != 0) {
            skipHeader(headerByte() | headerByte() << 8);
        }
        if ((flags & FLAG_NAME) != 0) {
            skipHeaderText();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipHeaderText();
        }
        if ((flags & FLAG_HEADER_CHECK) != 0) {
            int expected = (int) headerCheck.getValue() & 0xFFFF;
            if ((headerByte() | headerByte() << 8) != expected) {
                throw damaged("the checksum of its header does not match");
            }
        }
        check.reset();
        inflater.reset();
        inflater.setInput(buffer, at, limit - at);
        inMember = true;
        return true;
    }

    private void endMember() throws IOException {
        at = limit - inflater.getRemaining();
        long length = inflater.getBytesWritten() & 0xFFFF_FFFFL;
        if (trailerWord() != check.getValue()) {
            throw damaged("its checksum does not match");
        }
        if (trailerWord() != length) {
            throw damaged("its length does not match");
        }
        inMember = false;
    }

    private long trailerWord() throws IOException {
        long word = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            word |= (long) nextByte() << shift;
        }
        return word;
    }

    private void skipHeader(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            headerByte();
        }
    }

    private void skipHeaderText() throws IOException {
        while (headerByte() != 0) {
            // the text ends with a zero
        }
    }

    private int headerByte() throws IOException {
        int value = nextByte();
        headerCheck.update(value);
        return value;
    }

    private int nextByte() throws IOException {
        if (at == limit && !refill()) {
            throw cutShort();
        }
        return buffer[at++] & 0xFF;
    }

    private boolean refill() throws IOException {
        consumed += limit;
        at = 0;
        limit = 0;
        limit = Math.max(0, in.read(buffer, 0, buffer.length));
        return limit > 0;
    }

    private EOFException cutShort() {
        return new EOFException("the gzip data is cut short: it ends inside member " + member + ", after " + consumed
                + " compressed bytes; fetch the file again");
    }

    private ZipException damaged(String reason) {
        return new ZipException("gzip member " + member + " is damaged (" + reason + "), near compressed byte "
                + (consumed + limit - inflater.getRemaining()) + "; check it with gzip -t, or fetch the file again");
    }
}
