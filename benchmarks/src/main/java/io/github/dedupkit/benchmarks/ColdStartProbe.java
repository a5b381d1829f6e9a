package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintNearTier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;

/**
 * What a process does once after its start: it replays the events of a window, or restores a snapshot. Runs in a JVM of
 * its own, so that the first time is the first time.
 */
final class ColdStartProbe {
    private static final int BATCH = 512;

    /** Restores in one JVM: the first is cold, the median of the others is what the code can do. */
    private static final int RESTORES = 6;

    /** Keys that are asked for after a restore: each must be a duplicate. */
    private static final int PROBES = 1_000;

    private static final long START = 1L << 42;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1L << 50));
    private static final Retention RETENTION = Retention.builder(Duration.ofHours(1))
            .lateness(Duration.ofMinutes(1))
            .tick(Duration.ofMinutes(1))
            .build();

    private final ColdStartTier tier;
    private final long keys;
    private final double millisPerKey;
    private final Path file;
    private final DayKeys made = new DayKeys(DayKeys.Kind.BITS);
    private final EventBatch batch = new EventBatch(BATCH);

    private ColdStartProbe(ColdStartTier tier, long keys, Path file) {
        this.tier = tier;
        this.keys = keys;
        this.file = file;
        millisPerKey = (double) RETENTION.windowMillis() / keys;
    }

    /**
     * Prints nanoseconds: of the replay, and of the snapshot taken after it where the tier has one; or of the first
     * restore and the median of others. Then the bytes of the file, 0 without one.
     *
     * @param arguments replay or restore, the tier, the keys of a window, and the file of the snapshot
     */
    public static void main(String[] arguments) {
        BenchFork.child(() -> {
            ColdStartProbe probe = new ColdStartProbe(
                    ColdStartTier.valueOf(arguments[1]), Long.parseLong(arguments[2]), Path.of(arguments[3]));
            return arguments[0].equals("replay") ? probe.replay() : probe.restore();
        });
    }

    private String replay() throws IOException {
        long start = System.nanoTime();
        try (DeduplicationStore store = tier.open(RETENTION, keys, CLOCK)) {
            for (long from = 0; from < keys; from += BATCH) {
                fill(from, Math.min(keys, from + BATCH));
                store.markSeen(batch);
            }
            long replayed = System.nanoTime();
            boolean written = write(store);
            return (replayed - start) + " " + (written ? System.nanoTime() - replayed : 0) + " "
                    + (written ? Files.size(file) : 0);
        }
    }

    private boolean write(DeduplicationStore store) throws IOException {
        if (store instanceof FingerprintDeduplicationStore narrow) {
            narrow.snapshot(file, new byte[0]);
            return true;
        }
        if (store instanceof FingerprintNearTier wide) {
            wide.snapshot(file, new byte[0]);
            return true;
        }
        return false;
    }

    private String restore() throws IOException {
        long[] nanos = new long[RESTORES];
        for (int i = 0; i < RESTORES; i++) {
            long start = System.nanoTime();
            try (DeduplicationStore store = tier.restore(RETENTION, keys, CLOCK, file)) {
                nanos[i] = System.nanoTime() - start;
                requireThere(store);
            }
            System.gc(); // lets the closed store's direct memory go
        }
        double warm = BenchStatistics.median(Arrays.stream(nanos).skip(1).asDoubleStream());
        return nanos[0] + " " + Math.round(warm) + " " + Files.size(file);
    }

    /** A store that brought nothing back would be quick. */
    private void requireThere(DeduplicationStore store) {
        long step = Math.max(1, keys / PROBES);
        for (long number = 0; number < keys; number += step) {
            fill(number, number + 1);
            if (!store.mightContain(batch.keyHigh(0), batch.keyLow(0), batch.timestamp(0))) {
                throw BenchException.failed(tier + " lost key " + number + " of " + keys
                        + " in the snapshot or in the restore: it is broken, and its speed means nothing");
            }
        }
    }

    private void fill(long from, long to) {
        batch.clear();
        for (long number = from; number < to; number++) {
            made.add(batch, number, START + (long) (number * millisPerKey), 0);
        }
    }
}
