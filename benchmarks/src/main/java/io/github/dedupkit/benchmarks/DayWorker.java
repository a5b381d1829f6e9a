package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.ReplaySafeStore;
import org.jspecify.annotations.Nullable;

/**
 * One thread's part of a day: makes batches, has them judged, and confirmed where there are origins, and compares with the truth.
 * Allocates nothing per event.
 */
final class DayWorker {
    private final DeduplicationStore store;
    private final @Nullable ReplaySafeStore origins;
    private final DayEvents events;
    private final DayKeys keys;
    private final EventBatch batch;
    private final boolean[] isDuplicate;
    private final long end;
    private long streamed;
    private long stale;
    private long duplicates;
    private long lost;
    private long admitted;
    private long late;
    private long storeNanos;

    DayWorker(DayPlan plan, DayKeys.Kind keys, DeduplicationStore store) {
        this.store = store;
        origins = store instanceof ReplaySafeStore replaySafe ? replaySafe : null;
        this.keys = new DayKeys(keys);
        events = new DayEvents(plan);
        batch = new EventBatch(plan.batch());
        isDuplicate = new boolean[plan.batch()];
        end = plan.stream().events();
    }

    /** Streams a batch, given by its number. */
    void stream(long number) {
        fill(number * batch.capacity());
        long before = System.nanoTime();
        store.markSeen(batch);
        if (origins != null) {
            origins.confirm(batch);
        }
        storeNanos += System.nanoTime() - before;
        compare();
    }

    private void fill(long from) {
        int size = (int) Math.min(batch.capacity(), end - from);
        batch.clear();
        for (int i = 0; i < size; i++) {
            long event = from + i;
            long truth = events.truth(event);
            isDuplicate[i] = truth < 0;
            duplicates += truth >>> (Long.SIZE - 1);
            stale += truth >= 0 && truth != event ? 1 : 0;
            keys.add(batch, DayEvents.key(truth), events.timestamp(event), origins == null ? 0 : event + 1);
        }
        streamed += size;
    }

    private void compare() {
        for (int i = 0; i < batch.size(); i++) {
            switch (batch.verdict(i)) {
                case FIRST_SEEN -> admitted += isDuplicate[i] ? 1 : 0;
                case DUPLICATE -> lost += isDuplicate[i] ? 0 : 1;
                case TOO_LATE -> late++;
                case UNJUDGED ->
                    throw new IllegalStateException("the store returned and left an item unjudged: " + batch);
            }
        }
    }

    DayTally tally() {
        return new DayTally(streamed - duplicates, stale, duplicates, lost, admitted, late, storeNanos);
    }
}
