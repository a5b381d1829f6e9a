package io.github.dedupkit.rocksdb;

import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/** Locks that keys share by their hash. Taken in ascending order, so calls never wait for each other in a circle. */
final class Stripes {
    /** Many more than threads that run at once. */
    static final int COUNT = 256;

    private final ReentrantLock[] locks = new ReentrantLock[COUNT];

    Stripes() {
        for (int i = 0; i < COUNT; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /** The stripe of a key. */
    static int of(long keyLow) {
        return (int) keyLow & (COUNT - 1);
    }

    /** Takes each of them, or none where one cannot be had: a full heap has no room to wait in. The caller holds none. */
    void lock(BitSet stripes) {
        try {
            for (int i = stripes.nextSetBit(0); i >= 0; i = stripes.nextSetBit(i + 1)) {
                locks[i].lock();
            }
        } catch (Throwable e) {
            unlock(stripes);
            throw e;
        }
    }

    /** Gives back those of them that the caller holds. */
    void unlock(BitSet stripes) {
        for (int i = stripes.nextSetBit(0); i >= 0; i = stripes.nextSetBit(i + 1)) {
            if (locks[i].isHeldByCurrentThread()) {
                locks[i].unlock();
            }
        }
    }
}
