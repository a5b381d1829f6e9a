package io.github.dedupkit.cli;

import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How records are found and what they mean, as the user asked for it.
 *
 * @param format what a record is
 * @param keys the fields that make the key, as the format names them; empty for the whole record
 * @param delimiter between the fields of a line, at least one character; {@code \t} in it is a tab; null without
 *     fields, or if the format has its own
 * @param time the field that holds the time, named like a key; null for none
 * @param timeFormat how the time is written: {@code epoch-s}, {@code epoch-ms}, {@code iso}, or a pattern of
 *     {@link java.time.format.DateTimeFormatter}
 */
record RecordFormat(
        Format format,
        List<String> keys,
        @Nullable String delimiter,
        @Nullable String time,
        String timeFormat) {

    private static final String TAB_ESCAPE = "\\t";
    private static final char UNDECODABLE = '\uFFFD';

    /** What a record is. */
    enum Format {
        LINES,
        NDJSON,
        CSV
    }

    /** Whole lines, no time. */
    static RecordFormat lines() {
        return new RecordFormat(Format.LINES, List.of(), null, null, "iso");
    }

    /**
     * Finds the records of one input.
     *
     * @throws CliException for a delimiter that cannot be meant
     */
    RecordReader reader(InputStream in, String name, int blockBytes) {
        return format == Format.CSV
                ? new CsvRecordReader(in, name, blockBytes, csvDelimiter())
                : new LineReader(in, name, blockBytes);
    }

    /**
     * Finds keys and times.
     *
     * @throws CliException for a field name, delimiter or time format that cannot be meant
     */
    RecordParser parser(KeySpace keySpace) {
        KeyHasher hasher = keySpace.hasher();
        TimeFormat timeOrNone = time == null ? null : TimeFormat.of(timeFormat);
        return switch (format) {
            case LINES -> linesParser(hasher, timeOrNone);
            case NDJSON -> ndjsonParser(hasher, timeOrNone);
            case CSV -> new CsvParser(hasher, new CsvSplitter(csvDelimiter()), keys, time, timeOrNone);
        };
    }

    private RecordParser linesParser(KeyHasher hasher, @Nullable TimeFormat timeOrNone) {
        if (keys.isEmpty() && time == null) {
            if (delimiter != null) {
                throw CliException.usage("a delimiter splits lines into fields, but none is asked for; name one with"
                        + " --key or --time, or leave out --delimiter");
            }
            return new WholeRecordParser(hasher);
        }
        if (delimiter == null) {
            throw CliException.usage("field " + Excerpt.of(time == null ? keys.get(0) : time)
                    + " of a line needs a delimiter; give one, such as --delimiter ' ' or --delimiter '\\t', or choose"
                    + " --format csv or ndjson");
        }
        SelectedFields selected = new SelectedFields(
                hasher,
                keys.stream().mapToInt(RecordFormat::fieldNumber).toArray(),
                time == null ? FieldNumber.NONE : fieldNumber(time),
                timeOrNone);
        return new DelimitedParser(selected, delimiterBytes(delimiter));
    }

    private RecordParser ndjsonParser(KeyHasher hasher, @Nullable TimeFormat timeOrNone) {
        if (delimiter != null) {
            throw CliException.usage("JSON has no delimiter; leave out --delimiter, or choose --format lines or csv");
        }
        return new NdjsonParser(hasher, keys, time, timeOrNone);
    }

    private byte csvDelimiter() {
        if (delimiter == null) {
            return ',';
        }
        byte[] bytes = delimiterBytes(delimiter);
        if (bytes.length != 1 || bytes[0] < 0 || bytes[0] == '"' || bytes[0] == '\r') {
            throw CliException.usage("the CSV delimiter " + Excerpt.of(delimiter)
                    + " is not one ASCII character other than a quote or a line end; give one, such as ; or \\t");
        }
        return bytes[0];
    }

    private static byte[] delimiterBytes(String delimiter) {
        String text = delimiter.replace(TAB_ESCAPE, "\t");
        if (text.isEmpty()) {
            throw CliException.usage("the delimiter is empty; give at least one character, such as ' ' or \\t");
        }
        if (text.indexOf('\n') >= 0) {
            throw CliException.usage("the delimiter has a line feed, which no line has; give one that lines have");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text) || text.indexOf(UNDECODABLE) >= 0) {
            throw CliException.usage("the delimiter " + Excerpt.of(delimiter)
                    + " has a letter that this locale cannot read; choose another, or set LC_ALL=C.UTF-8");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int fieldNumber(String text) {
        int number = FieldNumber.parse(text);
        if (number == FieldNumber.NONE) {
            throw CliException.usage("the field " + Excerpt.of(text)
                    + " is not a number from 1 to 999999999; lines have no names, so give its place in the line");
        }
        return number;
    }
}
