package io.github.dedupkit.cli;

import java.util.Arrays;

/**
 * Finds fields by their number in a line with a delimiter between any two: two delimiters in a row have an empty field
 * between them. Not thread-safe.
 */
final class DelimitedParser implements RecordParser {
    private final SelectedFields selected;
    private final byte[] delimiter;

    DelimitedParser(SelectedFields selected, byte[] delimiter) {
        this.selected = selected;
        this.delimiter = delimiter.clone();
    }

    @Override
    public void parse(byte[] bytes, int start, int length, RecordFields fields) throws MalformedRecordException {
        int end = start + length;
        int fieldStart = start;
        int fieldEnd = delimiterFrom(bytes, start, end);
        int number = 1;
        for (int slot = 0; slot < selected.slots(); slot++) {
            for (; number < selected.number(slot); number++) {
                if (fieldEnd == end) {
                    throw new MalformedRecordException("has " + number + (number == 1 ? " field" : " fields")
                            + ", no field " + selected.number(slot));
                }
                fieldStart = fieldEnd + delimiter.length;
                fieldEnd = delimiterFrom(bytes, fieldStart, end);
            }
            selected.locate(slot, fieldStart, fieldEnd);
        }
        selected.fill(bytes, start, length, bytes, fields);
    }

    /** The place of the next delimiter, or the end. */
    private int delimiterFrom(byte[] bytes, int from, int end) {
        int at = ByteSearch.indexOf(bytes, from, end, delimiter[0]);
        while (at != ByteSearch.NONE && at <= end - delimiter.length) {
            if (Arrays.equals(bytes, at, at + delimiter.length, delimiter, 0, delimiter.length)) {
                return at;
            }
            at = ByteSearch.indexOf(bytes, at + 1, end, delimiter[0]);
        }
        return end;
    }
}
