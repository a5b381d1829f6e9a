package io.github.dedupkit.bloom;

import java.util.concurrent.locks.ReentrantLock;

/** Locks that keys share by their hash; who holds all of them is alone. */
final class Stripes {
    /** Many more than threads that run at once, and few enough to take them all once a tick. */
    private static final int COUNT = 256;

    final ReentrantLock[] locks = new ReentrantLock[COUNT];

    Stripes() {
        for (int i = 0; i < COUNT; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /** The lock of a key. */
    ReentrantLock of(long keyLow) {
        return locks[(int) keyLow & (COUNT - 1)];
    }

    /** Takes every lock, or none where one cannot be had: a full heap has no room to wait in. The caller holds none. */
    void lockAll() {
        try {
            for (ReentrantLock lock : locks) {
                lock.lock();
            }
        } catch (Throwable e) {
            unlockAll();
            throw e;
        }
    }

    /** Gives back what the caller holds. */
    void unlockAll() {
        for (ReentrantLock lock : locks) {
            if (lock.isHeldByCurrentThread()) {
                lock.unlock();
            }
        }
    }
}
