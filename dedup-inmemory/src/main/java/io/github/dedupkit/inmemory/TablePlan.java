package io.github.dedupkit.inmemory;

/**
 * The sizes of a table and of those that it overflows to.
 *
 * @param width what a record holds
 * @param expectedKeys to make room for
 * @param maximumBytes to grow to, or 0 for none
 * @param fingerprintBits that are used, at most {@link Line#FINGERPRINT_BITS}
 * @param evicts whether the oldest record makes room for a new one
 */
record TablePlan(Width width, long expectedKeys, long maximumBytes, int fingerprintBits, boolean evicts) {
    private static final int LEVELS = 4;

    /**
     * A line of an overflow table for so many: with one for 16, a steady flow of keys fills the overflow tables before the first
     * one, at a load only a twentieth above the planned one.
     */
    private static final int OVERFLOW_SHARE = 8;

    /** With its share in the tables that it overflows to. */
    private static final double BYTES_PER_LINE = Line.BYTES * OVERFLOW_SHARE / (OVERFLOW_SHARE - 1.0);

    private static final int MOST_DOUBLINGS = 20;
    private static final long LEAST_LINES = 16;
    private static final int LEAST_CHUNK_SHIFT = 9;
    private static final int CHUNK_SHIFT = 14;

    /** About as many chunks at most, so that what describes them stays close to the processor. */
    private static final int CHUNKS_SHIFT = 12;

    /** The memory planned for the expected keys. */
    long plannedBytes() {
        return bytes(plannedLines());
    }

    /** The memory taken at once. */
    long firstBytes() {
        return bytes(lines());
    }

    /** How often the table may double. */
    int doublings() {
        return grows() ? Long.SIZE - 1 - Long.numberOfLeadingZeros(maximumLines() / plannedLines()) : 0;
    }

    /** The probability of a false duplicate at the planned, or the largest, size. */
    double falseDuplicateProbability() {
        // A look-up compares the records of a line, and at times those of a line that it overflows to.
        double compared = width.planned * 1.25;
        return Math.min(compared * (1L << doublings()) / (1L << fingerprintBits), 0.999);
    }

    /**
     * Makes the tables.
     *
     * @throws IllegalArgumentException if the JVM or the machine has no memory for them
     */
    LineTable build(Ages ages, EventTime time) {
        LineMemory.requireRoomFor(firstBytes());
        try {
            LineTable table = null;
            long share = (long) Math.pow(OVERFLOW_SHARE, LEVELS - 1);
            for (int level = LEVELS - 1; level > 0; level--, share /= OVERFLOW_SHARE) {
                table = new LineTable(shape(share), level, ages, time, table);
            }
            return new LineTable(shape(1), 0, ages, time, table);
        } catch (OutOfMemoryError e) {
            IllegalArgumentException refusal = LineMemory.noDirectMemory(firstBytes());
            refusal.initCause(e);
            throw refusal;
        }
    }

    private TableShape shape(long share) {
        long lines = Math.max(LEAST_LINES, lines() / share);
        return new TableShape(
                width,
                lines,
                lines << doublings(),
                grows() ? chunkShift(lines) : LineMemory.shiftFor(lines),
                (1L << fingerprintBits) - 1,
                OVERFLOW_SHARE,
                evicts && share == 1);
    }

    private int chunkShift(long lines) {
        int shift = Math.max(LEAST_CHUNK_SHIFT, Math.min(CHUNK_SHIFT, magnitude(lines)));
        return Math.min(LineMemory.LARGEST_SHIFT, Math.max(shift, magnitude(lines << doublings()) - CHUNKS_SHIFT));
    }

    private static int magnitude(long lines) {
        return Long.SIZE - Long.numberOfLeadingZeros(lines);
    }

    /** The lines to begin with: as planned, or so many more that the last doubling ends at the maximum. */
    private long lines() {
        return grows() ? maximumLines() >> doublings() : plannedLines();
    }

    private long plannedLines() {
        return Math.max(LEAST_LINES, (long) Math.ceil(expectedKeys / width.planned));
    }

    private long maximumLines() {
        long affordable = (long) (maximumBytes / BYTES_PER_LINE);
        return Math.min(affordable, plannedLines() << MOST_DOUBLINGS);
    }

    private boolean grows() {
        return maximumBytes / 2 >= bytes(plannedLines());
    }

    private static long bytes(long lines) {
        return (long) (lines * BYTES_PER_LINE);
    }
}
