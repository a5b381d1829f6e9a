package io.github.dedupkit.benchmarks;

/** Which way is better. */
enum GateDirection {
    /** Time, memory, errors. */
    LESS_IS_BETTER,

    /** Throughput. */
    MORE_IS_BETTER;

    /** How much worse the head is, as the logarithm of a ratio; below zero if it is better. */
    double worse(double base, double head) {
        return this == LESS_IS_BETTER ? Math.log(head / base) : Math.log(base / head);
    }
}
