package io.github.dedupkit.benchmarks;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;

/** Numbers, durations and rates as people write them. */
final class BenchAmount {
    private static final Map<String, Long> UNIT_MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
    private static final String[] LARGEST_FIRST = {"d", "h", "m", "s"};

    private BenchAmount() {}

    /** Reads a whole number such as {@code 1e9} or {@code 1_000_000}; the option's name is for the message. */
    static long count(String option, String text) {
        try {
            long count = new BigDecimal(text.replace("_", "")).longValueExact();
            if (count > 0) {
                return count;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Told below.
        }
        throw BenchException.usage(
                option + " " + text + " is no whole number above 0; give one such as 1e9 or 1_000_000");
    }

    /** Reads a duration of whole milliseconds such as {@code 24h}. */
    static Duration duration(String option, String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        Long scale = UNIT_MILLIS.get(text.substring(digits));
        if (scale != null) {
            try {
                return Duration.ofMillis(Math.multiplyExact(Long.parseLong(text.substring(0, digits)), scale));
            } catch (ArithmeticException | NumberFormatException e) {
                // Told below.
            }
        }
        throw BenchException.usage(
                option + " " + text + " is no duration; give a whole number and ms, s, m, h or d, such as 24h");
    }

    /** Reads a rate such as {@code 1e9/d}; returns the milliseconds between two events. */
    static double millisPerEvent(String option, String text) {
        int slash = text.indexOf('/');
        Long unit = UNIT_MILLIS.get(text.substring(slash + 1));
        if (slash < 0 || unit == null) {
            throw BenchException.usage(
                    option + " " + text + " is no rate; give a number, a slash and ms, s, m, h or d, such as 1e9/d");
        }
        return (double) unit / count(option, text.substring(0, slash));
    }

    /** A duration for people, in the largest unit that leaves no fraction. */
    static String text(Duration duration) {
        long millis = duration.toMillis();
        for (String unit : LARGEST_FIRST) {
            long scale = UNIT_MILLIS.getOrDefault(unit, 1L);
            if (millis != 0 && millis % scale == 0) {
                return millis / scale + unit;
            }
        }
        return millis < 1_000 ? millis + "ms" : millis / 1_000.0 + "s";
    }
}
