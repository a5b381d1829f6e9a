package io.github.dedupkit.benchmarks;

/** Arithmetic, and steps through memory each of which waits for the one before. Not thread-safe. */
final class GateControl {
    /** 256 KiB, about the table of the short benchmarks: in the processor's own cache, but not in its first level. */
    private static final int WORDS = 1 << 15;

    private final long[] memory = new long[WORDS];
    private long at = 1;

    GateControl() {
        for (int i = 0; i < WORDS; i++) {
            memory[i] = GeneratedLines.mix(i);
        }
    }

    /** Takes so many steps; returns where they led. */
    long walk(int steps) {
        long here = at;
        for (int i = 0; i < steps; i++) {
            here = GeneratedLines.mix(here + memory[(int) here & (WORDS - 1)]);
        }
        at = here;
        return here;
    }
}
