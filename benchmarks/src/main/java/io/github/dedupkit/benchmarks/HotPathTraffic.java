package io.github.dedupkit.benchmarks;

/**
 * How the events of a run come.
 *
 * @param duplicates share of the events that repeat an id: one in a whole number of events, so 0.006 is 1 in 167
 * @param lag between an id and its repeat
 * @param disorder share of the events that are late, by up to the lateness
 * @param hot share of the events that repeat one of {@link #HOT_KEYS} ids, another set each quarter of a window
 * @param origins what stores that keep origins are given
 */
record HotPathTraffic(double duplicates, HotPathLag lag, double disorder, double hot, HotPathOrigins origins) {
    static final int HOT_KEYS = 8;

    static final HotPathTraffic USUAL = new HotPathTraffic(0.05, HotPathLag.HALF_WINDOW, 0.05, 0, HotPathOrigins.KEPT);

    private static final double LEAST_DUPLICATES = 1e-6;
    private static final double HALF = 0.5;

    HotPathTraffic {
        require("duplicates", duplicates, LEAST_DUPLICATES, HALF);
        require("disorder", disorder, 0, HALF);
        require("hot", hot, 0, duplicates);
    }

    private static void require(String name, double share, double least, double most) {
        if (!(share >= least && share <= most)) {
            throw new IllegalArgumentException(
                    name + " " + share + " is no share that the workload has; give " + least + " to " + most);
        }
    }

    /** Events of which one repeats an id. */
    int block() {
        return (int) Math.round(1 / duplicates);
    }
}
