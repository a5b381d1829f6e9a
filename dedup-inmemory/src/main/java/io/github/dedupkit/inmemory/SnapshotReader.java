package io.github.dedupkit.inmemory;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.Retention;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;

/** Reads a snapshot: format 1 of {@code docs/formats.md}. Nothing is taken from a file before its checksum is right. */
final class SnapshotReader implements AutoCloseable {
    private static final String REMEDY =
            "; restore an older copy, or start without restoreFrom(...) and let every live key be admitted once";

    private final Path file;
    private final FileChannel channel;
    private final SnapshotHeader header;
    private final ByteBuffer checksums;

    /**
     * Opens a snapshot of a store, and checks all of it but the lines.
     *
     * @throws IllegalArgumentException if there is no such file, it cannot be read, or it is of another kind of store
     * @throws CorruptSnapshotException if it is damaged, or of an unknown format
     */
    SnapshotReader(Path file, SnapshotContents contents, Retention retention, int fingerprintBits) {
        this.file = file;
        channel = open(file);
        try {
            ByteBuffer read = readHeader();
            header = decode(read);
            requireMatch(contents, retention, fingerprintBits);
            checksums = readChecksums(SnapshotHeader.checksumOfChecksums(read));
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    SnapshotHeader header() {
        return header;
    }

    Path file() {
        return file;
    }

    private void requireMatch(SnapshotContents contents, Retention retention, int fingerprintBits) {
        if (header.contents() != contents) {
            throw new IllegalArgumentException("the snapshot " + file + " is of a " + header.contents().description);
        }
        if (!header.retention().equals(retention)) {
            throw new IllegalArgumentException("the snapshot " + file + " was taken with " + header.retention()
                    + ", and the store is built with " + retention + "; build it as it was");
        }
        if (header.fingerprintBits() != fingerprintBits) {
            throw new IllegalArgumentException("the snapshot " + file + " has fingerprints of "
                    + header.fingerprintBits() + " bits, and the store of " + fingerprintBits + "; build it as it was");
        }
    }

    /**
     * Reads the lines into a table of the header's sizes that nobody uses yet.
     *
     * @throws CorruptSnapshotException if a line is damaged
     */
    void read(Lines table) {
        long at = header.bytes();
        int first = 0;
        Lines level = table;
        for (SnapshotHeader.Level size : header.levels()) {
            Lines into = Objects.requireNonNull(level);
            long from = at;
            int checksum = first;
            LongStream.range(0, size.sections())
                    .parallel()
                    .forEach(section -> readSection(into, size, section, from, checksum));
            at += size.lines() * Line.BYTES;
            first += (int) size.sections();
            level = into.overflow();
        }
    }

    private void readSection(Lines table, SnapshotHeader.Level size, long section, long levelAt, int first) {
        long line = section * SnapshotHeader.SECTION_LINES;
        long end = Math.min(line + SnapshotHeader.SECTION_LINES, size.lines());
        long from = levelAt + line * Line.BYTES;
        long at = from;
        CRC32C crc = new CRC32C();
        while (line < end) {
            ByteBuffer memory = table.memory(line, (int) (end - line));
            line += memory.capacity() / Line.BYTES;
            readFully(memory, at);
            at += memory.capacity();
            crc.update(memory.flip());
        }
        requireChecksum(from, at, (int) crc.getValue(), checksums.getInt((first + (int) section) * Integer.BYTES));
    }

    private ByteBuffer readHeader() {
        long size = size();
        ByteBuffer first = ByteBuffer.allocate(SnapshotHeader.PAGE).order(ByteOrder.LITTLE_ENDIAN);
        requireBytes(size, first.capacity());
        readFully(first, 0);
        int length = SnapshotHeader.lengthIn(first);
        if (length < 0) {
            throw corrupt("does not begin as a snapshot does, with the 8 bytes dedupTAB");
        }
        if (SnapshotHeader.formatIn(first) != SnapshotHeader.FORMAT) {
            throw corrupt("is of format " + SnapshotHeader.formatIn(first) + ", and this version reads format "
                    + SnapshotHeader.FORMAT);
        }
        if (length < SnapshotHeader.PAGE || length > SnapshotHeader.MOST_BYTES) {
            throw corrupt("gives its header " + length + " bytes, and " + SnapshotHeader.PAGE + " to "
                    + SnapshotHeader.MOST_BYTES + " are possible");
        }
        requireBytes(size, length);
        ByteBuffer whole = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        readFully(whole, 0);
        int expected = whole.getInt(length - Integer.BYTES);
        requireChecksum(0, length, SnapshotHeader.checksum(whole), expected);
        return whole;
    }

    private SnapshotHeader decode(ByteBuffer read) {
        try {
            return SnapshotHeader.decode(read);
        } catch (IllegalArgumentException e) {
            throw corrupt("has a header of " + read.capacity() + " bytes that no store writes: " + e.getMessage());
        }
    }

    private ByteBuffer readChecksums(int checksumOfChecksums) {
        long lines = header.lineBytes();
        long sums = header.sections() * Integer.BYTES;
        long expected = header.bytes() + lines + sums;
        requireBytes(size(), expected);
        if (size() > expected) {
            throw corrupt("has " + size() + " bytes instead of " + expected);
        }
        ByteBuffer read = ByteBuffer.allocate((int) sums).order(ByteOrder.LITTLE_ENDIAN);
        readFully(read, expected - sums);
        int checksum = SnapshotHeader.checksum(read, 0, read.capacity());
        requireChecksum(expected - sums, expected, checksum, checksumOfChecksums);
        return read;
    }

    private void requireBytes(long size, long expected) {
        if (size < expected) {
            throw corrupt("ends after " + size + " bytes of " + expected);
        }
    }

    private void requireChecksum(long from, long to, int actual, int expected) {
        if (actual != expected) {
            throw corrupt("is damaged: bytes " + from + " to " + to + " have the checksum "
                    + Integer.toHexString(actual) + " instead of " + Integer.toHexString(expected));
        }
    }

    private CorruptSnapshotException corrupt(String what) {
        return new CorruptSnapshotException("the snapshot " + file + " " + what + REMEDY);
    }

    private static FileChannel open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("there is no snapshot " + file
                    + (Files.exists(file) ? ": it is no regular file" : "")
                    + "; name one, or start without restoreFrom(...) and let every live key be admitted once");
        }
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new IllegalArgumentException("the snapshot " + file + " cannot be read: " + e, e);
        }
    }

    private long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw new UncheckedIOException("the snapshot " + file + " cannot be read", e);
        }
    }

    private void readFully(ByteBuffer into, long from) {
        try {
            while (into.hasRemaining()) {
                if (channel.read(into, from + into.position()) < 0) {
                    throw corrupt("ended while it was read, at byte " + (from + into.position()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the snapshot " + file + " cannot be read", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the snapshot " + file + " cannot be closed", e);
        }
    }
}
