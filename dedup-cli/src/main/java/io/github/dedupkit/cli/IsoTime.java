package io.github.dedupkit.cli;

import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * A date or an instant as in ISO 8601: {@code 2015-05-17}, which is midnight, {@code 2015-05-17T10:05},
 * {@code 2015-05-17 10:05:03.25}; a time in UTC or with an offset such as {@code Z}, {@code +02}, {@code -0330} or
 * {@code +05:30}.
 *
 * <p>A leap second, 23:59:60 in UTC, is the second that follows it, as in POSIX.
 */
final class IsoTime extends TimeFormat {
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int SECONDS_PER_HOUR = 3600;
    private static final int SECONDS_PER_DAY = 86_400;
    private static final int MAX_HOUR = 23;
    private static final int MAX_MINUTE = 59;
    private static final int LEAP_SECOND = 60;
    private static final int MILLI_DIGITS = 3;

    // The value that is being read, and where its next character stands.
    private byte[] text = {};
    private int start;
    private int end;
    private int at;

    // The date read last: neighbours in a log have the same one.
    private int lastDate = -1;
    private long lastEpochDay;

    IsoTime() {
        super("iso: such as 2015-05-17, 2015-05-17T10:05:03Z or 2015-05-17 10:05:03.25+02:00");
    }

    @Override
    long parse(byte[] bytes, int from, int length) throws MalformedRecordException {
        text = bytes;
        start = from;
        end = from + length;
        at = from;
        long second = epochDay() * SECONDS_PER_DAY;
        int millis = 0;
        if (at < end) {
            require(skip('T') || skip('t') || skip(' '));
            int secondOfDay = number(2, MAX_HOUR) * SECONDS_PER_HOUR;
            require(skip(':'));
            secondOfDay += number(2, MAX_MINUTE) * SECONDS_PER_MINUTE;
            int secondOfMinute = skip(':') ? number(2, LEAP_SECOND) : 0;
            millis = skip('.') || skip(',') ? fraction() : 0;
            second += secondOfDay + secondOfMinute - offset();
            require(at == end);
            require(secondOfMinute < LEAP_SECOND || Math.floorMod(second, SECONDS_PER_DAY) == 0);
        }
        return millis(second, millis, bytes, from, length);
    }

    private long epochDay() throws MalformedRecordException {
        int year = number(4, 9999);
        require(skip('-'));
        int month = number(2, 12);
        require(skip('-'));
        int day = number(2, 31);
        int date = (year * 100 + month) * 100 + day;
        if (date != lastDate) {
            try {
                lastEpochDay = LocalDate.of(year, month, day).toEpochDay();
            } catch (DateTimeException e) {
                throw malformed();
            }
            lastDate = date;
        }
        return lastEpochDay;
    }

    /** Reads digits to the last; keeps the milliseconds. */
    private int fraction() throws MalformedRecordException {
        int first = at;
        int millis = 0;
        for (; at < end && isDigit(text[at]); at++) {
            millis = at - first < MILLI_DIGITS ? millis * 10 + text[at] - '0' : millis;
        }
        require(at > first);
        for (int digits = at - first; digits < MILLI_DIGITS; digits++) {
            millis *= 10;
        }
        return millis;
    }

    /** Reads an offset, if there is one, in seconds east of UTC. */
    private int offset() throws MalformedRecordException {
        if (at == end || skip('Z') || skip('z')) {
            return 0;
        }
        boolean west = skip('-');
        require(west || skip('+'));
        int seconds = number(2, MAX_HOUR) * SECONDS_PER_HOUR;
        if (at < end) {
            skip(':');
            seconds += number(2, MAX_MINUTE) * SECONDS_PER_MINUTE;
        }
        return west ? -seconds : seconds;
    }

    private int number(int digits, int max) throws MalformedRecordException {
        require(end - at >= digits);
        int number = 0;
        for (int i = 0; i < digits; i++, at++) {
            require(isDigit(text[at]));
            number = number * 10 + text[at] - '0';
        }
        require(number <= max);
        return number;
    }

    private boolean skip(char wanted) {
        boolean found = at < end && text[at] == wanted;
        at += found ? 1 : 0;
        return found;
    }

    private void require(boolean condition) throws MalformedRecordException {
        if (!condition) {
            throw malformed();
        }
    }

    private MalformedRecordException malformed() {
        return malformed(text, start, end - start);
    }
}
