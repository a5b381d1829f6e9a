package io.github.dedupkit.benchmarks;

import java.util.OptionalDouble;

/**
 * What came of a filter's look-ups.
 *
 * @param news events with keys that are new
 * @param duplicates events that repeat a key of the window, which was told new then
 * @param falseNew duplicates told new: there must be none
 * @param falseDuplicates new ones told duplicate
 * @param nanosPerKey all of the time on the clock, by all events
 * @param chunkNanosPerKey the median of the chunks, without bursts of maintenance and without the machine's stalls
 * @param bytes of its marks
 * @param planned the probability of a false duplicate that it states
 * @param estimated the same as it estimated it in the end; empty where it does not
 */
record FilterOutcome(
        long news,
        long duplicates,
        long falseNew,
        long falseDuplicates,
        double nanosPerKey,
        double chunkNanosPerKey,
        long bytes,
        double planned,
        OptionalDouble estimated) {
    /** So rarely is a filter blamed that is right. */
    private static final double BLAME = 1e-6;

    private static final double NINETY_FIVE = 0.05;

    /** Slack for an estimate, which is made from a sample, or of one moment. */
    private static final double SLACK = 1.25;

    /** With the counts of both, which are of one filter in one setting; all else is this one's. */
    FilterOutcome plus(FilterOutcome other) {
        return new FilterOutcome(
                news + other.news,
                duplicates + other.duplicates,
                falseNew + other.falseNew,
                falseDuplicates + other.falseDuplicates,
                nanosPerKey,
                chunkNanosPerKey,
                bytes,
                planned,
                estimated);
    }

    /** The share of new keys that were told duplicate. */
    double measured() {
        return (double) falseDuplicates / news;
    }

    /** What the probability may be, by what was counted, with 95 % confidence. */
    AccuracyInterval interval() {
        return AccuracyInterval.of(falseDuplicates, news, NINETY_FIVE);
    }

    /** What is wrong, or nothing: a duplicate told new, or more false duplicates than planned or estimated. */
    String objection() {
        if (falseNew > 0) {
            return falseNew + " of " + duplicates
                    + " duplicates told new: the filter forgets, and its speed means nothing";
        }
        double least = AccuracyInterval.of(falseDuplicates, news, BLAME).low();
        if (least > planned) {
            return falseDuplicates + " false duplicates of " + news + ", more than planned (" + planned + ")";
        }
        if (estimated.isPresent() && least > estimated.getAsDouble() * SLACK) {
            return falseDuplicates + " false duplicates of " + news + ", more than estimated ("
                    + estimated.getAsDouble() + ")";
        }
        return "";
    }

    /** On one line, for another JVM. */
    String line() {
        return news + " " + duplicates + " " + falseNew + " " + falseDuplicates + " " + nanosPerKey + " "
                + chunkNanosPerKey + " " + bytes + " " + planned + " " + estimated.orElse(Double.NaN);
    }

    static FilterOutcome of(String line) {
        String[] values = line.split(" ", -1);
        double estimated = Double.parseDouble(values[8]);
        return new FilterOutcome(
                Long.parseLong(values[0]),
                Long.parseLong(values[1]),
                Long.parseLong(values[2]),
                Long.parseLong(values[3]),
                Double.parseDouble(values[4]),
                Double.parseDouble(values[5]),
                Long.parseLong(values[6]),
                Double.parseDouble(values[7]),
                Double.isNaN(estimated) ? OptionalDouble.empty() : OptionalDouble.of(estimated));
    }
}
