package io.github.dedupkit.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * One line of the outcome.
 *
 * @param name what was measured
 * @param unit of its values
 * @param verdict on it
 * @param base the value before the change; NaN if there is none
 * @param head the value with it; NaN if there is none
 * @param change of what was timed; null for what was counted, and where one side has no value
 */
record GateFinding(
        String name,
        String unit,
        GateVerdict verdict,
        double base,
        double head,
        @Nullable GateInterval change) {}
