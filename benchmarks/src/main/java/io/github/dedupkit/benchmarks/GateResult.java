package io.github.dedupkit.benchmarks;

import java.util.List;
import java.util.stream.Stream;

/**
 * What came of a gate run.
 *
 * @param base what was given as base
 * @param head what was given as head
 * @param settings of the timings
 * @param counts findings on what was counted
 * @param timings findings on what was timed
 * @param seconds it took
 */
record GateResult(
        String base,
        String head,
        GateSettings settings,
        List<GateFinding> counts,
        GateRounds.Outcome timings,
        double seconds) {
    static final int OK = 0;
    static final int REGRESSION = 1;
    static final int INVALID = 2;
    static final int USAGE = 3;

    /** Counts do not depend on the machine: they hold in an invalid run too. */
    int exitCode() {
        if (has(counts, GateVerdict.REGRESSION)) {
            return REGRESSION;
        }
        if (timings.invalid()) {
            return INVALID;
        }
        return has(timings.findings(), GateVerdict.REGRESSION) ? REGRESSION : OK;
    }

    String verdict() {
        return switch (exitCode()) {
            case OK -> "OK";
            case REGRESSION -> "REGRESSION";
            default -> "INVALID";
        };
    }

    Stream<GateFinding> findings() {
        return Stream.concat(counts.stream(), timings.findings().stream());
    }

    private static boolean has(List<GateFinding> findings, GateVerdict verdict) {
        return findings.stream().anyMatch(finding -> finding.verdict() == verdict);
    }
}
