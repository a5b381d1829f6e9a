package io.github.dedupkit.inmemory;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/** How a table's threads wait for the lock of a line, also of one whose holder could not give it back. Thread-safe. */
final class LineLocks {
    /*
     * A thread whose stack is full may fail in the middle of a call, and once more when it unlocks the line: that is a call,
     * too. It then leaves line and header here, by plain stores in a synchronized block, for which no stack is needed; whoever waits
     * for a lock longer than usual unlocks what was left. What was changed in the line is in order: see Line's methods.
     */

    /** The locks that can be left at one time. */
    static final int MOST = 256;

    private static final int SPINS = 64;
    private static final int YIELDS = 64;
    private static final long NAP_NANOS = 50_000;

    /** The lines left locked. Guarded by this, as the fields that follow. */
    final long[] lines = new long[MOST];

    /** Their headers. */
    final long[] headers = new long[MOST];

    /** How many there are. */
    int abandoned;

    private final LineTable table;

    LineLocks(LineTable table) {
        this.table = table;
    }

    /** Takes a line's lock, waiting for it; returns the header. */
    long take(ByteBuffer buffer, int at) {
        long header = Line.tryLock(buffer, at);
        return (header & Line.LOCKED) == 0 ? header : await(buffer, at);
    }

    /** Takes the lock of a line that was found locked. */
    long await(ByteBuffer buffer, int at) {
        for (int attempt = 0; ; attempt++) {
            pause(attempt);
            long header = Line.tryLock(buffer, at);
            if ((header & Line.LOCKED) == 0) {
                return header;
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // after many spins the holder has probably been descheduled
    private void pause(int attempt) {
        if (attempt < SPINS) {
            Thread.onSpinWait();
        } else if (attempt < SPINS + YIELDS) {
            Thread.yield();
        } else {
            unlockAbandoned();
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    /** Fails, if at all, before a line is unlocked or after it is off the list: so none is unlocked twice. */
    private synchronized void unlockAbandoned() {
        while (abandoned > 0) {
            long line = lines[abandoned - 1];
            Line.unlock(table.chunk(line), table.offset(line), headers[abandoned - 1]);
            abandoned--;
        }
    }
}
