package io.github.dedupkit.inmemory;

/**
 * The layouts of a {@link FilterLine}: the more bits a fingerprint has, the fewer there is room for.
 */
enum FilterWidth {
    BITS_16(27, 0),
    BITS_18(24, 2),
    BITS_21(20, 5),
    BITS_24(18, 8),
    BITS_32(13, 16);

    /** The part of the places in a line that is planned to be taken, those that overflow included: a tenth more still fits. */
    private static final double PLANNED_LOAD = 0.8;

    /** The places for fingerprints in a line. */
    final int records;

    /** The bits of a fingerprint beyond its first 16, which are kept apart from these. */
    final int extraBits;

    FilterWidth(int records, int extraBits) {
        this.records = records;
        this.extraBits = extraBits;
    }

    /** The bits of a fingerprint. */
    int bits() {
        return FilterLine.LANE_BITS + extraBits;
    }

    /** The records that a line is planned for. */
    double planned() {
        return records * PLANNED_LOAD;
    }

    /** The most ticks that W + L + S may take. */
    int mostTicks() {
        return FilterLine.TIMELINE_BITS - records;
    }
}
