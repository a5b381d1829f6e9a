package io.github.dedupkit.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves only when told to. Safe for use by many threads. */
public final class VirtualClock implements InstantSource {
    private final AtomicLong millis;
    private volatile int yieldOneIn;

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

    @SuppressWarnings("ThreadPriorityCheck") // only makes calls meet more often
    @Override
    public long millis() {
        int oneIn = yieldOneIn;
        if (oneIn > 0 && ThreadLocalRandom.current().nextInt(oneIn) == 0) {
            Thread.yield();
        }
        return millis.get();
    }

    /**
     * Makes some readings yield the processor first, so that calls overlap on a machine with few cores too: a store reads
     * its clock in the midst of a call.
     */
    void yieldOneReadingIn(int readings) {
        yieldOneIn = readings;
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
