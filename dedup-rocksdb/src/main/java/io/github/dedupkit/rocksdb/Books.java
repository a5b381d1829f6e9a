package io.github.dedupkit.rocksdb;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.Verdict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The store's counters (rule 10) and the one place that calls its listener. Thread-safe. */
final class Books {
    private static final Logger LOGGER = System.getLogger(Books.class.getName());

    final LongAdder firstSeen = new LongAdder();
    final LongAdder replayed = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder tooLate = new LongAdder();
    final LongAdder thrown = new LongAdder();

    private final @Nullable DeduplicationListener listener;
    private final AtomicBoolean listenerFailed = new AtomicBoolean();

    Books(@Nullable DeduplicationListener listener) {
        this.listener = listener;
    }

    /** Refuses a call before it counts. */
    static void requireTimestamp(long timestamp) {
        if (timestamp < 0) {
            throw new IllegalArgumentException(
                    "timestamp " + timestamp + " is negative; give epoch milliseconds, 0 or more");
        }
    }

    /** Refuses to forget a mark without origin. */
    static void requireOrigin(long origin) {
        if (origin == 0) {
            throw new IllegalArgumentException(
                    "origin 0 means none: such a mark is confirmed at once and cannot be forgotten; mark with an origin");
        }
    }

    /** The marks of one call. Not thread-safe. */
    static final class Entry {
        private int first;
        private int replay;
        private int duplicate;
        private int late;
        private int unanswered;

        /** Begins with marks that nobody has answered. */
        Entry(int marks) {
            unanswered = marks;
        }

        void count(Verdict verdict, boolean isReplay) {
            switch (verdict) {
                case FIRST_SEEN -> {
                    if (isReplay) {
                        replay++;
                    } else {
                        first++;
                    }
                }
                case DUPLICATE -> duplicate++;
                case TOO_LATE -> late++;
                case UNJUDGED -> throw new AssertionError("what has no answer is not counted");
            }
            unanswered--;
        }
    }

    /** Enters a call. */
    void enter(Entry entry) {
        firstSeen.add(entry.first);
        replayed.add(entry.replay);
        duplicates.add(entry.duplicate);
        tooLate.add(entry.late);
        thrown.add(entry.unanswered);
        if (listener != null) {
            try {
                listener.marked(entry.first, entry.replay, entry.duplicate, entry.late, 0, entry.unanswered);
            } catch (Throwable e) {
                if (listenerFailed.compareAndSet(false, true)) {
                    LOGGER.log(Level.WARNING, "a DeduplicationListener threw; what it throws later is not logged", e);
                }
            }
        }
    }
}
