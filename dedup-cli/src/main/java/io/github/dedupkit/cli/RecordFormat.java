package io.github.dedupkit.cli;

import io.github.dedupkit.KeySpace;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How records are found and what they mean, as the user asked for it.
 *
 * @param format what a record is
 * @param keys the fields that make the key, as the format names them; empty for the whole record
 * @param delimiter between the fields of a line, at least one character; null without fields, or if the format has its own
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

    /** Finds the records of one input. */
    RecordReader reader(InputStream in, String name, int blockBytes) {
        return new LineReader(in, name, blockBytes);
    }

    /**
     * Finds keys and times.
     *
     * @throws CliException for a field name, delimiter or time format that cannot be meant
     */
    RecordParser parser(KeySpace keySpace) {
        return new WholeRecordParser(keySpace);
    }
}
