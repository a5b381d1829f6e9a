package io.github.dedupkit.benchmarks;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What the four smallest stores have in common: books, watermark and whatever is not hot. They exist so that a call site
 * can meet four store classes that cost next to nothing themselves; each has a table, a {@code markSeen} and a batch
 * loop of its own, because code shared here would be one target for the compiler to see through.
 *
 * <p><b>Guarantees:</b> exact (whole keys are compared), one process, no durability, lateness equal to the window, event
 * time only: there is no clock, so a timestamp in the far future makes what follows too late. A table has a fixed number
 * of slots; a record that another key pushes out is counted, shortens the effective window, and lets a copy in.
 *
 * <p><b>Thread-safety:</b> one lock per store. <b>Cost:</b> no allocation in any call but {@code stats()}.
 */
abstract sealed class TrivialStore implements ReplaySafeStore
        permits ChainedRingStore, DirectMappedStore, NeighbourhoodStore, TwoChoiceStore {
    /** The timestamp of a slot without a record, and of what has not happened. */
    static final long EMPTY = -1;

    private static final Guarantees GUARANTEES = Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
            .on(Condition.HEALTHY, "0", "copies of the records pushed out, counted", "0")
            .on(Condition.PROCESS_CRASH, "0", "every live key once", "unconfirmed deliveries")
            .on(Condition.POWER_CUT, "0", "every live key once", "unconfirmed deliveries")
            .on(Condition.FAILOVER, "0", "every live key once", "unconfirmed deliveries")
            .on(Condition.OVER_CAPACITY, "0", "copies of the records pushed out, counted", "0")
            .on(Condition.LATE_DATA, "0", "0; answered TOO_LATE", "0")
            .on(Condition.HOSTILE_KEYS, "0 with a keyed key space", "0", "0")
            .build();

    private final int slots;
    private final long windowMillis;
    private long watermark = EMPTY;
    private long floor = EMPTY;
    private long firstSeen;
    private long replayed;
    private long duplicates;
    private long tooLate;
    private long evicted;
    private boolean closed;

    /**
     * Fixes the bounds.
     *
     * @param slots the most records held, a power of two
     * @param windowMillis how far apart in event time two marks of a key may be and still concern one event
     */
    TrivialStore(int slots, long windowMillis) {
        if (slots < 1 || Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException("slots " + slots + " is not a power of two");
        }
        if (windowMillis < 1) {
            throw new IllegalArgumentException("windowMillis " + windowMillis + " is out of bounds; give 1 or more");
        }
        this.slots = slots;
        this.windowMillis = windowMillis;
    }

    /** The slot that holds a key, or -1. */
    abstract int find(long keyHigh, long keyLow);

    abstract long timestampAt(int slot);

    abstract long originAt(int slot);

    abstract void confirmAt(int slot);

    abstract void removeAt(int slot);

    /** For every call: refuses a bad timestamp and a closed store. */
    final void enter(long timestamp) {
        if (timestamp < 0) {
            throw new IllegalArgumentException(
                    "timestamp " + timestamp + " is negative; give epoch milliseconds, 0 or more");
        }
        requireOpen();
    }

    final void enter(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
    }

    /** Moves the watermark; true if the timestamp is too far behind it to be judged. */
    final boolean isLate(long timestamp) {
        if (timestamp > watermark) {
            watermark = timestamp;
            return false;
        }
        return timestamp < watermark - windowMillis;
    }

    final boolean inWindow(long recorded, long timestamp) {
        return recorded != EMPTY && Math.abs(timestamp - recorded) <= windowMillis;
    }

    final Verdict late() {
        tooLate++;
        return Verdict.TOO_LATE;
    }

    final Verdict first() {
        firstSeen++;
        return Verdict.FIRST_SEEN;
    }

    /** The verdict on a key that has a record in the window. */
    final Verdict known(long recordedOrigin, long origin) {
        if (origin != 0 && recordedOrigin == origin) {
            replayed++;
            return Verdict.FIRST_SEEN;
        }
        duplicates++;
        return Verdict.DUPLICATE;
    }

    /** Enters in the books that a new record takes the slot of one from {@code timestamp}, unless that was needless. */
    final void pushOut(long timestamp) {
        if (timestamp != EMPTY && timestamp >= watermark - 2 * windowMillis) {
            evicted++;
            floor = Math.max(floor, timestamp + 1);
        }
    }

    @Override
    public final synchronized boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        enter(timestamp);
        int slot = find(keyHigh, keyLow);
        return timestamp < watermark - windowMillis
                || (floor != EMPTY && timestamp < floor + windowMillis)
                || (slot >= 0 && inWindow(timestampAt(slot), timestamp));
    }

    @Override
    public final synchronized void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        enter(timestamp);
        int slot = find(keyHigh, keyLow);
        if (slot >= 0 && originAt(slot) == origin) {
            confirmAt(slot);
        }
    }

    @Override
    public final synchronized void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        if (origin == 0) {
            throw new IllegalArgumentException("origin 0 means none; such a mark cannot be forgotten");
        }
        enter(timestamp);
        int slot = find(keyHigh, keyLow);
        if (slot >= 0 && originAt(slot) == origin) {
            removeAt(slot);
        }
    }

    @Override
    public final Guarantees guarantees() {
        return GUARANTEES;
    }

    @Override
    public final synchronized StoreStats stats() {
        requireOpen();
        int retained = 0;
        for (int slot = 0; slot < slots; slot++) {
            retained += timestampAt(slot) == EMPTY ? 0 : 1;
        }
        long effective = floor == EMPTY ? windowMillis : Math.max(0, Math.min(windowMillis, watermark - floor));
        return new StoreStats(
                firstSeen,
                replayed,
                duplicates,
                tooLate,
                0,
                0,
                evicted,
                retained,
                OptionalLong.empty(),
                Duration.ofMillis(effective),
                0);
    }

    @Override
    public final synchronized void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }
}
