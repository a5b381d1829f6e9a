package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * Events in order, each a function of its number, sent through a store whose window is full. Every 20th repeats a new id
 * from the last half window. A stretch that is told far more or fewer duplicates fails. Not thread-safe.
 */
final class GateStream {
    /** The ids retained by a table that takes longer to read than to compute. */
    static final long TABLE_KEYS = 1_000_000;

    /** The ids retained by a table that the processor's own cache holds. */
    static final long CACHED_KEYS = 20_000;

    /** The ids retained on the heap, where many more would be measured as memory, and collections. */
    static final long HEAP_KEYS = 5_000;

    static final int BATCH = 256;

    private static final int FRESH = 4_000_000;
    private static final int BLOCK = 20;
    private static final int MOST_WRONG_ONE_IN = 100;
    private static final long WINDOW_MILLIS = 3_600_000;
    private static final long TICK_MILLIS = 60_000;
    private static final long START_MILLIS = 1_767_225_600_000L; // 2026-01-01

    private final KeySpace space = KeySpace.trusted("benchmarks/gate");
    private final KeyHasher hasher = space.hasher();
    private final EventBatch batch = new EventBatch(BATCH);
    private final DeduplicationStore store;
    private final long retained;
    private long next;

    private GateStream(DeduplicationStore store, long retained) {
        this.store = store;
        this.retained = retained;
    }

    /** Opens a store, and fills its window and what outlasts it by lateness and tick. */
    static GateStream full(long retained, BiFunction<Retention, Long, ? extends DeduplicationStore> opener) {
        Retention retention = Retention.builder(Duration.ofMillis(WINDOW_MILLIS))
                .lateness(Duration.ofMillis(TICK_MILLIS))
                .tick(Duration.ofMillis(TICK_MILLIS))
                .build();
        long held = retained + retained * 2 * TICK_MILLIS / WINDOW_MILLIS;
        GateStream stream = new GateStream(opener.apply(retention, held), retained);
        int stretch = BLOCK * BATCH;
        while (stream.next < held * BLOCK / (BLOCK - 1)) {
            if (stream.store instanceof ReplaySafeStore) {
                stream.confirmedBatches(stretch);
            } else {
                stream.batches(stretch);
            }
        }
        return stream;
    }

    DeduplicationStore store() {
        return store;
    }

    /** Single calls; the number of events is a multiple of 20. */
    int singles(int events) {
        int duplicates = 0;
        for (long end = next + events; next < end; next++) {
            hasher.hash(id(next));
            boolean duplicate =
                    store.markSeen(hasher.high(), hasher.low(), timestamp(next)).isDuplicate();
            duplicates += duplicate ? 1 : 0;
        }
        return require(duplicates, events);
    }

    /** Batches without origins; the number of events is a multiple of 20 and of 256. */
    int batches(int events) {
        int duplicates = 0;
        for (long end = next + events; next < end; ) {
            fill(0);
            store.markSeen(batch);
            duplicates += duplicates();
        }
        return require(duplicates, events);
    }

    /** Batches in which each event is a delivery of its own, confirmed at once. */
    int confirmedBatches(int events) {
        ReplaySafeStore origins = (ReplaySafeStore) store;
        int duplicates = 0;
        for (long end = next + events; next < end; ) {
            fill(1);
            origins.markSeen(batch);
            origins.confirm(batch);
            duplicates += duplicates();
        }
        return require(duplicates, events);
    }

    /** Of four million fresh ids, those that the store takes for known ones. */
    int freshTakenForKnown() {
        int known = 0;
        for (int i = 0; i < FRESH; i++) {
            hasher.hash(-1L - i); // events have numbers from 0
            known += store.mightContain(hasher.high(), hasher.low(), timestamp(next)) ? 1 : 0;
        }
        return known;
    }

    /** The id of an event; the number of an event that is first seen. */
    private long id(long event) {
        if (event % BLOCK != BLOCK - 1) {
            return event;
        }
        long blocks = Math.min(retained / (2 * BLOCK), event / BLOCK);
        long back = blocks == 0 ? 0 : Long.remainderUnsigned(GeneratedLines.mix(event), blocks);
        return event - BLOCK * back - BLOCK / 2;
    }

    /** One id enters the window per id that leaves it. */
    private long timestamp(long event) {
        return START_MILLIS + event * (BLOCK - 1) / BLOCK * WINDOW_MILLIS / retained;
    }

    private void fill(int origin) {
        batch.clear();
        for (int i = 0; i < BATCH; i++, next++) {
            batch.add(space, id(next), timestamp(next), origin * (next + 1));
        }
    }

    private int duplicates() {
        int duplicates = 0;
        for (int i = 0; i < BATCH; i++) {
            duplicates += batch.verdict(i).isDuplicate() ? 1 : 0;
        }
        return duplicates;
    }

    /** What is a little wrong is measured all the same: the gate counts wrong verdicts elsewhere, one by one. */
    private static int require(int duplicates, int events) {
        if (Math.abs(duplicates - events / BLOCK) > 1 + events / MOST_WRONG_ONE_IN) {
            throw new IllegalStateException("of " + events + " events " + duplicates
                    + " were told to be duplicates, and " + events / BLOCK + " are: the store is wrong");
        }
        return duplicates;
    }
}
