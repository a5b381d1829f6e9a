package io.github.dedupkit.rocksdb;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the calls that use a native object, so that none comes after its end. Thread-safe; entering never waits. */
final class UseCount {
    /** Added by {@link #end}: a count below 0 lets nobody in. */
    private static final int ENDED = Integer.MIN_VALUE;

    private final AtomicInteger uses = new AtomicInteger();

    /** Begins a use, unless the object has ended. */
    boolean enter() {
        int count = uses.get();
        while (count >= 0) {
            if (uses.compareAndSet(count, count + 1)) {
                return true;
            }
            count = uses.get();
        }
        return false;
    }

    /** Ends a use; true for the last one of an object that has ended, whose caller frees it. */
    boolean exit() {
        if (uses.decrementAndGet() != ENDED) {
            return false;
        }
        synchronized (this) {
            notifyAll();
        }
        return true;
    }

    /** Lets nobody in from now on; true for the first caller if nobody is inside, who then frees the object. */
    boolean end() {
        return uses.getAndUpdate(count -> count < 0 ? count : count + ENDED) == 0;
    }

    boolean hasEnded() {
        return uses.get() < 0;
    }

    /** Waits until everybody is out; false if they are not in time. To be called after {@link #end}. */
    @SuppressWarnings("WaitNotInLoop") // it is, with the deadline in its condition
    synchronized boolean awaitIdle(long millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        boolean interrupted = false;
        long left = millis;
        while (uses.get() != ENDED && left > 0) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                interrupted = true; // a native call cannot be cut short
            }
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return uses.get() == ENDED;
    }
}
