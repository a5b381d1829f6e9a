package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.util.concurrent.atomic.AtomicLong;

/** Stores that are wrong on purpose, and one that does nothing. */
final class DayStores {
    private DayStores() {}

    /** A store whose batches go another way. */
    abstract static class Other implements DeduplicationStore {
        final DeduplicationStore store;

        Other(DeduplicationStore store) {
            this.store = store;
        }

        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp) {
            return store.markSeen(keyHigh, keyLow, timestamp);
        }

        @Override
        public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
            return store.mightContain(keyHigh, keyLow, timestamp);
        }

        @Override
        public Guarantees guarantees() {
            return store.guarantees();
        }

        @Override
        public StoreStats stats() {
            return store.stats();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** Says FIRST_SEEN to everything, and records nothing. */
    static final class Idle extends Other {
        Idle(DeduplicationStore store) {
            super(store);
        }

        @Override
        public void markSeen(EventBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                batch.judge(i, Verdict.FIRST_SEEN);
            }
        }
    }

    /** Gives one in so many right answers of a kind as a wrong one. */
    static final class Lying extends Other {
        final AtomicLong lies = new AtomicLong();
        private final AtomicLong chances = new AtomicLong();
        private final Verdict right;
        private final Verdict wrong;
        private final long oneIn;

        Lying(DeduplicationStore store, Verdict right, Verdict wrong, long oneIn) {
            super(store);
            this.right = right;
            this.wrong = wrong;
            this.oneIn = oneIn;
        }

        @Override
        public void markSeen(EventBatch batch) {
            store.markSeen(batch);
            for (int i = 0; i < batch.size(); i++) {
                if (batch.verdict(i) == right && chances.incrementAndGet() % oneIn == 0) {
                    batch.judge(i, wrong);
                    lies.incrementAndGet();
                }
            }
        }
    }

    /** Judges, but does not record, one key in so many. */
    static final class Forgetful extends Other {
        private final long oneIn;

        Forgetful(DeduplicationStore store, long oneIn) {
            super(store);
            this.oneIn = oneIn;
        }

        @Override
        public void markSeen(EventBatch batch) {
            EventBatch kept = new EventBatch(batch.capacity());
            for (int i = 0; i < batch.size(); i++) {
                if (!forgets(batch.keyLow(i))) {
                    kept.add(batch, i);
                }
            }
            store.markSeen(kept);
            for (int i = 0, next = 0; i < batch.size(); i++) {
                batch.judge(i, forgets(batch.keyLow(i)) ? Verdict.FIRST_SEEN : kept.verdict(next++));
            }
        }

        boolean forgets(long keyLow) {
            return Long.remainderUnsigned(keyLow, oneIn) == 0;
        }
    }
}
