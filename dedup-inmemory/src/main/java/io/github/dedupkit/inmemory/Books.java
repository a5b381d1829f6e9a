package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.Verdict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A store's counters (rule 10) and the one place that calls its listener. Thread-safe. */
final class Books {
    private static final Logger LOGGER = System.getLogger(Books.class.getName());

    final LongAdder firstSeen = new LongAdder();
    final LongAdder replayed = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder tooLate = new LongAdder();
    final LongAdder thrown = new LongAdder();
    final LongAdder evicted = new LongAdder();

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

    /** The marks asked for so far. */
    long marks() {
        return firstSeen.sum() + replayed.sum() + duplicates.sum() + tooLate.sum() + thrown.sum();
    }

    /** Enters one single call that was answered. */
    void enter(Verdict verdict, boolean replay) {
        switch (verdict) {
            case FIRST_SEEN -> {
                if (replay) {
                    enter(0, 1, 0, 0, 0);
                } else {
                    enter(1, 0, 0, 0, 0);
                }
            }
            case DUPLICATE -> enter(0, 0, 1, 0, 0);
            case TOO_LATE -> enter(0, 0, 0, 1, 0);
            case UNJUDGED -> throw new AssertionError("an in-process store always judges");
        }
    }

    /** Enters a batch, or a call. */
    void enter(int first, int replay, int duplicate, int late, int without) {
        add(firstSeen, first);
        add(replayed, replay);
        add(duplicates, duplicate);
        add(tooLate, late);
        add(thrown, without);
        DeduplicationListener observer = listener;
        if (observer != null) {
            try {
                observer.marked(first, replay, duplicate, late, 0, without);
            } catch (Throwable e) {
                report(e);
            }
        }
    }

    /** Enters a batch, and what was dropped for it. */
    void enter(MarkTally tally, int without) {
        int dropped = tally.evicted; // the listener may mark a batch itself
        enter(tally.first, tally.replayed, tally.duplicate, tally.late, without);
        if (dropped > 0) {
            enterEvicted(dropped);
        }
    }

    void enterEvicted(long records) {
        evicted.add(records);
        DeduplicationListener observer = listener;
        if (observer != null) {
            try {
                observer.evicted(records);
            } catch (Throwable e) {
                report(e);
            }
        }
    }

    private void report(Throwable e) {
        if (listenerFailed.compareAndSet(false, true)) {
            LOGGER.log(Level.WARNING, "a DeduplicationListener threw; what it throws later is not logged", e);
        }
    }

    private static void add(LongAdder counter, int count) {
        if (count != 0) {
            counter.add(count);
        }
    }
}
