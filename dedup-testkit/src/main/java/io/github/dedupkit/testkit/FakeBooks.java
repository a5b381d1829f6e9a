package io.github.dedupkit.testkit;

import io.github.dedupkit.DeduplicationListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** The books of a {@link FakeDurableStore} (rule 10). Not thread-safe. */
final class FakeBooks {
    private static final Logger LOGGER = System.getLogger(FakeBooks.class.getName());

    long firstSeen;
    long replayed;
    long duplicates;
    long tooLate;
    long thrown;
    private boolean listenerFailed;

    FakeBooks copy() {
        FakeBooks copy = new FakeBooks();
        copy.firstSeen = firstSeen;
        copy.replayed = replayed;
        copy.duplicates = duplicates;
        copy.tooLate = tooLate;
        copy.thrown = thrown;
        return copy;
    }

    private long calls() {
        return firstSeen + replayed + duplicates + tooLate + thrown;
    }

    /** Tells a listener what was added since; what the listener throws costs no event. */
    void tell(DeduplicationListener listener, FakeBooks before) {
        if (calls() == before.calls()) {
            return;
        }
        try {
            listener.marked(
                    (int) (firstSeen - before.firstSeen),
                    (int) (replayed - before.replayed),
                    (int) (duplicates - before.duplicates),
                    (int) (tooLate - before.tooLate),
                    0,
                    (int) (thrown - before.thrown));
        } catch (RuntimeException e) {
            if (!listenerFailed) {
                listenerFailed = true;
                LOGGER.log(Level.WARNING, "the listener threw; its later exceptions are not logged", e);
            }
        }
    }
}
