package io.github.dedupkit.cli;

import java.io.IOException;
import java.io.InputStream;

/**
 * An input as it comes, unbuffered. Calls back before a read that would wait, so that nothing already known is held back
 * meanwhile; and can tell gzip data by its first two bytes without waiting for a third.
 */
final class RawInput extends BlockInput {
    private final InputStream in;
    private final Runnable beforeWaiting;
    private final byte[] head = new byte[2];
    private int headAt;
    private int headLimit;
    private long position;

    RawInput(InputStream in, Runnable beforeWaiting) {
        this.in = in;
        this.beforeWaiting = beforeWaiting;
    }

    /** Whether the input begins like gzip data. To be asked before the first read; may wait for two bytes. */
    boolean isGzip() throws IOException {
        while (headLimit < head.length && (headLimit == 0 || (head[0] & 0xFF) == GzipInput.MAGIC_1)) {
            int count = readOn(head, headLimit, head.length - headLimit);
            if (count < 0) {
                return false;
            }
            headLimit += count;
        }
        return (head[0] & 0xFF) == GzipInput.MAGIC_1 && (head[1] & 0xFF) == GzipInput.MAGIC_2;
    }

    /** The bytes read of the input. */
    long position() {
        return position;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = Math.min(length, headLimit - headAt);
        if (count == 0) {
            return readOn(into, offset, length);
        }
        System.arraycopy(head, headAt, into, offset, count);
        headAt += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private int readOn(byte[] into, int offset, int length) throws IOException {
        if (wouldWait()) {
            beforeWaiting.run();
        }
        int count = in.read(into, offset, length);
        position += Math.max(0, count);
        return count;
    }

    private boolean wouldWait() {
        try {
            return in.available() == 0;
        } catch (IOException e) {
            return true; // not every device can tell
        }
    }
}
