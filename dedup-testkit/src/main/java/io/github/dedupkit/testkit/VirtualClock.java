package io.github.dedupkit.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves only when told to. Safe for use by many threads. */
public final class VirtualClock implements InstantSource {
    private final AtomicLong millis;

    /**
     * Creates a clock.
     *
     * @param millis its first reading, in epoch milliseconds
     */
    public VirtualClock(long millis) {
        this.millis = new AtomicLong(millis);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public long millis() {
        return millis.get();
    }

    /**
     * Moves the clock.
     *
     * @param by how far; negative moves it back
     */
    public void advance(Duration by) {
        millis.addAndGet(by.toMillis());
    }

    /**
     * Sets the clock.
     *
     * @param reading its reading from now on, in epoch milliseconds
     */
    public void set(long reading) {
        millis.set(reading);
    }
}
