package io.github.dedupkit.cli;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.IsoEra;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Arrays;
import java.util.Locale;

/**
 * A time in a pattern of {@link DateTimeFormatter}, with English names, in upper or lower case. What the pattern lacks is
 * the first there is: January, the first, midnight; and UTC. {@code yyyy} and {@code uuuu} are both the year. A date that
 * does not exist, such as 30 February, is none.
 *
 * <p>The last value is kept: the lines of a log repeat their second.
 */
final class PatternTime extends TimeFormat {
    private static final String EXAMPLE = "dd/MMM/yyyy:HH:mm:ss Z";
    private static final int MAX_BYTES = 256;

    /** Every field differs from its default, and the hour from the same one in the morning. */
    private static final ZonedDateTime SAMPLE = ZonedDateTime.of(2015, 5, 17, 22, 5, 3, 47_000_000, ZoneOffset.UTC);

    private final DateTimeFormatter formatter;
    private byte[] last = {};
    private long lastMillis;

    private PatternTime(String pattern, DateTimeFormatter formatter) {
        super("of the pattern " + Excerpt.of(pattern));
        this.formatter = formatter;
    }

    /**
     * The format of a pattern.
     *
     * @throws CliException if it is not valid, or what it writes cannot be read back as the same time
     */
    static PatternTime of(String pattern) {
        String problem;
        try {
            DateTimeFormatter formatter = formatter(pattern);
            String text = formatter.format(SAMPLE);
            if (formatter.format(zonedTime(formatter, text)).equals(text)) {
                return new PatternTime(pattern, formatter);
            }
            problem = "leaves open which time it means";
        } catch (DateTimeException e) {
            problem = "leaves open which time it means, as without a year";
        } catch (IllegalArgumentException e) {
            problem = "is not valid: " + Excerpt.printable(String.valueOf(e.getMessage())); // which repeats the pattern
        } catch (RuntimeException e) {
            problem = "is not valid"; // the JDK fails on a pad letter among numbers with a ClassCastException
        }
        throw CliException.usage("the time format " + Excerpt.of(pattern) + " " + problem
                + "; give epoch-s, epoch-ms, iso, or a pattern such as " + EXAMPLE);
    }

    @Override
    long parse(byte[] bytes, int start, int length) throws MalformedRecordException {
        if (length > 0 && Arrays.equals(bytes, start, start + length, last, 0, last.length)) {
            return lastMillis;
        }
        if (length > MAX_BYTES) {
            throw malformed(bytes, start, length);
        }
        ZonedDateTime time;
        try {
            time = zonedTime(formatter, new String(bytes, start, length, StandardCharsets.UTF_8));
        } catch (DateTimeException e) {
            throw malformed(bytes, start, length);
        }
        int millisOfSecond = time.get(ChronoField.MILLI_OF_SECOND);
        lastMillis = millis(time.toEpochSecond(), millisOfSecond, bytes, start, length);
        last = Arrays.copyOfRange(bytes, start, start + length);
        return lastMillis;
    }

    /** Strict, or 30 February would be the 28th; and strict wants an era with {@code yyyy}. */
    private static DateTimeFormatter formatter(String pattern) {
        DateTimeFormatterBuilder builder =
                new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern(pattern);
        if (hasLetter(pattern, 'y') && !hasLetter(pattern, 'G')) {
            builder.parseDefaulting(ChronoField.ERA, IsoEra.CE.getValue());
        }
        return builder.toFormatter(Locale.ENGLISH).withResolverStyle(ResolverStyle.STRICT);
    }

    private static boolean hasLetter(String pattern, char letter) {
        boolean quoted = false;
        for (int i = 0; i < pattern.length(); i++) {
            quoted ^= pattern.charAt(i) == '\'';
            if (!quoted && pattern.charAt(i) == letter) {
                return true;
            }
        }
        return false;
    }

    private static ZonedDateTime zonedTime(DateTimeFormatter formatter, String text) {
        TemporalAccessor parsed = formatter.parse(text);
        LocalTime time = parsed.query(TemporalQueries.localTime());
        ZoneId zone = parsed.query(TemporalQueries.offset());
        if (zone == null) {
            zone = parsed.query(TemporalQueries.zone());
        }
        return ZonedDateTime.of(
                date(parsed), time == null ? LocalTime.MIDNIGHT : time, zone == null ? ZoneOffset.UTC : zone);
    }

    private static LocalDate date(TemporalAccessor parsed) {
        LocalDate date = parsed.query(TemporalQueries.localDate());
        return date != null
                ? date
                : LocalDate.of(
                        parsed.get(ChronoField.YEAR),
                        getOrFirst(parsed, ChronoField.MONTH_OF_YEAR),
                        getOrFirst(parsed, ChronoField.DAY_OF_MONTH));
    }

    private static int getOrFirst(TemporalAccessor parsed, ChronoField field) {
        return parsed.isSupported(field) ? parsed.get(field) : 1;
    }
}
