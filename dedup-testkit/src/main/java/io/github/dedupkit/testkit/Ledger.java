package io.github.dedupkit.testkit;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.StoreStats;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Sums what a listener is told. Safe for use by many threads. */
final class Ledger implements DeduplicationListener {
    private final AtomicLongArray sums = new AtomicLongArray(6);
    private final AtomicLong calls = new AtomicLong();

    @Override
    public void marked(int firstSeen, int replayed, int duplicates, int tooLate, int failedOpen, int thrown) {
        int[] counts = {firstSeen, replayed, duplicates, tooLate, failedOpen, thrown};
        for (int i = 0; i < counts.length; i++) {
            sums.addAndGet(i, counts[i]);
        }
        calls.incrementAndGet();
    }

    /** How often the listener was called. */
    long calls() {
        return calls.get();
    }

    /** Whether the sums are those of the store's books. */
    boolean agreesWith(StoreStats stats) {
        return sums.get(0) == stats.firstSeen()
                && sums.get(1) == stats.replayed()
                && sums.get(2) == stats.duplicates()
                && sums.get(3) == stats.tooLate()
                && sums.get(4) == stats.failedOpen()
                && sums.get(5) == stats.thrown();
    }

    @Override
    public String toString() {
        return sums + " in " + calls + " calls";
    }
}
