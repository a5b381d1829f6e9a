package io.github.dedupkit.benchmarks;

import io.github.dedupkit.Retention;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The events that filters are measured with: those of a {@link DayPlan}, in the order of their times, none of them stale.
 * A duplicate repeats a key from anywhere in the window. Immutable.
 */
final class FilterTraffic {
    /** Coarse ticks, as a filter has them; the window of the rivals is the same. */
    static final Retention RETENTION = Retention.builder(Duration.ofHours(1))
            .lateness(Duration.ofMinutes(5))
            .tick(Duration.ofMinutes(5))
            .futureSkew(Duration.ZERO)
            .build();

    /** Later than every event, so that event time alone decides. */
    static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1L << 50));

    /** How many events lie close together, among which there are repeats too. */
    private static final int NEAR = 16;

    /** No number of an event reaches this bit: the keys of different seeds differ. */
    private static final int SEED_SHIFT = 40;

    private final DayEvents events;
    private final long seed;
    private final long fill;

    /**
     * Plans events.
     *
     * @param retained new keys in a window
     * @param duplicates the share of events that repeat one
     * @param measured events after the fill
     */
    FilterTraffic(long retained, double duplicates, long measured, long seed) {
        this.seed = seed;
        double millisPerEvent = RETENTION.windowMillis() * (1 - duplicates) / retained;
        long filled = RETENTION.windowMillis() + RETENTION.latenessMillis() + 2 * RETENTION.tickMillis();
        fill = wholeChunks((long) (filled / millisPerEvent));
        long all = fill + wholeChunks(measured);
        DayStream stream = new DayStream(all, millisPerEvent, duplicates, 0, seed);
        events = new DayEvents(new DayPlan(stream, RETENTION, NEAR, Duration.ZERO));
    }

    static long wholeChunks(long events) {
        return (events + FilterChunk.SIZE - 1) / FilterChunk.SIZE * FilterChunk.SIZE;
    }

    /** Events until all that can be in the window is there, and what outlasts it by lateness and ticks: whole chunks. */
    long fill() {
        return fill;
    }

    long truth(long event) {
        return events.truth(event);
    }

    /** What stands for the key of a truth. */
    long number(long truth) {
        return DayEvents.key(truth) | seed << SEED_SHIFT;
    }

    long timestamp(long event) {
        return events.timestamp(event);
    }
}
