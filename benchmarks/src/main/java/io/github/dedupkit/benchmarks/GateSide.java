package io.github.dedupkit.benchmarks;

import java.util.Locale;

/** Which build of the library is measured. */
enum GateSide {
    /** What the change started from. */
    BASE,

    /** With the change. */
    HEAD;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
