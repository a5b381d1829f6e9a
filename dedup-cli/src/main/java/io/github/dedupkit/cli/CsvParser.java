package io.github.dedupkit.cli;

import io.github.dedupkit.KeyHasher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds columns by name or number in CSV records, each of which must have as many fields as the header. Names are compared
 * as UTF-8. Not thread-safe.
 */
final class CsvParser implements RecordParser {
    private static final int NO_SLOT = -1;
    private static final int FIRST_BYTES = 256;

    private final KeyHasher hasher;
    private final CsvSplitter splitter;
    private final List<String> keys;
    private final @Nullable String time;
    private final @Nullable TimeFormat timeFormat;
    private final CsvSplitter.Fields taker = this::takeField;

    private SelectedFields selected;
    private int[] slotOfColumn = {};
    private byte[] content = new byte[FIRST_BYTES]; // of the fields asked for, quotes removed
    private int contentLength;

    /**
     * Reads columns.
     *
     * @param keys the names or numbers of the columns that make the key, none for the whole record
     * @param time the name or number of the column that holds the time, or null for no time
     * @param timeFormat how the time is written, or null for no time
     */
    CsvParser(
            KeyHasher hasher,
            CsvSplitter splitter,
            List<String> keys,
            @Nullable String time,
            @Nullable TimeFormat timeFormat) {
        this.hasher = hasher;
        this.splitter = splitter;
        this.keys = List.copyOf(keys);
        this.time = time;
        this.timeFormat = timeFormat;
        selected = new SelectedFields(hasher, new int[0], FieldNumber.NONE, null);
    }

    @Override
    public void header(byte[] bytes, int start, int length) {
        int mark = ByteOrderMark.lengthAt(bytes, start, start + length);
        List<String> names = new ArrayList<>();
        try {
            splitter.split(
                    bytes,
                    start + mark,
                    length - mark,
                    (index, latin1, offset, count) -> names.add(new String(latin1, offset, count)));
        } catch (MalformedRecordException e) {
            throw CliException.failed("the header " + e.text());
        }
        CsvColumns columns = new CsvColumns(names);
        selected = new SelectedFields(
                hasher,
                keys.stream().mapToInt(columns::number).toArray(),
                time == null ? FieldNumber.NONE : columns.number(time),
                timeFormat);
        slotOfColumn = new int[names.size()];
        Arrays.fill(slotOfColumn, NO_SLOT);
        for (int slot = 0; slot < selected.slots(); slot++) {
            slotOfColumn[selected.number(slot) - 1] = slot;
        }
    }

    @Override
    public void parse(byte[] bytes, int start, int length, RecordFields fields) throws MalformedRecordException {
        contentLength = 0;
        int count = splitter.split(bytes, start, length, taker);
        if (count != slotOfColumn.length) {
            throw new MalformedRecordException("has " + count + (count == 1 ? " field" : " fields")
                    + ", but the header has " + slotOfColumn.length);
        }
        selected.fill(bytes, start, length, content, fields);
    }

    private void takeField(int index, char[] latin1, int offset, int length) {
        int slot = index < slotOfColumn.length ? slotOfColumn[index] : NO_SLOT;
        if (slot == NO_SLOT) {
            return;
        }
        int end = contentLength + length;
        if (end > content.length) {
            content = Arrays.copyOf(content, Math.max(end, 2 * content.length));
        }
        for (int i = 0; i < length; i++) {
            content[contentLength + i] = (byte) latin1[offset + i];
        }
        selected.locate(slot, contentLength, end);
        contentLength = end;
    }
}
