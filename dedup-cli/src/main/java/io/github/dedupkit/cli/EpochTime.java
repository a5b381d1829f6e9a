package io.github.dedupkit.cli;

/** A decimal number of seconds or milliseconds since 1970, negative before. */
final class EpochTime extends TimeFormat {
    private static final int MILLI_DIGITS = 3;
    private static final int MILLIS_PER_SECOND = 1000;

    /** Stands for all numbers that are too large; ten times as much is still a long. */
    private static final long TOO_LARGE = Long.MAX_VALUE / 20;

    private final int fractionDigits;

    private EpochTime(int fractionDigits, String description) {
        super(description);
        this.fractionDigits = fractionDigits;
    }

    static EpochTime seconds() {
        return new EpochTime(MILLI_DIGITS, "epoch-s: seconds since 1970, such as 1431857103 or 1431857103.25");
    }

    static EpochTime millis() {
        return new EpochTime(0, "epoch-ms: milliseconds since 1970, such as 1431857103250");
    }

    @Override
    long parse(byte[] bytes, int start, int length) throws MalformedRecordException {
        int end = start + length;
        boolean negative = length > 0 && bytes[start] == '-';
        int first = negative ? start + 1 : start;
        int i = first;
        long millis = 0;
        for (; i < end && isDigit(bytes[i]); i++) {
            millis = append(millis, bytes[i] - '0');
        }
        if (i == first) {
            throw malformed(bytes, start, length);
        }
        int kept = 0;
        boolean cut = false;
        if (i < end && bytes[i] == '.') {
            int point = i++;
            for (; i < end && isDigit(bytes[i]); i++) {
                if (kept < fractionDigits) {
                    millis = append(millis, bytes[i] - '0');
                    kept++;
                } else {
                    cut |= bytes[i] != '0';
                }
            }
            if (i == point + 1) {
                throw malformed(bytes, start, length);
            }
        }
        if (i < end) {
            throw malformed(bytes, start, length);
        }
        for (; kept < fractionDigits; kept++) {
            millis = append(millis, 0);
        }
        long signed = !negative ? millis : cut ? -millis - 1 : -millis;
        return millis(
                Math.floorDiv(signed, MILLIS_PER_SECOND),
                Math.floorMod(signed, MILLIS_PER_SECOND),
                bytes,
                start,
                length);
    }

    private static long append(long number, int digit) {
        return Math.min(TOO_LARGE, number * 10 + digit);
    }
}
