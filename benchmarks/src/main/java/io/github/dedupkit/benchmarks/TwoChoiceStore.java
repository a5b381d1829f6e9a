package io.github.dedupkit.benchmarks;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.Arrays;

/**
 * A {@link TrivialStore} where each key has two slots far apart, one in each half of the table; the older record makes
 * room. Keys in one array, what is known of them in another.
 */
final class TwoChoiceStore extends TrivialStore {
    private final long[] keys;
    private final long[] marks;
    private final int half;

    /**
     * An empty store.
     *
     * @param slots a power of two, 2 or more
     * @param windowMillis the window
     */
    TwoChoiceStore(int slots, long windowMillis) {
        super(slots, windowMillis);
        if (slots < 2) {
            throw new IllegalArgumentException("slots " + slots + " is out of bounds; give 2 or more");
        }
        keys = new long[2 * slots];
        marks = new long[2 * slots];
        Arrays.fill(marks, EMPTY);
        half = slots / 2;
    }

    @Override
    public synchronized Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        enter(timestamp);
        return judge(keyHigh, keyLow, timestamp, origin);
    }

    @Override
    public synchronized void markSeen(EventBatch batch) {
        enter(batch);
        for (int i = 0, size = batch.size(); i < size; i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED) {
                batch.judge(i, judge(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i)));
            }
        }
    }

    private Verdict judge(long keyHigh, long keyLow, long timestamp, long origin) {
        if (isLate(timestamp)) {
            return late();
        }
        int slot = left(keyLow);
        if (!holds(slot, keyHigh, keyLow)) {
            int other = right(keyLow);
            if (holds(other, keyHigh, keyLow)) {
                slot = other;
            } else {
                slot = timestampAt(other) < timestampAt(slot) ? other : slot;
                pushOut(timestampAt(slot));
                return record(slot, keyHigh, keyLow, timestamp, origin);
            }
        }
        if (inWindow(timestampAt(slot), timestamp)) {
            return known(originAt(slot), origin);
        }
        return record(slot, keyHigh, keyLow, timestamp, origin);
    }

    private Verdict record(int slot, long keyHigh, long keyLow, long timestamp, long origin) {
        keys[2 * slot] = keyHigh;
        keys[2 * slot + 1] = keyLow;
        marks[2 * slot] = timestamp;
        marks[2 * slot + 1] = origin;
        return first();
    }

    private int left(long keyLow) {
        return (int) keyLow & (half - 1);
    }

    private int right(long keyLow) {
        return half + ((int) (keyLow >>> 32) & (half - 1));
    }

    private boolean holds(int slot, long keyHigh, long keyLow) {
        return keys[2 * slot] == keyHigh && keys[2 * slot + 1] == keyLow && marks[2 * slot] != EMPTY;
    }

    @Override
    int find(long keyHigh, long keyLow) {
        if (holds(left(keyLow), keyHigh, keyLow)) {
            return left(keyLow);
        }
        return holds(right(keyLow), keyHigh, keyLow) ? right(keyLow) : -1;
    }

    @Override
    long timestampAt(int slot) {
        return marks[2 * slot];
    }

    @Override
    long originAt(int slot) {
        return marks[2 * slot + 1];
    }

    @Override
    void confirmAt(int slot) {
        marks[2 * slot + 1] = 0;
    }

    @Override
    void removeAt(int slot) {
        marks[2 * slot] = EMPTY;
    }
}
