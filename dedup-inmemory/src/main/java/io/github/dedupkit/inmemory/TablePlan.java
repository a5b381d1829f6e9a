package io.github.dedupkit.inmemory;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a table and of those that it overflows to.
 *
 * @param width what a record holds
 * @param expectedKeys to make room for
 * @param maximumBytes to grow to, or 0 for none
 * @param fingerprintBits that are used, at most {@link Line#FINGERPRINT_BITS}
 * @param evicts whether the oldest record makes room for a new one
 * @param restored the snapshot that gives the sizes to begin with, if there is one
 */
record TablePlan(
        Width width,
        long expectedKeys,
        long maximumBytes,
        int fingerprintBits,
        boolean evicts,
        @Nullable SnapshotHeader restored) {
    private static final int LEVELS = 4;

    /**
     * A line of an overflow table for so many: with one for 16, a steady flow of keys fills the overflow tables before
     * the first one, at a load only a twentieth above the planned one.
     */
    private static final int OVERFLOW_SHARE = 9;

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
        return restored != null ? restored.lineBytes() : bytes(lines());
    }

    /** How often the table may double, or has doubled. */
    int doublings() {
        if (restored != null) {
            return Math.max(affordableDoublings(), restored.levels().get(0).doublings());
        }
        return grows() ? logarithm(maximumLines() / plannedLines()) : 0;
    }

    /**
     * Refuses a snapshot of a table that is too large or too small for the plan.
     *
     * @throws IllegalArgumentException naming the numbers that fit
     */
    void requireRestorable(Path file) {
        SnapshotHeader held = Objects.requireNonNull(restored);
        if (maximumBytes != 0 && maximumBytes < held.lineBytes()) {
            throw new IllegalArgumentException("maximumBytes " + maximumBytes + " is less than the " + held.lineBytes()
                    + " bytes of the table in " + file + "; allow as much");
        }
        long most = shape(0).maximumLines();
        if (most < plannedLines()) {
            long enough = held.levels().get(0).baseLines();
            while (enough < plannedLines()) {
                enough *= 2;
            }
            throw new IllegalArgumentException("expectedKeys " + expectedKeys + " is more than the "
                    + (long) (most * width.planned) + " that the table in " + file
                    + " may hold; expect no more, or let it grow with maximumBytes("
                    + (bytes(enough) + Line.BYTES) + ")");
        }
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
            for (int level = LEVELS - 1; level > 0; level--) {
                table = new LineTable(shape(level), presentLines(level), level, ages, time, table);
            }
            return new LineTable(shape(0), presentLines(0), 0, ages, time, table);
        } catch (OutOfMemoryError e) {
            IllegalArgumentException refusal = LineMemory.noDirectMemory(firstBytes());
            refusal.initCause(e);
            throw refusal;
        }
    }

    private TableShape shape(int level) {
        long lines = firstLines(level);
        long most =
                restored == null ? lines << doublings() : Math.max(lines << affordableDoublings(), presentLines(level));
        return new TableShape(
                width,
                lines,
                most,
                most > presentLines(level) ? chunkShift(lines) : LineMemory.shiftFor(most),
                (1L << fingerprintBits) - 1,
                overflowShare(),
                evicts && level == 0);
    }

    /** The lines of a table before its first doubling. */
    private long firstLines(int level) {
        if (restored != null) {
            return restored.levels().get(level).baseLines();
        }
        long share = (long) Math.pow(overflowShare(), level);
        return Math.max(LEAST_LINES, lines() / share);
    }

    /** The lines of a table when it is made. */
    private long presentLines(int level) {
        return restored != null ? restored.levels().get(level).lines() : firstLines(level);
    }

    /** How often the restored table, as it was before its first doubling, fits the memory allowed. */
    private int affordableDoublings() {
        long times = (long) (maximumBytes / bytesPerLine()) / firstLines(0);
        return Math.min(MOST_DOUBLINGS, logarithm(Math.max(1, times)));
    }

    private static int logarithm(long times) {
        return magnitude(times) - 1;
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
        long affordable = (long) (maximumBytes / bytesPerLine());
        return Math.min(affordable, plannedLines() << MOST_DOUBLINGS);
    }

    private boolean grows() {
        return maximumBytes / 2 >= bytes(plannedLines());
    }

    private int overflowShare() {
        return restored != null ? restored.overflowShare() : OVERFLOW_SHARE;
    }

    private long bytes(long lines) {
        return (long) (lines * bytesPerLine());
    }

    /** A line, and its share in the tables that it overflows to. */
    private double bytesPerLine() {
        return Line.BYTES * overflowShare() / (overflowShare() - 1.0);
    }
}
