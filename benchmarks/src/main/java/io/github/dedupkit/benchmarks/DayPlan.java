package io.github.dedupkit.benchmarks;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The margins that make every verdict on a stream certain, whatever the threads do. Immutable. */
final class DayPlan {
    /*
     * Event i has the time b(i) = START + floor(i * m), m being the milliseconds per event, and the timestamp
     * t(i) = b(i) - d(i), its delay d(i) being 0 to D. Rounding, that of the product included, moves a difference
     * b(j) - b(i) by less than 2 ms from (j - i) * m.
     *
     * Threads. DayPace begins batch k only when all batches before k - lead have been answered. With the distance
     * A = (lead + 1) * batch, event i - A and all before it are thus answered when event i is judged, and i + A and all
     * after it have not begun. Inside a batch, and between events A apart, the order is that of the events.
     *
     * Not late. When i is judged, the watermark M is at most b(i + A) <= b(i) + A * m + 2. With D <= L - (A * m + 2)
     * follows t(i) >= b(i) - D >= M - L.
     *
     * First seen. A key comes first with the event that it is named after, its original; all others of the key follow
     * in order, as above.
     *
     * Duplicates repeat an event j that is first seen, at a lag of A or more, or from the same batch. At the furthest,
     * (i - j) * m + 2 <= W - D, so t(i) - t(j) <= W; and t(j) - t(i) <= D <= L <= W. Rule 4(b) decides, and what is not
     * late finds the record (4(d)).
     *
     * Stale events repeat an original j with (i - j) * m - 2 > W + g + D, so t(i) - t(j) > W + g, and no original is
     * repeated so more than once. The store has recorded t(j) alone of the key, for duplicates are not recorded: rule
     * 4(c) decides, and the record is t(i) from then on. A duplicate of j may still come after that. Not being late, it
     * is at most L <= W before t(i): a duplicate by either record. Duplicates of i are as above.
     */

    /** The first event's time: no timestamp is negative, whatever the lateness. */
    static final long START = 1L << 42;

    /** A duplicate whose draw meets no first-seen event looks for one among so many before it. */
    static final int WALK = 64;

    private static final int MOST_LEAD = 255;
    private static final int ROUNDING = 2;

    private final DayStream stream;
    private final Retention retention;
    private final int batch;
    private final long lead;
    private final long disorder;

    /**
     * Chooses the margins.
     *
     * @param disorder the longest delay; null for as long as the lateness allows, within half of the window
     * @throws BenchException if there is no room for them
     */
    DayPlan(DayStream stream, Retention retention, int batch, @Nullable Duration disorder) {
        this.stream = stream;
        this.retention = retention;
        this.batch = batch;
        if (batch < 1 || batch > EventBatch.MAX_CAPACITY) {
            throw BenchException.usage("--batch " + batch + " is out of bounds; give 1 to " + EventBatch.MAX_CAPACITY);
        }
        double batchMillis = batch * stream.millisPerEvent();
        lead = Math.min(MOST_LEAD, (long) (retention.latenessMillis() / (4 * batchMillis)) - 1);
        long longest = retention.latenessMillis() - (long) Math.ceil((lead + 1) * batchMillis) - ROUNDING;
        if (lead < 0 || longest < 0) {
            throw BenchException.usage("--batch " + batch + " takes " + batchMillis + " ms at this --rate, and threads"
                    + " that are a batch apart need four times that as lateness, which is "
                    + retention.latenessMillis()
                    + " ms; give a smaller batch, a longer --lateness or a longer --window");
        }
        this.disorder = disorder == null ? Math.min(longest, retention.windowMillis() / 2) : disorder.toMillis();
        if (this.disorder > longest) {
            throw BenchException.usage("--disorder " + BenchAmount.text(disorder()) + " may be late: threads are up to "
                    + distance() + " events apart, which leaves " + longest + " ms of the lateness; give less"
                    + " disorder or a longer --lateness");
        }
        if (furthestLag() < distance()) {
            throw BenchException.usage("--disorder " + BenchAmount.text(disorder())
                    + " leaves too little of the window of "
                    + retention.windowMillis() + " ms: duplicates lie at least as far behind as threads may be apart, "
                    + distance() + " events; give less disorder or a longer --window");
        }
    }

    DayStream stream() {
        return stream;
    }

    Retention retention() {
        return retention;
    }

    int batch() {
        return batch;
    }

    /** The batches before the present one that other threads may not have finished. */
    long lead() {
        return lead;
    }

    /** Events so far apart are judged in their order. */
    long distance() {
        return (lead + 1) * batch;
    }

    /** The longest delay. */
    Duration disorder() {
        return Duration.ofMillis(disorder);
    }

    /** The most events that a duplicate can lie behind, the walk not counted. */
    long furthestLag() {
        return (long) ((retention.windowMillis() - disorder - ROUNDING) / stream.millisPerEvent()) - WALK;
    }

    /** The fewest events that a stale event must lie behind. */
    long leastStaleLag() {
        return (long) ((retention.windowMillis() + retention.tickMillis() + disorder + ROUNDING)
                        / stream.millisPerEvent())
                + 1;
    }

    long windowEvents() {
        return (long) (retention.windowMillis() / stream.millisPerEvent());
    }

    /** The keys that a store holds at once, at most. */
    long expectedKeys() {
        return keys(retention.windowMillis() + retention.latenessMillis() + retention.tickMillis());
    }

    /** The keys of W + L, which a store must hold (rule 4(d)). */
    long retainedKeys() {
        return keys(retention.windowMillis() + retention.latenessMillis());
    }

    /** The first-seen events of a span. At worst it begins with the stream, when there is nothing to repeat yet. */
    private long keys(long millis) {
        long spanned = Math.min(stream.events(), (long) Math.ceil(millis / stream.millisPerEvent()));
        long early = Math.min(spanned, distance());
        return early + (long) Math.ceil((spanned - early) * (1 - stream.duplicates()));
    }
}
