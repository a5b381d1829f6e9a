package io.github.dedupkit.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A monotonic clock that moves only when told to. Safe for use by many threads. */
public final class VirtualNanoTime implements LongSupplier {
    private final AtomicLong nanos;

    /**
     * Creates a clock.
     *
     * @param nanos its first reading; a monotonic clock may begin anywhere, and wrap
     */
    public VirtualNanoTime(long nanos) {
        this.nanos = new AtomicLong(nanos);
    }

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    /**
     * Moves the clock forward.
     *
     * @param by how far, not negative
     * @throws IllegalArgumentException if it is negative
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("a monotonic clock cannot move by " + by + "; give 0 or more");
        }
        nanos.addAndGet(by.toNanos());
    }
}
