package io.github.dedupkit.testkit;

/** The kinds of keys that a contract runs with; in both, the low 80 bits are uniform. */
public enum KeyShape {
    /** All 128 bits are uniform. */
    UNIFORM,
    /** The upper 48 bits are constant, as those of time-ordered ids of one millisecond. */
    CONSTANT_TOP
}
