package io.github.dedupkit.cli;

import java.time.Duration;
import java.util.Locale;

/** Durations and sizes as people write them: a whole number and a unit. */
final class Amount {
    private static final String[] DURATION_UNITS = {"d", "h", "m", "s", "ms"};
    private static final long[] DURATION_MILLIS = {86_400_000, 3_600_000, 60_000, 1_000, 1};
    private static final String[] SIZE_UNITS = {"t", "g", "m", "k"};
    private static final long[] SIZE_BYTES = {1L << 40, 1L << 30, 1L << 20, 1L << 10};

    private static final double LEAST_PROBABILITY = 1e-12;
    private static final double HIGHEST_PROBABILITY = 0.1;

    private Amount() {}

    /** Reads a duration, 1 ms or more, such as {@code 90s}; the option's name is for the message. */
    static Duration duration(String option, String text) {
        return Duration.ofMillis(parse(
                text,
                DURATION_UNITS,
                DURATION_MILLIS,
                option + " " + text
                        + " is no duration; give a whole number above 0 and ms, s, m, h or d, such as 24h"));
    }

    /** Reads a size in bytes, 1 KiB or more, such as {@code 512m}; the option's name is for the message. */
    static long bytes(String option, String text) {
        return parse(
                text.toLowerCase(Locale.ROOT),
                SIZE_UNITS,
                SIZE_BYTES,
                option + " " + text + " is no size; give a whole number above 0 and k, m, g or t, such as 512m");
    }

    /** Reads a number, 1 or more; the option's name is for the message. */
    static long count(String option, String text) {
        String refusal = option + " " + text + " is no number of keys; give 1 or more, such as 5000000";
        return parse(text, new String[] {""}, new long[] {1}, refusal);
    }

    /** Reads a probability, 1e-12 to 0.1; the option's name is for the message. */
    static double probability(String option, String text) {
        double probability = Double.NaN;
        try {
            probability = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            // refused below, with what is out of bounds
        }
        if (probability >= LEAST_PROBABILITY && probability <= HIGHEST_PROBABILITY) {
            return probability;
        }
        throw CliException.usage(
                option + " " + text + " is no probability that will do; give 1e-12 to 0.1, such as 1e-6");
    }

    /** A duration in the largest unit that leaves no fraction. */
    static String text(Duration duration) {
        return text(duration.toMillis(), DURATION_UNITS, DURATION_MILLIS, "ms");
    }

    /** A size in the largest unit that leaves no fraction; bytes are spelled out. */
    static String text(long bytes) {
        return text(bytes, SIZE_UNITS, SIZE_BYTES, " bytes");
    }

    private static long parse(String text, String[] units, long[] scales, String refusal) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        String unit = text.substring(digits);
        for (int i = 0; i < units.length; i++) {
            if (units[i].equals(unit)) {
                try {
                    long amount = Math.multiplyExact(Long.parseLong(text.substring(0, digits)), scales[i]);
                    if (amount > 0) {
                        return amount;
                    }
                } catch (ArithmeticException | NumberFormatException e) {
                    throw CliException.usage(refusal); // no digits, or too many
                }
            }
        }
        throw CliException.usage(refusal);
    }

    private static String text(long amount, String[] units, long[] scales, String smallest) {
        for (int i = 0; i < units.length; i++) {
            if (amount != 0 && amount % scales[i] == 0) {
                return amount / scales[i] + units[i];
            }
        }
        return amount + smallest;
    }
}
