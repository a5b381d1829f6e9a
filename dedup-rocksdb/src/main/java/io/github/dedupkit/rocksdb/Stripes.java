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

    void lock(BitSet stripes) {
        stripes.stream().forEach(stripe -> locks[stripe].lock());
    }

    void unlock(BitSet stripes) {
        stripes.stream().forEach(stripe -> locks[stripe].unlock());
    }
}
