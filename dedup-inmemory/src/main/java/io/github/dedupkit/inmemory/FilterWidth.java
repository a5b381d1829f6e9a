package io.github.dedupkit.inmemory;

/**
 * The layouts of a {@link FilterLine}: the more bits a fingerprint has, the fewer there is room for.
 */
enum FilterWidth {
    BITS_16(27, 0, 21.6),
    BITS_18(24, 2, 18.8),
    BITS_21(20, 5, 15.1),
    BITS_24(18, 8, 13.3),
    BITS_32(13, 16, 8.8);

    /** The places for fingerprints in a line. */
    final int records;

    /** The bits of a fingerprint beyond its first 16, which are kept apart from these. */
    final int extraBits;

    /**
     * The records that a line is planned for, those that overflow included. In a steady flow a line is full for a part of
     * the time that Erlang's loss formula gives ("Solution of Some Problems in the Theory of Probabilities of Significance in
     * Automatic Telephone Exchanges", 1917): the fewer places, the fewer of them can be planned to be taken. A tenth more still
     * fits.
     */
    final double planned;

    FilterWidth(int records, int extraBits, double planned) {
        this.records = records;
        this.extraBits = extraBits;
        this.planned = planned;
    }

    /** The bits of a fingerprint. */
    int bits() {
        return FilterLine.LANE_BITS + extraBits;
    }

    /** The most ticks that W + L + S may take. */
    int mostTicks() {
        return FilterLine.TIMELINE_BITS - records;
    }
}
