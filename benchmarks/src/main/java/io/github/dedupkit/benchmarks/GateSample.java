package io.github.dedupkit.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * One fork of a round.
 *
 * @param round from 0
 * @param timing what was timed
 * @param side the library
 * @param place 1 for the first of its pair, 2 for the second
 * @param figures what came of it
 */
record GateSample(int round, GateTiming timing, GateSide side, int place, GateFigures figures) {
    static final String HEADER = "round,benchmark,side,place,least_ns,decile_ns,quartile_ns,median_ns";

    private static final int FIELDS = 5;

    /** As a line of CSV; nothing in it needs quotes. */
    String csv() {
        return round + "," + timing + "," + side + "," + place + "," + figures;
    }

    /** Reads such a line. */
    static GateSample parse(String line) {
        List<String> fields = List.of(line.split(",", FIELDS));
        if (fields.size() != FIELDS) {
            throw new IllegalArgumentException("'" + line + "' is not " + HEADER);
        }
        return new GateSample(
                Integer.parseInt(fields.get(0)),
                GateTiming.of(fields.get(1)),
                GateSide.valueOf(fields.get(2).toUpperCase(Locale.ROOT)),
                Integer.parseInt(fields.get(3)),
                GateFigures.parse(fields.get(4)));
    }
}
