package io.github.dedupkit.benchmarks;

import java.util.List;

/**
 * How timings are judged.
 *
 * @param error the probability that any benchmark of an unchanged library is told from zero
 * @param threshold the least change that counts, as a share
 * @param widest the widest interval that says something, as a share
 * @param control the most that the control may move, as a share
 * @param looks after how many rounds the data are looked at; each look spends an equal part of the error
 */
record GateSettings(double error, double threshold, double widest, double control, List<Integer> looks) {
    static final double THRESHOLD = 0.05;

    /**
     * With five benchmarks and two looks, nothing can be told from zero by fewer than nine pairs.
     *
     * @throws BenchException if the threshold is no share
     */
    static GateSettings of(double threshold) {
        if (!(threshold > 0 && threshold < 1)) {
            throw BenchException.usage("--threshold " + threshold + " is out of bounds; give a share such as 0.05");
        }
        return new GateSettings(0.05, threshold, 0.15, 0.03, List.of(10, 18));
    }

    /** The error that one look spends (Bonferroni): however often the run is looked at, the sum is kept. */
    double errorOfLook() {
        return error / looks.size();
    }

    int mostRounds() {
        return looks.get(looks.size() - 1);
    }
}
