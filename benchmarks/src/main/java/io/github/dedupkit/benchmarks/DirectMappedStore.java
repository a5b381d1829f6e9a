package io.github.dedupkit.benchmarks;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.Arrays;

/** A {@link TrivialStore} where each key has one slot: rows of four words in one array, the last key to come stays. */
final class DirectMappedStore extends TrivialStore {
    private static final int ROW = 4;
    private static final int HIGH = 0;
    private static final int LOW = 1;
    private static final int TIMESTAMP = 2;
    private static final int ORIGIN = 3;

    private final long[] rows;
    private final int mask;

    DirectMappedStore(int slots, long windowMillis) {
        super(slots, windowMillis);
        rows = new long[slots * ROW];
        Arrays.fill(rows, EMPTY);
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
        int row = ((int) keyLow & mask) * ROW;
        if (rows[row + LOW] != keyLow || rows[row + HIGH] != keyHigh) {
            pushOut(rows[row + TIMESTAMP]);
        } else if (inWindow(rows[row + TIMESTAMP], timestamp)) {
            return known(rows[row + ORIGIN], origin);
        }
        rows[row + HIGH] = keyHigh;
        rows[row + LOW] = keyLow;
        rows[row + TIMESTAMP] = timestamp;
        rows[row + ORIGIN] = origin;
        return first();
    }

    @Override
    int find(long keyHigh, long keyLow) {
        int slot = (int) keyLow & mask;
        int row = slot * ROW;
        boolean found = rows[row + TIMESTAMP] != EMPTY && rows[row + LOW] == keyLow && rows[row + HIGH] == keyHigh;
        return found ? slot : -1;
    }

    @Override
    long timestampAt(int slot) {
        return rows[slot * ROW + TIMESTAMP];
    }

    @Override
    long originAt(int slot) {
        return rows[slot * ROW + ORIGIN];
    }

    @Override
    void confirmAt(int slot) {
        rows[slot * ROW + ORIGIN] = 0;
    }

    @Override
    void removeAt(int slot) {
        rows[slot * ROW + TIMESTAMP] = EMPTY;
    }
}
