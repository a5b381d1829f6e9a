package io.github.dedupkit.benchmarks;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What one operating point cost. Not thread-safe. */
final class LatencyResult {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long MOST_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;

    private final String name;
    private final long rate;
    private final int batch;
    private final Histogram latencies = new Histogram(MOST_NANOS, DIGITS);
    private final Histogram calls = new Histogram(MOST_NANOS, DIGITS);
    private long inCalls;
    private long stoppedNanos;

    /**
     * Starts empty.
     *
     * @param name of what is measured
     * @param rate events per second
     * @param batch events per call
     */
    LatencyResult(String name, long rate, int batch) {
        this.name = name;
        this.rate = rate;
        this.batch = batch;
    }

    /** Enters what an event waited. */
    void latency(long nanos) {
        latencies.recordValue(Math.min(nanos, MOST_NANOS));
    }

    /** Enters how long a call took. */
    void call(long nanos) {
        calls.recordValue(Math.min(nanos, MOST_NANOS));
        inCalls += nanos;
    }

    /** Enters for how long the clock stood still. */
    void stop(long nanos) {
        stoppedNanos += nanos;
    }

    String name() {
        return name;
    }

    long rate() {
        return rate;
    }

    int batch() {
        return batch;
    }

    /** What events waited, from their intended arrival. */
    Histogram latencies() {
        return latencies;
    }

    /** How long each call took: what a closed loop would show. */
    Histogram calls() {
        return calls;
    }

    long events() {
        return latencies.getTotalCount();
    }

    long stoppedNanos() {
        return stoppedNanos;
    }

    /** From the arrival of the first event to that of another. */
    long nanosUntil(long event) {
        return (long) (event * NANOS_PER_SECOND / rate);
    }

    /** How long a batch fills: what its first event waits at least. */
    long fillNanos() {
        return nanosUntil(batch - 1L);
    }

    /** Whether the calls took longer than their events to arrive: the latencies grow for as long as it is measured. */
    boolean isOverloaded() {
        return inCalls > nanosUntil(events());
    }
}
