package io.github.dedupkit.cli;

/**
 * A made-up log of ad clicks, in partitions with offsets like a Kafka topic; a pure function of its seed, so that any
 * part of it can be read again.
 *
 * <p>About one record in 128 is a producer's retry: the click of an earlier record of any partition, at an offset of its
 * own. The records of a partition stand 10 ms apart; a click's own time is up to 2 s earlier. A retry carries the time of
 * its click and follows at most 10 s later. Immutable.
 */
final class ClickStream {
    static final int PARTITIONS = 4;
    static final int ID_BYTES = 36;

    private static final long FIRST_MILLIS = 1_767_225_600_000L; // 2026-01-01T00:00:00Z
    private static final long MILLIS_PER_OFFSET = 10;
    private static final long MOST_DISORDER_MILLIS = 2_000;
    private static final int RETRY_MASK = 127;
    private static final int MOST_RETRY_DISTANCE = 1_000;
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private final long seed;
    private final int offsets;

    /**
     * Makes a log.
     *
     * @param seed decides everything in it
     * @param records its records, rounded up to a multiple of {@link #PARTITIONS}
     */
    ClickStream(long seed, int records) {
        this.seed = mix(seed);
        offsets = (records + PARTITIONS - 1) / PARTITIONS;
    }

    /** The records of each partition: offsets are 0 to this, exclusively. */
    int offsets() {
        return offsets;
    }

    /** All records. */
    int records() {
        return PARTITIONS * offsets;
    }

    /** A record's number among all, 0 to {@link #records()} exclusively. */
    int record(int partition, int offset) {
        return partition * offsets + offset;
    }

    /** The click that a record carries: the number of the click's first record. */
    int click(int partition, int offset) {
        long bits = bits(partition, offset);
        if (flaggedAsRetry(bits, offset)) {
            int earlier = offset - 1 - (int) ((bits >>> 16 & 0xFFFF) % Math.min(offset, MOST_RETRY_DISTANCE));
            int elsewhere = (int) (bits >>> 8) & PARTITIONS - 1;
            if (!flaggedAsRetry(bits(elsewhere, earlier), earlier)) {
                return record(elsewhere, earlier);
            }
        }
        return record(partition, offset);
    }

    /** Whether a record is the first one of its click, and no retry. */
    boolean isClick(int record) {
        return click(record / offsets, record % offsets) == record;
    }

    /** When a click happened, in epoch milliseconds. */
    long clickMillis(int click) {
        return arrivalMillis(click % offsets) - (mix(seed + click) >>> 1) % MOST_DISORDER_MILLIS;
    }

    /** When a record reached the log, in epoch milliseconds. */
    long arrivalMillis(int offset) {
        return FIRST_MILLIS + offset * MILLIS_PER_OFFSET;
    }

    /** Writes a click's id, a random UUID in its {@value #ID_BYTES} characters. */
    void writeId(int click, byte[] into) {
        long high = (mix(seed ^ (2L * click + 1)) & ~0xF000L) | 0x4000L;
        long low = (mix(high) & ~0xC000_0000_0000_0000L) | 0x8000_0000_0000_0000L;
        for (int i = 0, digit = 0; i < ID_BYTES; i++) {
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                into[i] = '-';
            } else {
                long half = digit < 16 ? high : low;
                into[i] = HEX[(int) (half >>> (4 * (15 - digit % 16))) & 0xF];
                digit++;
            }
        }
    }

    private static boolean flaggedAsRetry(long bits, int offset) {
        return offset > 0 && (bits & RETRY_MASK) == 0;
    }

    private long bits(int partition, int offset) {
        return mix(seed - ((long) partition << 32 | offset));
    }

    /** Finaliser of SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014). */
    static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
