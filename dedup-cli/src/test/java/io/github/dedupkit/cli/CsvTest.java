package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import de.siegmar.fastcsv.reader.CsvReader;
import io.github.dedupkit.DedupKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** CSV: where records end, what is a column, and what one stray quote does. */
@Timeout(120)
class CsvTest {
    private static final int[] BLOCK_BYTES = {1, 2, 3, 7, 64, 1 << 17};

    private static final RecordFormat PLAIN = csv(",");

    /** Inputs without their header {@code h}, and their records. */
    static Stream<Arguments> inputs() {
        return Stream.of(
                arguments("nothing", "", List.of()),
                arguments("plain", "a,b\nc,d\n", List.of("a,b", "c,d")),
                arguments("both line ends", "a\r\nb\nc\r\n", List.of("a", "b", "c")),
                arguments("no line end at the end", "a\nb", List.of("a", "b")),
                arguments("empty lines are records", "\n\na\n\r\n", List.of("", "", "a", "")),
                arguments("a line feed in quotes", "a,\"b\nc\",d\ne\n", List.of("a,\"b\nc\",d", "e")),
                arguments("only line feeds in quotes", "\"\n\n\"\n\"\r\n\"\r\n", List.of("\"\n\n\"", "\"\r\n\"")),
                arguments("an escaped quote", "\"a\"\"\nb\"\nc\n", List.of("\"a\"\"\nb\"", "c")),
                arguments("only escaped quotes", "\"\"\"\"\"\n\"\"\"\nc\n", List.of("\"\"\"\"\"\n\"\"\"", "c")),
                arguments("an empty quoted field", "\"\",\"\"\nb\n", List.of("\"\",\"\"", "b")),
                arguments("a quote inside a field is text", "5\" disk\nb\"\n", List.of("5\" disk", "b\"")),
                arguments("a quoted field at the end", "a,\"b\nc\"", List.of("a,\"b\nc\"")),
                arguments("two quoted fields over lines", "\"a\n\",\"\nb\"\nc\n", List.of("\"a\n\",\"\nb\"", "c")),
                arguments("text after quotes on one line", "\"a\"b,c\nd\n", List.of("\"a\"b,c", "d")),
                arguments("a quote never closed", "\"a\nb\nc\n", List.of("\"a", "b", "c")),
                arguments("a quote never closed, no line end", "\"a\nb\nc", List.of("\"a", "b", "c")),
                arguments("a quote never closed in the last line", "a\n\"b", List.of("a", "\"b")),
                arguments(
                        "a quote that the next quoted field closes",
                        "a,\"b\nc,d\ne,\"f\",\"g\nh\"\ni\n",
                        List.of("a,\"b", "c,d", "e,\"f\",\"g\nh\"", "i")),
                arguments("text after quotes over lines", "\"a\nb\"c\nd\n", List.of("\"a", "b\"c", "d")),
                arguments("text after quotes at the end", "\"a\nb\"c", List.of("\"a", "b\"c")),
                arguments("text after quotes, then a quote", "\"a\nb\"c\"\nd\n", List.of("\"a", "b\"c\"", "d")),
                arguments("closed by its carriage return", "\"a\nb\"\r\n\"c\"\r\n", List.of("\"a\nb\"", "\"c\"")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inputs")
    void findsRecords(String name, String in, List<String> expected) {
        for (int blockBytes : BLOCK_BYTES) {
            Records.Input input = Records.read(PLAIN, "h\n" + in, blockBytes);
            assertEquals("h", input.header().text());
            assertEquals(expected, input.texts(), "block of " + blockBytes);
            long line = 2;
            for (Records.Found record : input.records()) {
                assertEquals(line, record.line(), record.text());
                line += record.whole().chars().filter(c -> c == '\n').count();
            }
        }
    }

    @Test
    void theHeaderMaySpanLinesAndHaveAMark() {
        for (int blockBytes : BLOCK_BYTES) {
            Records.Input input = Records.read(PLAIN, "\u00ef\u00bb\u00bf\"a\nb\",c\nd,e\n", blockBytes);
            assertEquals("\u00ef\u00bb\u00bf\"a\nb\",c", input.header().text());
            assertEquals(List.of(new Records.Found(3, "d,e", "d,e\n")), input.records());
        }
    }

    /** FastCSV, run over the whole input, finds the same records, and the same fields in them. */
    @Test
    void agreesWithFastCsvOnWellFormedInput() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int columns = 1 + random.nextInt(4);
            StringBuilder in = new StringBuilder();
            for (int record = 1 + random.nextInt(30); record >= 0; record--) {
                in.append(Stream.generate(() -> field(random)).limit(columns).collect(Collectors.joining(";")))
                        .append(random.nextBoolean() ? "\n" : "\r\n");
            }
            List<List<String>> expected =
                    CsvReader.builder().fieldSeparator(';').skipEmptyLines(false).ofCsvRecord(in.toString()).stream()
                            .map(r -> r.getFields())
                            .toList();
            int blockBytes = BLOCK_BYTES[seed % BLOCK_BYTES.length];
            Records.Input input = Records.read(csv(";"), in.toString(), blockBytes);
            List<Records.Found> found = new ArrayList<>(input.records());
            found.add(0, input.header());
            assertEquals(expected, found.stream().map(r -> split(r.text())).toList(), "seed " + seed);
        }
    }

    private static String field(Random random) {
        String alphabet = "ab ,;\"\n\r\u00e9";
        StringBuilder content = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            content.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        boolean plain = content.chars().noneMatch(c -> c == ';' || c == '"' || c == '\n' || c == '\r');
        return plain && random.nextInt(4) > 0
                ? content.toString()
                : "\"" + content.toString().replace("\"", "\"\"") + "\"";
    }

    private static List<String> split(String record) {
        List<String> fields = new ArrayList<>();
        byte[] bytes = Run.bytes(record);
        try {
            int count = new CsvSplitter((byte) ';')
                    .split(
                            bytes,
                            0,
                            bytes.length,
                            (i, chars, offset, length) -> fields.add(new String(chars, offset, length)));
            assertEquals(fields.size(), count);
        } catch (MalformedRecordException e) {
            throw new AssertionError(record + " " + e.text(), e);
        }
        return fields;
    }

    /** Cut in pieces of any size, any bytes are the same records; Records.read checks that none is lost. */
    @Test
    void blocksDoNotMatter() {
        String alphabet = "\n\n\"\"\",,a\r\u00ef\u00bb\u00bf";
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            StringBuilder soup = new StringBuilder();
            for (int i = random.nextInt(60); i > 0; i--) {
                soup.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Records.Input whole = Records.read(PLAIN, soup.toString(), 1 << 10);
            for (int blockBytes : new int[] {1, 2, 3, 7}) {
                assertEquals(whole, Records.read(PLAIN, soup.toString(), blockBytes), "seed " + seed);
            }
        }
    }

    /** What a torn record's lines are, the parser refuses: the one with the open quote at least. */
    @Test
    void aStrayQuoteIsRefusedAndEatsNoOtherLine() {
        RecordFormat format = csv(",", "id");
        Records.Input input = Records.read(format, "id,x\n1,a\n2,\"b\n3,c\n4,\"d\"\n5,\"e\nf\"\n", 16);
        RecordParser parser = Records.parser(format, input.header().text());
        List<String> refused = new ArrayList<>();
        for (Records.Found record : input.records()) {
            try {
                byte[] bytes = Run.bytes(record.text());
                parser.parse(bytes, 0, bytes.length, new RecordFields());
            } catch (MalformedRecordException e) {
                refused.add(record.line() + ": " + e.text());
            }
        }
        assertEquals(5, input.records().size());
        assertEquals(1, refused.size(), refused.toString());
        assertTrue(refused.get(0).startsWith("3: has a quote in field 2 that nothing closes"), refused.toString());
    }

    /** Every line opens a quote and closes that of the line before: to look ahead from each would take minutes. */
    @Test
    void manyStrayQuotesTakeLinearTime() {
        String in = "h\n" + "a\",b,\"c\n".repeat(100_000) + "\"\"\n";
        Records.Input input = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Records.read(PLAIN, in, 1 << 16));
        assertEquals(100_001, input.records().size());
    }

