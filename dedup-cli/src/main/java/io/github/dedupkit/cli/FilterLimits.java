package io.github.dedupkit.cli;

/**
 * What bounds a run of {@code dedup filter}. Tests make it small.
 *
 * @param blockBytes the bytes read at once
 * @param maximumKeys the most keys that the heap can hold
 */
record FilterLimits(int blockBytes, long maximumKeys) {
    private static final int BLOCK_BYTES = 1 << 17;

    /** The limits for this process. */
    static FilterLimits ofProcess() {
        return new FilterLimits(BLOCK_BYTES, Heap.maximumKeys());
    }
}
