package io.github.dedupkit.benchmarks;

import java.util.Locale;

/**
 * What a month of a billion new keys a day asks for: memory and machines for the filter, and what its false duplicates cost,
 * alone or in front of an exact store.
 *
 * @param probability of a false duplicate
 * @param bitsPerKey of the filter, for each key in W
 */
record FilterMonth(double probability, double bitsPerKey) {
    static final double KEYS_A_DAY = 1e9;
    static final int DAYS = 30;

    /** Memory of a machine, in GB, and what of it the filter gets. */
    static final double MACHINE_GIGABYTES = 64;

    private static final double FILTER_SHARE = 0.75;
    private static final double SECONDS_A_DAY = 86_400;

    /** Of all events: with them come more events than new keys. */
    private static final double DUPLICATES = 0.05;

    static final String HEAD = """
            | p | bits per key | memory | machines of 64 GB | dropped wrongly a day, filter alone | reads a second of the exact store behind it |
            |---|---:|---:|---:|---:|---:|
            """;

    FilterMonth {
        // As they are printed, so that the rest of a line follows from them.
        probability = Double.parseDouble(String.format(Locale.ROOT, "%.1e", probability));
        bitsPerKey = Math.round(bitsPerKey * 10) / 10.0;
    }

    double gigabytes() {
        return KEYS_A_DAY * DAYS * bitsPerKey / Byte.SIZE / 1e9;
    }

    /** Each has its part of the keys, by the bits of the key. */
    long machines() {
        return (long) Math.ceil(gigabytes() / (MACHINE_GIGABYTES * FILTER_SHARE));
    }

    double droppedADay() {
        return KEYS_A_DAY * probability;
    }

    /** Every duplicate, and every new key that is taken for one. */
    double readsASecond() {
        return KEYS_A_DAY / SECONDS_A_DAY * (probability + DUPLICATES / (1 - DUPLICATES));
    }

    /** A line below {@link #HEAD}. */
    String line() {
        return String.format(
                Locale.ROOT,
                "| %.1e | %.1f | %,.0f GB | %d | %,.0f | %,.0f |",
                probability,
                bitsPerKey,
                gigabytes(),
                machines(),
                droppedADay(),
                readsASecond());
    }
}
