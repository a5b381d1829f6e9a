package io.github.dedupkit.inmemory;

/**
 * How a table is laid out.
 *
 * @param width what a record holds
 * @param lines to begin with
 * @param maximumLines that it may grow to, its overflow tables not counted
 * @param chunkShift the logarithm of the lines in a chunk of memory
 * @param fingerprintMask the bits of the fingerprint that are used
 * @param overflowShare the lines here for each line of the overflow table
 * @param evicts whether the oldest record of a full line makes room for a new one
 */
record TableShape(
        Width width,
        long lines,
        long maximumLines,
        int chunkShift,
        long fingerprintMask,
        int overflowShare,
        boolean evicts) {}