    /** A record over lines that is longer than the longest is torn; one line alone may be longer. */
    @Test
    void recordsOverLinesAreBounded() {
        int most = CsvRecordReader.MAX_RECORD_BYTES;
        String fits = "\"\n" + "x".repeat(most - 4) + "\"\n";
        String over = "\"\n" + "x".repeat(most - 3) + "\"\n";
        assertEquals(most, fits.length());
        assertEquals(List.of(fits.length(), 2), lengths(Records.read(PLAIN, "h\n" + fits + "b\n", 1 << 16)));
        assertEquals(List.of(2, over.length() - 2, 2), lengths(Records.read(PLAIN, "h\n" + over + "b\n", 1 << 20)));
        String line = "\"" + "x".repeat(most) + "\n";
        assertEquals(List.of(line.length(), 2), lengths(Records.read(PLAIN, "h\n" + line + "b\n", 1 << 20)));
        assertTrue(Records.reason(Records.parser(PLAIN, "h"), "x".repeat(most + 1))
                .startsWith("has 16777217 bytes, more than the 16777216 of the longest CSV record"));
    }

    private static List<Integer> lengths(Records.Input input) {
        return input.records().stream().map(r -> r.whole().length()).toList();
    }

    @Test
    void columnsHaveNamesAndNumbers() {
        DedupKey expected = Records.KEYS.key("x");
        assertEquals(expected, key("b", "a,b,c", "1,x,2"));
        assertEquals(expected, key("2", "a,b,c", "1,x,2"));
        assertEquals(expected, key("2", "a,b,2", "1,y,x"), "a name wins over a number");
        assertEquals(expected, key("b c", "a,\"b c\"", "1,\"x\""), "quotes are no content");
        assertEquals(expected, key("a", "\u00ef\u00bb\u00bfa,b", "x,1"), "nor is the byte order mark");
        assertEquals(expected, key("a", "\u00ef\u00bb\u00bf\"a\",b", "x,1"));
        assertEquals(expected, key("gr\u00fc\u00df", "gr\u00c3\u00bc\u00c3\u009f", "x"), "names are UTF-8");
        assertEquals(Records.KEYS.key("a\"\nb"), key("k", "k", "\"a\"\"\nb\""));
        assertEquals(Records.KEYS.key(""), key("k", "k", ""));
        assertEquals(Records.KEYS.key(""), key("k", "k", "\"\""));
        assertEquals(Records.KEYS.key(new byte[] {(byte) 0xFF}), key("k", "k", "\u00ff"), "bytes that are no UTF-8");
        assertEquals(Records.KEYS.key("x".repeat(1000)), key("k", "k,l", "x".repeat(1000) + ",y"));
    }

