package io.github.dedupkit.inmemory;

/** What a record in a {@link Line} holds, and so how many there are. */
enum Width {
    /** A tick and a fingerprint. */
    NARROW(SnapshotContents.NARROW, 10, 8, 6.7, 6),

    /** A tick, a fingerprint, and a tag in place of an origin. */
    WIDE(SnapshotContents.WIDE, 7, 7, 3.8, 3);

    /** What a snapshot calls it. */
    final SnapshotContents contents;

    /** The places for records in a line. */
    final int records;

    /** All ones in the bytes of word 1 that are ticks of records. */
    final long places;

    /** The records that a line is planned for, those that overflow included: a tenth more still find room. */
    final double planned;

    /** A growing table begins a doubling at this many records per line on average, and is through before there is one more. */
    final int fullest;

    Width(SnapshotContents contents, int records, int ticksInWord, double planned, int fullest) {
        this.contents = contents;
        this.records = records;
        this.places = -1L >>> (Long.SIZE - ticksInWord * Byte.SIZE);
        this.planned = planned;
        this.fullest = fullest;
    }
}
