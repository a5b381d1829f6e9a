package io.github.dedupkit.benchmarks;

import org.HdrHistogram.Histogram;

/** What one operating point cost. Not thread-safe. */
final class LatencyResult {
    private static final double NANOS_PER_SECOND = 1e9;

    private final String name;
    private final long rate;
    private final int batch;
    private final Histogram latencies;
    private final Histogram calls;
    private boolean overloaded;

    /**
     * Starts empty.
     *
     * @param name of what is measured
     * @param rate events per second
     * @param batch events per call
     * @param latencies of events, from their intended arrival
     * @param calls how long each call took: what a closed loop would show
     */
    LatencyResult(String name, long rate, int batch, Histogram latencies, Histogram calls) {
        this.name = name;
        this.rate = rate;
        this.batch = batch;
        this.latencies = latencies;
        this.calls = calls;
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

    Histogram latencies() {
        return latencies;
    }

    Histogram calls() {
        return calls;
    }

    /** From the arrival of a segment's first event to that of another. */
    long nanosUntil(int event) {
        return (long) (event * NANOS_PER_SECOND / rate);
    }

    /** How long a batch fills: what its first event waits at least. */
    long fillNanos() {
        return nanosUntil(batch - 1);
    }

    /**
     * Notes that the calls of a segment took longer than its events to arrive: the latencies grow for as long as it is
     * measured.
     */
    void overload() {
        overloaded = true;
    }

    boolean isOverloaded() {
        return overloaded;
    }
}
