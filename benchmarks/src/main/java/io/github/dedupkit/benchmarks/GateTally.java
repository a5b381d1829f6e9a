package io.github.dedupkit.benchmarks;

import org.jspecify.annotations.Nullable;

/** What gate runs on one library came to. Not thread-safe. */
final class GateTally {
    private final @Nullable GateTiming planted;
    private int runs;
    private int alarms;
    private int improved;
    private int noisy;
    private int invalid;
    private int neutral;
    private int found;
    private long rounds;

    /** Counts; the benchmark that was made slower, if one was, is expected to be found. */
    GateTally(@Nullable GateTiming planted) {
        this.planted = planted;
    }

    void enter(GateRounds.Outcome outcome) {
        boolean alarm = false;
        boolean better = false;
        boolean wide = false;
        for (GateFinding finding : outcome.findings()) {
            boolean regression = finding.verdict() == GateVerdict.REGRESSION && !outcome.invalid();
            if (planted != null && finding.name().equals(planted.toString())) {
                found += regression ? 1 : 0;
            } else {
                alarm |= regression;
            }
            better |= finding.verdict() == GateVerdict.IMPROVED;
            wide |= finding.verdict() == GateVerdict.NOISY;
        }
        runs++;
        rounds += outcome.rounds();
        alarms += alarm ? 1 : 0;
        improved += better ? 1 : 0;
        noisy += wide ? 1 : 0;
        invalid += outcome.invalid() ? 1 : 0;
        neutral += wide || outcome.invalid() ? 1 : 0;
    }

    int runs() {
        return runs;
    }

    /** Runs that told any benchmark to be slower that was not. */
    int alarms() {
        return alarms;
    }

    /** Runs that told any to be quicker. */
    int improved() {
        return improved;
    }

    /** Runs that could not tell of any. */
    int noisy() {
        return noisy;
    }

    /** Runs whose control moved. */
    int invalid() {
        return invalid;
    }

    /** Runs that were noisy, or invalid, or both. */
    int neutral() {
        return neutral;
    }

    /** Runs that told the planted one to be slower. */
    int found() {
        return found;
    }

    double meanRounds() {
        return (double) rounds / runs;
    }
}
