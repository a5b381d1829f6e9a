package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.Arrays;
import java.util.Objects;

/**
 * A {@link TrivialStore} that keeps its newest records, whatever their keys: a ring in order of arrival, and a hash index
 * of chains through it. Looks a record up by pointer, and so depends on the one before.
 */
final class ChainedRingStore extends TrivialStore {
    private static final int NONE = -1;

    private final int[] heads;
    private final int[] nexts;
    private final long[] highs;
    private final long[] lows;
    private final long[] timestamps;
    private final long[] origins;
    private int cursor;

    ChainedRingStore(int slots, long windowMillis) {
        super(slots, windowMillis);
        heads = new int[slots];
        nexts = new int[slots];
        highs = new long[slots];
        lows = new long[slots];
        timestamps = new long[slots];
        origins = new long[slots];
        Arrays.fill(heads, NONE);
        Arrays.fill(timestamps, EMPTY);
    }

    @Override
    public synchronized Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        enter(timestamp);
        return judge(keyHigh, keyLow, timestamp, origin);
    }

    /** Takes the value form itself, as a store may that keeps keys as objects: see {@link AllocationBenchmark}. */
    @Override
    public synchronized Verdict markSeen(DedupKey key, long timestamp, long origin) {
        Objects.requireNonNull(key, "key");
        enter(timestamp);
        return judge(key.high(), key.low(), timestamp, origin);
    }

    @Override
    public synchronized void markSeen(EventBatch batch) {
        enter(batch);
        for (int i = 0; i < batch.size(); i++) {
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
        if (slot != NONE) {
            if (inWindow(timestamps[slot], timestamp)) {
                return known(origins[slot], origin);
            }
            removeAt(slot);
        }
        append(keyHigh, keyLow, timestamp, origin);
        return first();
    }

    private void append(long keyHigh, long keyLow, long timestamp, long origin) {
        int slot = cursor;
        cursor = (cursor + 1) & (heads.length - 1);
        if (timestamps[slot] != EMPTY) {
            pushOut(timestamps[slot]);
            removeAt(slot);
        }
        highs[slot] = keyHigh;
        lows[slot] = keyLow;
        timestamps[slot] = timestamp;
        origins[slot] = origin;
        int chain = chain(keyLow);
        nexts[slot] = heads[chain];
        heads[chain] = slot;
    }

    private int chain(long keyLow) {
        return (int) keyLow & (heads.length - 1);
    }

    @Override
    int find(long keyHigh, long keyLow) {
        int slot = heads[chain(keyLow)];
        while (slot != NONE && (lows[slot] != keyLow || highs[slot] != keyHigh)) {
            slot = nexts[slot];
        }
        return slot;
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

    /** Takes the record out of its chain; its slot waits for the ring to come round. */
    @Override
    void removeAt(int slot) {
        timestamps[slot] = EMPTY;
        int chain = chain(lows[slot]);
        if (heads[chain] == slot) {
            heads[chain] = nexts[slot];
            return;
        }
        int before = heads[chain];
        while (nexts[before] != slot) {
            before = nexts[before];
        }
        nexts[before] = nexts[slot];
    }
}
