package io.github.dedupkit.benchmarks;

/**
 * Keys of the numbers from 0, all different, made by hand. A table takes its fingerprint from 16 bits of a key's upper
 * half and 24 bits of its lower half, and the place in the table from the upper bits of the lower half. Where all but
 * some of those 40 bits are the same in every key, that table has a fingerprint of so many bits, and its false
 * duplicates are frequent enough to be counted; everything else is as it is with 40.
 *
 * @param bits of the fingerprint that differ: 1 to 24, or 40
 */
record AccuracyKeys(int bits) {
    /** As a key space makes them. */
    static final int REAL_BITS = 40;

    static final int MOST_SMALL_BITS = 24;

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    AccuracyKeys {
        if (bits != REAL_BITS && (bits < 1 || bits > MOST_SMALL_BITS)) {
            throw new IllegalArgumentException("bits " + bits + " cannot be arranged by choosing keys; give 1 to "
                    + MOST_SMALL_BITS + ", or " + REAL_BITS);
        }
    }

    long high(long number) {
        return bits == REAL_BITS ? DayEvents.mix(number * GOLDEN + 1) : 0;
    }

    long low(long number) {
        long mixed = DayEvents.mix(number * GOLDEN);
        return bits == REAL_BITS ? mixed : mixed & ~((1L << MOST_SMALL_BITS) - (1L << bits));
    }

    /** How much more frequent false duplicates are than with the real fingerprint. */
    double factor() {
        return Math.pow(2, REAL_BITS - bits);
    }
}
