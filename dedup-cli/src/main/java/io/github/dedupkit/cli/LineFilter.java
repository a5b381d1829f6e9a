package io.github.dedupkit.cli;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Copies the lines that were not seen before, judged in batches by an exact store in memory. Not thread-safe.
 *
 * <p>The whole run is one window: every line is marked at time 0, so nothing is late and nothing expires. Lines may come
 * from anyone, so their keys are made under a secret drawn for this run.
 *
 * <p>Itself it allocates nothing per line; the store does, see there. Fails before it writes a batch in which the store
 * had to drop a record: all that was written is right. The store is not closed but dropped: to empty it key by key would
 * take longer than the process has left to live.
 */
final class LineFilter {
    private static final int BATCH_LINES = 256;

    private final KeySpace keySpace = RunKeys.keySpace("dedup/filter");
    private final EventBatch batch = new EventBatch(BATCH_LINES);
    private final int[] starts = new int[BATCH_LINES];
    private final int[] ends = new int[BATCH_LINES];
    private final Tally tally = new Tally();
    private final RecordOutput out;
    private final CaffeineDeduplicationStore store;
    private final long maximumKeys;
    private long bytesIn;
    private long evicted;

    LineFilter(OutputStream out, long maximumKeys) {
        this.out = new RecordOutput(out);
        this.maximumKeys = maximumKeys;
        store = CaffeineDeduplicationStore.builder(Retention.ofWindow(Duration.ofDays(1)), maximumKeys)
                .clock(InstantSource.fixed(Instant.EPOCH))
                .listener(new EvictionListener())
                .build();
    }

    /** Judges every complete line of the reader's block, and writes those not seen before. */
    void filterBlock(LineReader lines) {
        while (lines.next()) {
            int index = batch.add(keySpace, lines.block(), lines.start(), lines.length(), 0, 0);
            starts[index] = lines.start();
            ends[index] = lines.end();
            if (batch.isFull()) {
                judge(lines.block());
            }
        }
        judge(lines.block());
    }

    /** Hands the lines written so far to the reader of the output. */
    void flush() {
        out.flush();
    }

    Tally tally() {
        return tally;
    }

    /** The bytes of the lines judged, terminators included. */
    long bytesIn() {
        return bytesIn;
    }

    /** The bytes written, inserted line feeds included. */
    long bytesOut() {
        return out.bytes();
    }

    StoreStats stats() {
        return store.stats();
    }

    private void judge(byte[] block) {
        int size = batch.size();
        if (size == 0) {
            return;
        }
        store.markSeen(batch);
        if (evicted > 0) {
            throw tooManyKeys();
        }
        int runStart = -1;
        for (int i = 0; i < size; i++) {
            if (batch.verdict(i).isDuplicate()) {
                if (runStart >= 0) {
                    out.write(block, runStart, starts[i]);
                }
                runStart = -1;
            } else if (runStart < 0) {
                runStart = starts[i];
            }
        }
        if (runStart >= 0) {
            out.write(block, runStart, ends[size - 1]);
        }
        for (int i = 0; i < size; i++) {
            tally.enter(batch.verdict(i));
        }
        bytesIn += ends[size - 1] - starts[0];
        batch.clear();
    }

    private CliException tooManyKeys() {
        return CliException.failed("there are more than " + maximumKeys + " distinct lines, as many as "
                + Heap.describe() + " can hold; " + Heap.remedy());
    }

    /** Counts what the store drops for lack of room. The store calls it on the thread that marks. */
    private final class EvictionListener implements DeduplicationListener {
        @Override
        public void marked(int firstSeen, int replayed, int duplicates, int tooLate, int failedOpen, int thrown) {}

        @Override
        public void evicted(long records) {
            evicted += records;
        }
    }
}
