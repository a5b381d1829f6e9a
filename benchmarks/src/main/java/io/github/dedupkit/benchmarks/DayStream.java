package io.github.dedupkit.benchmarks;

/**
 * What is streamed, whatever store it meets.
 *
 * @param events how many
 * @param millisPerEvent of event time
 * @param duplicates the share of events that repeat one in the window
 * @param stale the share of events that repeat one older than the window
 * @param seed decides all that is drawn
 */
record DayStream(long events, double millisPerEvent, double duplicates, double stale, long seed) {
    static final long MOST_EVENTS = 100_000_000_000L;

    /** As the longest window; all sums of times stay far from overflow. */
    private static final double MOST_MILLIS = 36_500 * 86_400_000.0;

    private static final double MOST_REPEATED = 0.9;

    DayStream {
        if (events < 1 || events > MOST_EVENTS) {
            throw BenchException.usage("--events " + events + " is out of bounds; give 1 to " + MOST_EVENTS);
        }
        if (events * millisPerEvent > MOST_MILLIS) {
            throw BenchException.usage("--events " + events + " at this --rate take "
                    + (long) (events * millisPerEvent / 86_400_000) + " days; give fewer events or a higher rate, for"
                    + " 36500 days at most");
        }
        requireShare("--duplicates", duplicates);
        requireShare("--stale", stale);
        if (duplicates + stale > MOST_REPEATED) {
            throw BenchException.usage("--duplicates " + duplicates + " and --stale " + stale + " are more than "
                    + MOST_REPEATED + " of all events; lower one of them");
        }
    }

    private static void requireShare(String option, double share) {
        if (!(share >= 0 && share <= MOST_REPEATED)) {
            throw BenchException.usage(option + " " + share + " is no share; give 0 to " + MOST_REPEATED);
        }
    }
}
