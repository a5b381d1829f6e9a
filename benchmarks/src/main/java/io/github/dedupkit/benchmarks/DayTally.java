package io.github.dedupkit.benchmarks;

/**
 * What a store, or one thread, made of the events.
 *
 * @param firstSeen events that must be told FIRST_SEEN
 * @param stale those of them whose key was seen before the window
 * @param duplicates events that must be told DUPLICATE
 * @param lost events told DUPLICATE that are none
 * @param admitted duplicates told FIRST_SEEN
 * @param late events told TOO_LATE; none is
 * @param storeNanos time in the store
 */
record DayTally(long firstSeen, long stale, long duplicates, long lost, long admitted, long late, long storeNanos) {
    static final DayTally NOTHING = new DayTally(0, 0, 0, 0, 0, 0, 0);

    DayTally plus(DayTally other) {
        return new DayTally(
                firstSeen + other.firstSeen,
                stale + other.stale,
                duplicates + other.duplicates,
                lost + other.lost,
                admitted + other.admitted,
                late + other.late,
                storeNanos + other.storeNanos);
    }

    long events() {
        return firstSeen + duplicates;
    }
}
