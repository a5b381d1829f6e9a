package io.github.dedupkit.cli;

/** How a time is written in a record. Not thread-safe. */
abstract class TimeFormat {
    private static final long FIRST_SECOND = -62_167_219_200L; // 0000-01-01T00:00:00Z
    private static final long LAST_SECOND = 253_402_300_799L; // 9999-12-31T23:59:59Z
    private static final int MILLIS_PER_SECOND = 1000;

    private final String description;

    /**
     * Makes a format.
     *
     * @param description completes the sentence "the time is not ..."
     */
    TimeFormat(String description) {
        this.description = description;
    }

    /**
     * The format of a name: {@code epoch-s}, {@code epoch-ms}, {@code iso}, or else a pattern of
     * {@link java.time.format.DateTimeFormatter}.
     *
     * @throws CliException for a pattern that is not valid, or tells no date
     */
    static TimeFormat of(String name) {
        return switch (name) {
            case "epoch-s" -> EpochTime.seconds();
            case "epoch-ms" -> EpochTime.millis();
            case "iso" -> new IsoTime();
            default -> PatternTime.of(name);
        };
    }

    /**
     * Reads a time.
     *
     * @return epoch milliseconds; what is finer is cut off, toward the past
     * @throws MalformedRecordException if the bytes are no such time, or one outside the years 0 to 9999
     */
    abstract long parse(byte[] bytes, int start, int length) throws MalformedRecordException;

    /** Joins seconds and the milliseconds after them, within the years 0 to 9999. */
    final long millis(long epochSecond, int millisOfSecond, byte[] bytes, int start, int length)
            throws MalformedRecordException {
        if (epochSecond < FIRST_SECOND || epochSecond > LAST_SECOND) {
            throw new MalformedRecordException("has the time " + Excerpt.of(bytes, start, length)
                    + ", which is not in the years 0 to 9999; is the time format right?");
        }
        return epochSecond * MILLIS_PER_SECOND + millisOfSecond;
    }

    final MalformedRecordException malformed(byte[] bytes, int start, int length) {
        return new MalformedRecordException(
                "has the time " + Excerpt.of(bytes, start, length) + ", which is not " + description);
    }

    static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
