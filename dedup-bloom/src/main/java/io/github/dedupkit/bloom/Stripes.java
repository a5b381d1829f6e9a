package io.github.dedupkit.bloom;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Locks that keys share by their hash; who holds all of them is alone. */
final class Stripes {
    /** Many more than threads that run at once, and few enough to take them all once a tick. */
    private static final int COUNT = 256;

    private final Lock[] locks = new Lock[COUNT];

    Stripes() {
        for (int i = 0; i < COUNT; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /** The lock of a key. */
    Lock of(long keyLow) {
        return locks[(int) keyLow & (COUNT - 1)];
    }

    /** Takes every lock. The caller holds none. */
    void lockAll() {
        for (Lock lock : locks) {
            lock.lock();
        }
    }

    void unlockAll() {
        for (Lock lock : locks) {
            lock.unlock();
        }
    }
}
