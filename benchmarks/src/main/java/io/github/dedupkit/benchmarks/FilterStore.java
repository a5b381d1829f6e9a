package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.OptionalDouble;

/** One of our filters, by the batch or by the call. The batch is made, and its verdicts are read, on the clock. */
final class FilterStore implements FilterSubject {
    private final DeduplicationStore store;
    private final EventBatch batch;

    /**
     * Takes a filter.
     *
     * @param batch events in a call; with 1, single calls
     */
    FilterStore(DeduplicationStore store, int batch) {
        this.store = store;
        this.batch = new EventBatch(batch);
    }

    @Override
    public void mark(FilterChunk chunk, int from, int to) {
        if (batch.capacity() == 1) {
            for (int i = from; i < to; i++) {
                chunk.told[i] = isDuplicate(store.markSeen(chunk.high[i], chunk.low[i], chunk.timestamps[i]));
            }
            return;
        }
        batch.clear();
        for (int i = from; i < to; i++) {
            batch.add(chunk.high[i], chunk.low[i], chunk.timestamps[i], 0);
        }
        store.markSeen(batch);
        for (int i = from; i < to; i++) {
            chunk.told[i] = isDuplicate(batch.verdict(i - from));
        }
    }

    private static boolean isDuplicate(Verdict verdict) {
        return switch (verdict) {
            case FIRST_SEEN -> false;
            case DUPLICATE -> true;
            case TOO_LATE, UNJUDGED ->
                throw new IllegalStateException("an event in order was told " + verdict + ": the filter is broken");
        };
    }

    @Override
    public double planned() {
        return store.guarantees().falseDuplicateProbability();
    }

    @Override
    public OptionalDouble estimated() {
        return OptionalDouble.of(store.stats().falseDuplicateProbability());
    }

    @Override
    public long bytes() {
        return store.stats().bytes().orElseThrow();
    }

    @Override
    public void close() {
        store.close();
    }
}