    @Test
    void severalColumnsMakeOneKey() {
        RecordParser parser = Records.parser(csv(",", "a", "b"), "a,b,c");
        DedupKey key = Records.key(parser, "ab,c,1");
        assertEquals(key, Records.key(parser, "\"ab\",c,2"));
        assertNotEquals(key, Records.key(parser, "a,bc,1"));
        assertNotEquals(key, Records.key(Records.parser(csv(",", "b", "a"), "a,b,c"), "ab,c,1"));
        assertEquals(key, Records.key(Records.parser(csv(",", "b", "a"), "b,a,c"), "ab,c,1"));
    }

    @Test
    void withoutKeysTheRecordIsTheKey() {
        RecordFormat format = new RecordFormat(RecordFormat.Format.CSV, List.of(), null, "t", "epoch-s");
        RecordFields fields = Records.parse(Records.parser(format, "x,t"), "\"a\",12");
        assertEquals(Records.KEYS.key("\"a\",12"), DedupKey.ofBits(fields.keyHigh, fields.keyLow));
        assertEquals(12_000, fields.timestamp);
    }

    @Test
    void malformedRecordsAreRefusedWithTheReason() {
        RecordParser parser = Records.parser(csv(",", "a"), "a,b");
        assertEquals("has 1 field, but the header has 2", Records.reason(parser, "x"));
        assertEquals("has 1 field, but the header has 2", Records.reason(parser, ""));
        assertEquals("has 3 fields, but the header has 2", Records.reason(parser, "x,y,z"));
        for (String open : List.of("x,\"y", "x,\"", "x,\"y\"\"", "x,\"y\"z", "x,\"y\" ", "x,\"y\"z,\"a\"")) {
            String reason = Records.reason(parser, open);
            assertTrue(reason.startsWith("has a quote in field 2 that nothing closes, or text after"), reason);
        }
        for (String stray : List.of("x,y\r", "x\ry,z", "\"x\"\r,y", "x,y\rz,a", "\r", "x,\r\ry")) {
            String reason = Records.reason(parser, stray);
            assertTrue(reason.startsWith("has a carriage return outside quotes"), reason);
        }
    }

    @Test
    void unknownAndAmbiguousColumnsAreRefused() {
        assertEquals(
                "there is no column \"id\" in the header; its columns are \"a\", \"b\"; give one of these names, or a"
                        + " number from 1 to 2",
                failure("id", "a,b"));
        assertTrue(failure("3", "a,b").startsWith("there is no column \"3\""));
        assertTrue(failure("0", "a,b").startsWith("there is no column \"0\""));
        assertTrue(failure("-1", "a,b").startsWith("there is no column \"-1\""));
        assertEquals(
                "there is more than one column \"b\"; name the one you mean by its number, such as 2",
                failure("b", "a,b,b"));
        String many = failure("id", "c".repeat(30).replace("c", "c,") + "d");
        assertTrue(many.contains("\"c\" and 11 more; give"), many);
        assertTrue(failure("id", "a,\u001b[31m").contains("\"?[31m\""));
        assertTrue(failure("id", "a,\"b").startsWith("the header has a quote in field 2"));
        assertEquals(Records.KEYS.key("y"), key("2", "a,a", "x,y"), "a number among equal names");
    }

    private static DedupKey key(String column, String header, String record) {
        return Records.key(Records.parser(csv(",", column), header), record);
    }

    private static String failure(String column, String header) {
        CliException failure = assertThrows(CliException.class, () -> Records.parser(csv(",", column), header));
        assertEquals(ExitCode.FAILED, failure.exitCode());
        return failure.text();
    }

    private static RecordFormat csv(String delimiter, String... keys) {
        return new RecordFormat(RecordFormat.Format.CSV, List.of(keys), delimiter, null, "iso");
    }
}
