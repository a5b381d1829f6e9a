package io.github.dedupkit.bloom;

import io.github.dedupkit.EventBatch;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/** Locks that keys share by their hash; who holds all of them is alone. */
final class Stripes {
    /** Many more than threads that run at once, and few enough to take them all once a tick. */
    private static final int COUNT = 256;

    final ReentrantLock[] locks = new ReentrantLock[COUNT];
    private final BitSet all = new BitSet(COUNT);

    Stripes() {
        for (int i = 0; i < COUNT; i++) {
            locks[i] = new ReentrantLock();
        }
        all.set(0, COUNT);
    }

    /** The lock of a key. */
    ReentrantLock of(long keyLow) {
        return locks[index(keyLow)];
    }

    /** The locks of all keys of a batch, for {@link #lock} and {@link #unlock}. */
    static BitSet of(EventBatch batch) {
        BitSet indices = new BitSet(COUNT);
        for (int i = 0; i < batch.size(); i++) {
            indices.set(index(batch.keyLow(i)));
        }
        return indices;
    }

    private static int index(long keyLow) {
        return (int) keyLow & (COUNT - 1);
    }

    /**
     * Takes locks in the one order in which all do, so that nobody waits in a circle: each of them, or none where one cannot
     * be had, because a full heap has no room to wait in. The caller holds none.
     */
    void lock(BitSet indices) {
        try {
            for (int i = indices.nextSetBit(0); i >= 0; i = indices.nextSetBit(i + 1)) {
                locks[i].lock();
            }
        } catch (Throwable e) {
            unlock(indices);
            throw e;
        }
    }

    /** Gives back those of them that the caller holds. */
    void unlock(BitSet indices) {
        for (int i = indices.nextSetBit(0); i >= 0; i = indices.nextSetBit(i + 1)) {
            if (locks[i].isHeldByCurrentThread()) {
                locks[i].unlock();
            }
        }
    }

    /** Takes every lock, or none. The caller holds none. */
    void lockAll() {
        lock(all);
    }

    /** Gives back what the caller holds. */
    void unlockAll() {
        unlock(all);
    }
}
