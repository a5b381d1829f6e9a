package io.github.dedupkit;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Batches of one item, lent to calls that concern one event: a batch carries back what a single call cannot. Thread-safe;
 * nobody waits. A thread-local would do, were it not multiplied by virtual threads.
 */
final class SingleBatches {
    private static final int SLOTS = 64;

    private final AtomicReferenceArray<EventBatch> spare = new AtomicReferenceArray<>(SLOTS);

    /** An empty batch. Allocates only if another call holds the one of the thread's slot. */
    EventBatch take() {
        EventBatch batch = spare.getAndSet(slot(), null);
        return batch == null ? new EventBatch(1) : batch;
    }

    void giveBack(EventBatch batch) {
        batch.clear();
        spare.set(slot(), batch);
    }

    private static int slot() {
        return (int) Thread.currentThread().getId() & (SLOTS - 1);
    }
}
