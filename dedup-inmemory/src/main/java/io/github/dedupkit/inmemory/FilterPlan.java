package io.github.dedupkit.inmemory;

import io.github.dedupkit.Retention;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The layout and the sizes of a filter's tables.
 *
 * @param width of the fingerprints
 * @param expectedKeys to make room for
 */
record FilterPlan(FilterWidth width, long expectedKeys) {
    static final double LEAST_PROBABILITY = 5e-9;
    static final double HIGHEST_PROBABILITY = 0.1;

    private static final int LEVELS = 4;

    /**
     * A line of an overflow table for so many: in a steady flow, a 20th of the keys find their line full at the planned load,
     * and a 12th at a tenth more.
     */
    static final int OVERFLOW_SHARE = 12;

    private static final long LEAST_LINES = 16;

    /** What a look-up is compared with beside the records of its own line, at the most. */
    private static final double WITH_OVERFLOW = 1.09;

    /**
     * Plans a filter.
     *
     * @throws IllegalArgumentException if no layout that is accurate enough tells so many ticks apart
     */
    static FilterPlan of(Retention retention, long expectedKeys, double falseDuplicateProbability) {
        List<FilterWidth> accurate = Arrays.stream(FilterWidth.values())
                .filter(each -> probability(each) <= falseDuplicateProbability)
                .collect(Collectors.toList());
        long ticks = Ages.ticks(retention, retention.tickMillis());
        for (FilterWidth each : accurate) {
            if (ticks <= each.mostTicks()) {
                return new FilterPlan(each, expectedKeys);
            }
        }
        int most = accurate.get(accurate.size() - 1).mostTicks();
        throw new IllegalArgumentException("window + lateness + future skew are " + ticks + " ticks (" + retention
                + "), and the filter tells " + most + " apart; " + Ages.remedy(retention, most));
    }

    private static double probability(FilterWidth width) {
        return width.planned * WITH_OVERFLOW / (1L << width.bits());
    }

    /** The probability of a false duplicate with as many keys as expected. */
    double falseDuplicateProbability() {
        return probability(width);
    }

    /** The memory taken, in bytes. */
    long bytes() {
        long bytes = 0;
        for (int level = 0; level < LEVELS; level++) {
            bytes += lines(level) * Line.BYTES;
        }
        return bytes;
    }

    private long lines(int level) {
        long first = (long) Math.ceil(expectedKeys / width.planned);
        return Math.max(LEAST_LINES, first / (long) Math.pow(OVERFLOW_SHARE, level));
    }

    /**
     * Refuses a snapshot of a filter of another size.
     *
     * @throws IllegalArgumentException naming both
     */
    void requireRestorable(SnapshotReader snapshot) {
        SnapshotHeader held = snapshot.header();
        for (int level = 0; level < LEVELS; level++) {
            long lines = held.levels().get(level).lines();
            if (lines != lines(level)) {
                throw new IllegalArgumentException("the snapshot " + snapshot.file() + " is of a filter for up to "
                        + (long) (held.levels().get(0).lines() * width.planned)
                        + " keys, and this one is planned for "
                        + expectedKeys + "; expect as many as when it was taken");
            }
        }
    }

    /**
     * Makes the tables.
     *
     * @throws IllegalArgumentException if the JVM or the machine has no memory for them
     */
    FilterTable build(Ages ages, EventTime time) {
        LineMemory.requireRoomFor(bytes());
        try {
            FilterTable overflow = null;
            for (int level = LEVELS - 1; level > 0; level--) {
                overflow = new FilterTable(width, lines(level), level, ages, time, overflow);
            }
            return new FilterTable(width, lines(0), 0, ages, time, overflow);
        } catch (OutOfMemoryError e) {
            IllegalArgumentException refusal = LineMemory.noDirectMemory(bytes());
            refusal.initCause(e);
            throw refusal;
        }
    }
}
