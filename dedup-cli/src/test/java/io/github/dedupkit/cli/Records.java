package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.KeySpace;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads and parses records in tests. Bytes are shown as ISO 8859-1. */
final class Records {
    static final KeySpace KEYS = KeySpace.trusted("test");

    private Records() {}

    /** A record: the line it begins on, its bytes without and with its terminator. */
    record Found(long line, String text, String whole) {}

    /** What a reader made of an input. */
    record Input(List<Found> headers, List<Found> records) {
        Found header() {
            return headers.get(0);
        }

        List<String> texts() {
            return records.stream().map(Found::text).toList();
        }
    }

    /** What becomes of a reader's array while records are read. */
    private enum Array {
        REUSED,
        LEFT
    }

    /** Reads to the end, and checks what holds for any bytes: nothing is lost, doubled or moved, and the books are right. */
    static Input read(RecordFormat format, byte[] in, int blockBytes) {
        Input input = read(format, in, blockBytes, Array.REUSED);
        assertEquals(input, read(format, in, blockBytes, Array.LEFT));
        return input;
    }

    private static Input read(RecordFormat format, byte[] in, int blockBytes, Array array) {
        List<Found> headers = new ArrayList<>();
        List<Found> records = new ArrayList<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            RecordReader reader = format.reader(new ByteArrayInputStream(in), "in", blockBytes);
            boolean more;
            do {
                more = reader.fill();
                while (reader.next()) {
                    byte[] block = reader.block();
                    Found found = new Found(
                            reader.line(),
                            text(block, reader.start(), reader.start() + reader.length()),
                            text(block, reader.start(), reader.end()));
                    assertTrue(reader.end() > reader.start(), "an empty range");
                    all.write(block, reader.start(), reader.end() - reader.start());
                    if (reader.isHeader()) {
                        assertEquals(0, reader.records());
                        headers.add(found);
                    } else {
                        records.add(found);
                        assertEquals(records.size(), reader.records());
                    }
                    if (array == Array.LEFT && reader.line() % 3 != 0) {
                        int end = reader.end();
                        assertSame(block, reader.moveTo(new byte[block.length]));
                        Arrays.fill(block, 0, end, (byte) '#'); // records are not looked at again
                    }
                }
            } while (more);
            assertEquals(0, reader.unfinishedBytes());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertEquals(Run.text(in), Run.text(all));
        return new Input(headers, records);
    }

    static Input read(RecordFormat format, String in, int blockBytes) {
        return read(format, Run.bytes(in), blockBytes);
    }

    /** The key of a record, without a header before it. */
    static DedupKey key(RecordFormat format, String record) {
        return key(parser(format), record);
    }

    static DedupKey key(RecordParser parser, String record) {
        RecordFields fields = parse(parser, record);
        return DedupKey.ofBits(fields.keyHigh, fields.keyLow);
    }

    static long time(RecordFormat format, String record) {
        return parse(parser(format), record).timestamp;
    }

    /** Parses a record that does not begin where its array does. */
    static RecordFields parse(RecordParser parser, String record) {
        try {
            return parseOrThrow(parser, record);
        } catch (MalformedRecordException e) {
            throw new AssertionError(record + " " + e.text(), e);
        }
    }

    /** Why a record is refused. */
    static String reason(RecordParser parser, String record) {
        return assertThrows(MalformedRecordException.class, () -> parseOrThrow(parser, record), record)
                .text();
    }

    static String reason(RecordFormat format, String record) {
        return reason(parser(format), record);
    }

    static RecordParser parser(RecordFormat format) {
        return format.parser(KEYS);
    }

    /** A parser that knows a header. */
    static RecordParser parser(RecordFormat format, String header) {
        RecordParser parser = parser(format);
        byte[] bytes = Run.bytes("##" + header + "##");
        parser.header(bytes, 2, bytes.length - 4);
        return parser;
    }

    private static RecordFields parseOrThrow(RecordParser parser, String record) throws MalformedRecordException {
        RecordFields fields = new RecordFields();
        byte[] bytes = Run.bytes("#\"" + record + "\"#");
        parser.parse(bytes, 2, bytes.length - 4, fields);
        return fields;
    }

    private static String text(byte[] bytes, int from, int to) {
        return Run.text(Arrays.copyOfRange(bytes, from, to));
    }
}
