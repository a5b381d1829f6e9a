package io.github.dedupkit.benchmarks;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.Arrays;

/** A {@link TrivialStore} where each key has eight slots in a row, one array per field; the oldest record makes room. */
final class NeighbourhoodStore extends TrivialStore {
    private static final int NEIGHBOURS = 8;

    private final long[] highs;
    private final long[] lows;
    private final long[] timestamps;
    private final long[] origins;
    private final int mask;

    /**
     * An empty store.
     *
     * @param slots a power of two, 8 or more
     * @param windowMillis the window
     */
    NeighbourhoodStore(int slots, long windowMillis) {
        super(slots, windowMillis);
        if (slots < NEIGHBOURS) {
            throw new IllegalArgumentException("slots " + slots + " is out of bounds; give 8 or more");
        }
        highs = new long[slots];
        lows = new long[slots];
        timestamps = new long[slots];
        origins = new long[slots];
        Arrays.fill(timestamps, EMPTY);
        mask = slots - 1;
    }

    @Override
    public synchronized Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        enter(timestamp);
        return judge(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public synchronized void markSeen(EventBatch batch) {
        enter(batch);
        int size = batch.size();
        for (int i = 0; i < size; i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED) {
                batch.judge(i, judge(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i)));
            }
        }
    }

    private Verdict judge(long keyHigh, long keyLow, long timestamp, long origin) {
        if (isLate(timestamp)) {
            return late();
        }
        int slot = find(keyHigh, keyLow);
        if (slot >= 0 && inWindow(timestamps[slot], timestamp)) {
            return known(origins[slot], origin);
        }
        if (slot < 0) {
            slot = oldest(keyLow);
            pushOut(timestamps[slot]);
        }
        highs[slot] = keyHigh;
        lows[slot] = keyLow;
        timestamps[slot] = timestamp;
        origins[slot] = origin;
        return first();
    }

    private int oldest(long keyLow) {
        int oldest = (int) keyLow & mask;
        for (int i = 1; i < NEIGHBOURS; i++) {
            int slot = ((int) keyLow + i) & mask;
            oldest = timestamps[slot] < timestamps[oldest] ? slot : oldest;
        }
        return oldest;
    }

    @Override
    int find(long keyHigh, long keyLow) {
        for (int i = 0; i < NEIGHBOURS; i++) {
            int slot = ((int) keyLow + i) & mask;
            if (lows[slot] == keyLow && highs[slot] == keyHigh && timestamps[slot] != EMPTY) {
                return slot;
            }
        }
        return -1;
    }

    @Override
    long timestampAt(int slot) {
        return timestamps[slot];
    }

    @Override
    long originAt(int slot) {
        return origins[slot];
    }

    @Override
    void confirmAt(int slot) {
        origins[slot] = 0;
    }

    @Override
    void removeAt(int slot) {
        timestamps[slot] = EMPTY;
    }
}
