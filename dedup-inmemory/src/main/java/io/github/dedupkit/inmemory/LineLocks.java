package io.github.dedupkit.inmemory;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** How a table's threads wait for the lock of a line, also of one whose holder could not give it back. Thread-safe. */
final class LineLocks {
    /*
     * A thread whose stack is full may fail in the middle of a call, and once more when it unlocks the line: that is a call,
     * too. It then leaves line and header here, by stores alone: a monitor would need stack, and so would a field that is
     * used for the first time. (Two that take one slot in the same instant would lose a lock.) Whoever waits for a lock longer than usual unlocks what was left. What was changed in the
     * line is in order: see Line's methods.
     */

    /** The locks that can be left at one time, a power of two; one more waits until one is taken back. */
    static final int MOST = 1 << 7;

    /** A lock that its holder could not give back. */
    static final class Left {
        /** What the line's header is to be. */
        long header;

        /** The line, or negative for none. Written after the header. */
        volatile long line = -1;
    }

    private static final int SPINS = 64;
    private static final int YIELDS = 64;
    private static final long NAP_NANOS = 50_000;

    /** What was left, if anything. */
    final Left[] left = new Left[MOST];

    private final Lines lines;

    LineLocks(Lines lines) {
        this.lines = lines;
        Arrays.setAll(left, i -> new Left());
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
            unlockLeft();
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    private synchronized void unlockLeft() {
        for (Left lock : left) {
            long line = lock.line;
            if (line >= 0) {
                Line.unlock(lines.chunk(line), lines.offset(line), lock.header);
                lock.line = -1; // no call in between, so none is unlocked twice
            }
        }
    }
}
