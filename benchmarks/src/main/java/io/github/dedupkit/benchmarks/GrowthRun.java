package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Fills a table from few keys to many with some threads.
 *
 * @param from keys that the table is planned for
 * @param to keys that it is filled with
 * @param threads how many
 * @param batch events in a batch
 * @param wide whether it keeps origins
 */
record GrowthRun(long from, long to, int threads, int batch, boolean wide) {
    /** The time of all events. */
    static final long NOW = 1L << 42;

    private static final long MOST_KEYS = 1L << 36;
    private static final int MOST_THREADS = 1024;
    private static final int NARROW_BYTES = 12;
    private static final int WIDE_BYTES = 20;
    private static final int SAMPLE_MILLIS = 50;

    GrowthRun {
        if (to > MOST_KEYS) {
            throw BenchException.usage("--to " + to + " is out of bounds; give 2 to " + MOST_KEYS);
        }
        if (from > to / 2) {
            throw BenchException.usage("--to " + to + " is less than twice --from " + from
                    + ", and the table would not grow; give more, or less to begin with");
        }
        if (threads < 1 || threads > MOST_THREADS) {
            throw BenchException.usage("--threads " + threads + " is out of bounds; give 1 to " + MOST_THREADS);
        }
        if (batch < 2 || batch > EventBatch.MAX_CAPACITY) {
            throw BenchException.usage("--batch " + batch + " is out of bounds; give 2 to " + EventBatch.MAX_CAPACITY);
        }
    }

    /**
     * What came of a run.
     *
     * @param meter knows the throughput
     * @param firstSeen new keys marked
     * @param lost of them told DUPLICATE
     * @param admitted duplicates told FIRST_SEEN
     * @param slowestNanos that a call took
     */
    record Outcome(GrowthMeter meter, long firstSeen, long lost, long admitted, long slowestNanos) {}

    /** The bytes that the table may take. */
    long most() {
        return to * (wide ? WIDE_BYTES : NARROW_BYTES);
    }

    /**
     * Makes the table.
     *
     * @throws BenchException if the machine cannot hold it
     */
    DeduplicationStore open() {
        try {
            FingerprintDeduplicationStore.Builder builder = FingerprintDeduplicationStore.builder(
                            Retention.builder(Duration.ofHours(1)).build(), from)
                    .clock(InstantSource.fixed(Instant.ofEpochMilli(NOW)))
                    .maximumBytes(most());
            return wide ? builder.buildWide() : builder.buildNarrow();
        } catch (IllegalArgumentException e) {
            throw BenchException.failed(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Fills it.
     *
     * @throws InterruptedException if this thread is interrupted; the threads have ended then, before the last key
     * @throws RuntimeException as the store threw it, or an {@link Error}
     */
    Outcome fill(DeduplicationStore store, BenchProgress progress) throws InterruptedException {
        List<GrowthWorker> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(new GrowthWorker(this, i, store));
        }
        GrowthMeter meter = new GrowthMeter(from, System.nanoTime());
        BenchThreads.run("growth", workers, () -> workers.forEach(GrowthWorker::stop), SAMPLE_MILLIS, () -> {
            long keys = keys(workers);
            meter.at(System.nanoTime(), keys);
            progress.at(keys);
        });
        return new Outcome(
                meter,
                keys(workers),
                workers.stream().mapToLong(GrowthWorker::lost).sum(),
                workers.stream().mapToLong(GrowthWorker::admitted).sum(),
                workers.stream().mapToLong(GrowthWorker::slowestNanos).max().orElse(0));
    }

    private static long keys(List<GrowthWorker> workers) {
        return workers.stream().mapToLong(GrowthWorker::keys).sum();
    }
}
