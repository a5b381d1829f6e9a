package io.github.dedupkit.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;

/** Gzip data for tests, made by the JDK. */
final class Gzip {
    private static final int HEADER_BYTES = 10;

    private Gzip() {}

    /** One member. */
    static byte[] member(String latin1) {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(to)) {
            gzip.write(Run.bytes(latin1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return to.toByteArray();
    }

    /** A member whose header has every optional field. */
    static byte[] memberWithLongHeader(String latin1) {
        byte[] plain = member(latin1);
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        to.write(plain, 0, 3);
        to.write(2 | 4 | 8 | 16);
        to.write(plain, 4, HEADER_BYTES - 4);
        to.writeBytes(new byte[] {3, 0, 'x', 'y', 'z'});
        to.writeBytes(Run.bytes("name\0comment\0"));
        CRC32 check = new CRC32();
        check.update(to.toByteArray());
        to.write((int) check.getValue() & 0xFF);
        to.write((int) check.getValue() >>> 8 & 0xFF);
        to.write(plain, HEADER_BYTES, plain.length - HEADER_BYTES);
        return to.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            to.writeBytes(part);
        }
        return to.toByteArray();
    }
}
