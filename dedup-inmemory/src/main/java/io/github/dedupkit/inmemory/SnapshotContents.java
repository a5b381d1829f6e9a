package io.github.dedupkit.inmemory;

/** What the lines of a snapshot hold: a number of snapshot format 1 of {@code docs/formats.md}. */
enum SnapshotContents {
    NARROW(0, "narrow table, which keeps no origins; build it with buildNarrow()"),
    WIDE(1, "wide table, which keeps origins; build it with buildWide()"),
    FILTER(2, "filter, a FingerprintFilterDeduplicationStore; build one");

    /** In the file. */
    final int number;

    /** What it is of, and how to get such a store. */
    final String description;

    SnapshotContents(int number, String description) {
        this.number = number;
        this.description = description;
    }

    /**
     * What a number stands for.
     *
     * @throws IllegalArgumentException if it stands for nothing
     */
    static SnapshotContents of(int number) {
        for (SnapshotContents each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("its width is " + number);
    }
}
