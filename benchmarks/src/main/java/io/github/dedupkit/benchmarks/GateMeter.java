package io.github.dedupkit.benchmarks;

import java.util.Optional;

/** Takes one measurement, in a JVM of its own. */
interface GateMeter {
    /**
     * Measures.
     *
     * @return the figures; empty if the benchmark does not link against that side's library
     * @throws BenchException if it could not be measured
     */
    Optional<GateFigures> measure(GateTiming timing, GateSide side);
}
