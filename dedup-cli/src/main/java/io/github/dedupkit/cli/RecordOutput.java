package io.github.dedupkit.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes whole records, byte for byte, through one buffer. Not thread-safe.
 *
 * <p>A record may lack its line feed only at the end of the output: if another one follows, a line feed is put between
 * them. The first failure is thrown as {@link CliException}; from then on every call does nothing.
 */
final class RecordOutput {
    /** Also the most bytes given to one write: Java's file streams copy a whole write outside the heap. */
    private static final int BUFFER_BYTES = 1 << 17;

    private final OutputStream out;
    private final String name;
    private final boolean standard;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int used;
    private long bytes;
    private boolean unterminated;
    private boolean failed;

    /** Writes to the standard output. */
    RecordOutput(OutputStream out) {
        this.out = out;
        name = "standard output";
        standard = true;
    }

    /** Writes to a file; its name is for messages. */
    RecordOutput(OutputStream out, String name) {
        this.out = out;
        this.name = name;
        standard = false;
    }

    /** The bytes accepted so far, inserted line feeds included. */
    long bytes() {
        return bytes;
    }

    /** Writes the records in a range of bytes, at least one byte. */
    void write(byte[] source, int from, int to) {
        if (unterminated) {
            buffer[used++] = '\n';
            bytes++;
            flushIfFull();
        }
        int at = from;
        while (at < to) {
            int count = Math.min(to - at, BUFFER_BYTES - used);
            System.arraycopy(source, at, buffer, used, count);
            used += count;
            at += count;
            flushIfFull();
        }
        bytes += to - from;
        unterminated = source[to - 1] != '\n';
    }

    /** Writes a line of text. */
    void println(String text) {
        print(text + "\n");
    }

    /** Writes text that may be overwritten on a terminal: what follows continues its line. */
    void print(String text) {
        byte[] bytesOfText = text.getBytes(StandardCharsets.UTF_8);
        write(bytesOfText, 0, bytesOfText.length);
        unterminated = false;
    }

    /** Hands everything accepted so far to the reader of the output. */
    void flush() {
        int count = used;
        used = 0;
        if (failed || count == 0) {
            return;
        }
        try {
            out.write(buffer, 0, count);
            out.flush();
        } catch (IOException e) {
            failed = true;
            throw failure(e);
        }
    }

    /** Flushes, and closes what is a file. */
    void close() {
        if (standard) {
            flush();
            return;
        }
        try (out) {
            flush();
        } catch (IOException e) {
            failed = true;
            throw failure(e);
        }
    }

    private void flushIfFull() {
        if (used == BUFFER_BYTES) {
            flush();
        }
    }

    private CliException failure(IOException e) {
        String reason = String.valueOf(e.getMessage());
        if (standard && (reason.contains("pipe") || reason.contains("Pipe"))) {
            return CliException.outputClosed();
        }
        return CliException.failed("cannot write to " + name + ": " + reason
                + "; the output is incomplete, make room or choose another place and run again");
    }
}
