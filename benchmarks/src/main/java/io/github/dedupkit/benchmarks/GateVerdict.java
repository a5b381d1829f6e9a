package io.github.dedupkit.benchmarks;

/** What the gate says of one measurement. */
enum GateVerdict {
    /** No worse, and no better, as far as can be told. */
    UNCHANGED,
    /** Worse, beyond chance and beyond the threshold. */
    REGRESSION,
    /** Better, likewise. */
    IMPROVED,
    /** Another value that is neither better nor worse. */
    CHANGED,
    /** The interval is too wide to tell. */
    NOISY,
    /** The base has no such thing. */
    NEW,
    /** The head has no such thing any more. */
    REMOVED
}
