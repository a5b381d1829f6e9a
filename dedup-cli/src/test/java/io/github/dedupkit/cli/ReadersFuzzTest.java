package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.dedupkit.cli.RecordFormat.Format;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * What holds for any bytes. A plain build replays the inputs kept under {@code src/test/resources}, {@code build/fuzz.sh}
 * searches for new ones.
 */
class ReadersFuzzTest {
    private static final String LONGEST = "5m";
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final int MAX_BLOCK_BYTES = 64;

    @FuzzTest(maxDuration = LONGEST)
    void lines(byte[] data) {
        Bytes in = new Bytes(data);
        int blockBytes = 1 + in.choice(MAX_BLOCK_BYTES);
        Records.Input lines = Records.read(RecordFormat.lines(), in.rest(), blockBytes);
        assertEquals(Records.read(RecordFormat.lines(), in.rest(), 1 << 16), lines);
        for (Records.Found line : lines.records()) {
            assertEquals(-1, line.text().indexOf('\n'));
        }
        in.requireQuick();
    }

    @FuzzTest(maxDuration = LONGEST)
    void csv(byte[] data) {
        Bytes in = new Bytes(data);
        int blockBytes = 1 + in.choice(MAX_BLOCK_BYTES);
        String column = List.of("id", "1", "2").get(in.choice(3));
        RecordFormat format = new RecordFormat(Format.CSV, List.of(column), ",", null, "iso");
        Records.Input input = Records.read(format, in.rest(), blockBytes);
        assertEquals(Records.read(format, in.rest(), 1 << 16), input);
        RecordParser parser = Records.parser(format);
        try {
            byte[] header =
                    Run.bytes(input.headers().isEmpty() ? "id" : input.header().text());
            parser.header(header, 0, header.length);
        } catch (CliException e) {
            assertEquals(ExitCode.FAILED, e.exitCode());
            return;
        }
        for (Records.Found record : input.records()) {
            parseTwice(parser, Run.bytes(record.text()));
        }
        in.requireQuick();
    }

    @FuzzTest(maxDuration = LONGEST)
    void ndjson(byte[] data) {
        Bytes in = new Bytes(data);
        RecordParser parser =
                Records.parser(new RecordFormat(Format.NDJSON, List.of("/a", "/b/0", "/b/c"), null, null, "iso"));
        RecordParser one = Records.parser(new RecordFormat(Format.NDJSON, List.of("/a"), null, "/a", "epoch-s"));
        String result = parseTwice(parser, in.rest());
        String spaced = parseTwice(parser, Run.bytes(Run.text(in.rest()) + " "));
        if (isKey(result) || isKey(spaced)) {
            assertEquals(result, spaced, "space after the document");
        }
        parseTwice(one, in.rest());
        in.requireQuick();
    }

    @FuzzTest(maxDuration = LONGEST)
    void delimitedFields(byte[] data) {
        Bytes in = new Bytes(data);
        String delimiter = List.of(" ", "::", "aab", "\\t").get(in.choice(4));
        int number = 1 + in.choice(6);
        RecordParser parser =
                Records.parser(new RecordFormat(Format.LINES, List.of("" + number), delimiter, null, "iso"));
        String line = Run.text(in.rest());
        String[] fields = line.split(Pattern.quote(delimiter.replace("\\t", "\t")), -1);
        if (number <= fields.length) {
            assertEquals(Records.KEYS.key(Run.bytes(fields[number - 1])), Records.key(parser, line));
        } else {
            String count = fields.length == 1 ? "1 field" : fields.length + " fields";
            assertEquals("has " + count + ", no field " + number, Records.reason(parser, line));
        }
        in.requireQuick();
    }

    /** The first line is the format, unless one of those with a name is chosen; the rest is the time. */
    @FuzzTest(maxDuration = LONGEST)
    void times(byte[] data) {
        Bytes in = new Bytes(data);
        List<String> names = List.of("epoch-s", "epoch-ms", "iso", "dd/MMM/yyyy:HH:mm:ss Z", "");
        String name = names.get(in.choice(names.size()));
        byte[] text = in.rest();
        if (name.isEmpty()) {
            int feed = ByteSearch.indexOf(text, 0, text.length, (byte) '\n');
            int end = feed == ByteSearch.NONE ? text.length : feed;
            name = new String(text, 0, end, StandardCharsets.UTF_8);
            text = Arrays.copyOfRange(text, Math.min(end + 1, text.length), text.length);
        }
        RecordParser parser;
        try {
            parser = Records.parser(new RecordFormat(Format.LINES, List.of(), "\0\0\0\0", "1", name));
        } catch (CliException e) {
            assertEquals(ExitCode.USAGE, e.exitCode());
            assertEquals(Excerpt.printable(e.text()), e.text());
            return;
        }
        parseTwice(parser, text);
        in.requireQuick();
    }

    /** What is read as gzip is what the JDK reads; what the JDK writes is read. */
    @FuzzTest(maxDuration = LONGEST)
    void gzip(byte[] data) throws IOException {
        Bytes in = new Bytes(data);
        byte[] written = Gzip.member(Run.text(data));
        try (GzipInput back = new GzipInput(new ByteArrayInputStream(written))) {
            assertArrayEquals(data, back.readAllBytes());
        }
        byte[] read;
        try (GzipInput input = new GzipInput(new ByteArrayInputStream(data))) {
            read = input.readAllBytes();
        } catch (IOException e) {
            return; // damaged, and said so
        }
        if (data.length > 0) {
            try (GZIPInputStream input = new GZIPInputStream(new ByteArrayInputStream(data))) {
                assertArrayEquals(input.readAllBytes(), read);
            }
        }
        in.requireQuick();
    }

    /** Parses a record twice; what comes of it is the same: key and time, or the reason. */
    private static String parseTwice(RecordParser parser, byte[] record) {
        String result = parse(parser, record);
        assertEquals(result, parse(parser, record));
        return result;
    }

    private static boolean isKey(String result) {
        return result.startsWith("key ");
    }

    private static String parse(RecordParser parser, byte[] record) {
        RecordFields fields = new RecordFields();
        try {
            parser.parse(record, 0, record.length, fields);
            assertTrue(fields.timestamp >= -62_167_219_200_000L && fields.timestamp < 253_402_300_800_000L);
            return "key " + fields.keyHigh + " " + fields.keyLow + " " + fields.timestamp;
        } catch (MalformedRecordException e) {
            assertEquals(Excerpt.printable(e.text()), e.text());
            assertTrue(e.text().length() < 1000, e.text());
            return e.text();
        }
    }

    /** An input whose first bytes make choices; text comes last, where a fuzzer finds it easier to build on. */
    private static final class Bytes {
        private final byte[] data;
        private final long startNanos = System.nanoTime();
        private int at;

        Bytes(byte[] data) {
            this.data = data;
        }

        int choice(int choices) {
            return at < data.length ? (data[at++] & 0xFF) % choices : 0;
        }

        byte[] rest() {
            return Arrays.copyOfRange(data, at, data.length);
        }

        void requireQuick() {
            Duration taken = Duration.ofNanos(System.nanoTime() - startNanos);
            assertTrue(taken.compareTo(BOUND) < 0, data.length + " bytes took " + taken);
        }
    }
}
