package io.github.dedupkit.bloom;

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
    final LongAdder duplicates = new LongAdder();
    final LongAdder tooLate = new LongAdder();
    final LongAdder thrown = new LongAdder();

    private final @Nullable DeduplicationListener listener;
    private final AtomicBoolean listenerFailed = new AtomicBoolean();

    Books(@Nullable DeduplicationListener listener) {
        this.listener = listener;
    }

    /** The marks of one call. Not thread-safe. */
    static final class Entry {
        private int first;
        private int duplicate;
        private int late;

        void count(Verdict verdict) {
            switch (verdict) {
                case FIRST_SEEN -> first++;
                case DUPLICATE -> duplicate++;
                case TOO_LATE -> late++;
                case UNJUDGED -> throw new AssertionError("an in-process store always judges");
            }
        }
    }

    /** Enters a call, and the marks that it left without an answer. */
    void enter(Entry entry, int unanswered) {
        add(firstSeen, entry.first);
        add(duplicates, entry.duplicate);
        add(tooLate, entry.late);
        add(thrown, unanswered);
        if (listener != null) {
            try {
                listener.marked(entry.first, 0, entry.duplicate, entry.late, 0, unanswered);
            } catch (Throwable e) {
                if (listenerFailed.compareAndSet(false, true)) {
                    LOGGER.log(Level.WARNING, "a DeduplicationListener threw; what it throws later is not logged", e);
                }
            }
        }
    }

    private static void add(LongAdder counter, int count) {
        if (count != 0) {
            counter.add(count);
        }
    }
}
