package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all readers keep, for any bytes in any pieces; and the search that they are built on. */
@Timeout(120)
class ReadersTest {
    private static final RecordFormat CSV = new RecordFormat(RecordFormat.Format.CSV, List.of(), null, null, "iso");
    private static final RecordFormat NDJSON =
            new RecordFormat(RecordFormat.Format.NDJSON, List.of("/a"), null, null, "iso");

    /** Random bytes of many alphabets; Records.read compares what comes out with what went in. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64})
    void nothingIsLostDoubledOrMoved(int blockBytes) {
        for (int seed = 0; seed < 300; seed++) {
            byte[] bytes = bytes(seed);
            List<String> lines =
                    Records.read(RecordFormat.lines(), bytes, blockBytes).texts();
            assertEquals(lines(bytes), lines, "seed " + seed);
            assertEquals(lines, Records.read(NDJSON, bytes, blockBytes).texts());
            Records.Input csv = Records.read(CSV, bytes, blockBytes);
            assertEquals(bytes.length > 0 ? 1 : 0, csv.headers().size());
            assertTrue(csv.records().size() <= lines.size());
        }
    }

    private static byte[] bytes(int seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        byte[] frequent = Run.bytes("\n\r\",");
        int rarity = 1 + random.nextInt(20);
        for (int i = 0; i < bytes.length; i++) {
            if (random.nextInt(rarity) == 0) {
                bytes[i] = frequent[random.nextInt(frequent.length)];
            }
        }
        return bytes;
    }

    private static List<String> lines(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        String text = Run.text(bytes);
        for (int from = 0; from < text.length(); ) {
            int feed = text.indexOf('\n', from);
            int end = feed < 0 ? text.length() : feed;
            boolean both = feed > from && text.charAt(feed - 1) == '\r';
            lines.add(text.substring(from, both ? feed - 1 : end));
            from = end + 1;
        }
        return lines;
    }

    @ParameterizedTest
    @ValueSource(strings = {"lines", "csv"})
    void aHugeRecordIsReadWhole(String name) throws IOException {
        int length = 100_000_000;
        RecordFormat format = name.equals("csv") ? CSV : RecordFormat.lines();
        InputStream huge = new SequenceInputStream(new ByteArrayInputStream(Run.bytes("h\n\"x")), new InputStream() {
            private int left = length;

            @Override
            public int read() {
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] into, int offset, int most) {
                int count = Math.min(left, most);
                Arrays.fill(into, offset, offset + count, (byte) 'x');
                left -= count;
                return count == 0 ? -1 : count;
            }
        });
        RecordReader reader = format.reader(huge, "huge", 1 << 16);
        long most = 0;
        boolean more;
        do {
            more = reader.fill();
            while (reader.next()) {
                most = Math.max(most, reader.length());
            }
        } while (more);
        assertEquals(length + 2, most);
        assertEquals(2, reader.line());
    }

    /** What was read of a record before a failure is known. */
    @Test
    void aFailureLeavesTheBooksRight() throws IOException {
        InputStream failing = new InputStream() {
            private int reads;

            @Override
            public int read() throws IOException {
                throw new IOException("planted");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (reads++ > 0) {
                    throw new IOException("planted");
                }
                byte[] text = Run.bytes("h\na,\"b\nc\"\nd,\"e\nf");
                System.arraycopy(text, 0, into, offset, text.length);
                return text.length;
            }
        };
        RecordReader reader = CSV.reader(failing, "in", 100);
        assertTrue(reader.fill());
        assertTrue(reader.next());
        assertTrue(reader.isHeader());
        assertTrue(reader.next());
        assertFalse(reader.next());
        assertThrows(IOException.class, reader::fill);
        assertFalse(reader.next(), "a record that may go on was handed out");
        assertEquals(1, reader.records());
        assertEquals(6, reader.unfinishedBytes());
    }

    @Test
    void searchesAgreeWithALoop() {
        Random random = new Random(1);
        byte[] hard = {0, 1, (byte) 0x80, (byte) 0x81, (byte) 0xFF, 0x7F, '\n', '\n' + 1, '\n' - 1, (byte) ('\n' ^ 0x80)
        };
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = hard[random.nextInt(hard.length)];
            }
            int from = random.nextInt(bytes.length + 1);
            int to = from + random.nextInt(bytes.length - from + 1);
            byte one = hard[random.nextInt(hard.length)];
            byte other = hard[random.nextInt(hard.length)];
            int expectedOne = ByteSearch.NONE;
            int expectedEither = ByteSearch.NONE;
            int expectedNonAscii = ByteSearch.NONE;
            for (int at = to - 1; at >= from; at--) {
                expectedOne = bytes[at] == one ? at : expectedOne;
                expectedEither = bytes[at] == one || bytes[at] == other ? at : expectedEither;
                expectedNonAscii = bytes[at] < 0 ? at : expectedNonAscii;
            }
            assertEquals(expectedOne, ByteSearch.indexOf(bytes, from, to, one));
            assertEquals(expectedEither, ByteSearch.indexOfEither(bytes, from, to, one, other));
            assertEquals(expectedNonAscii, ByteSearch.indexOfNonAscii(bytes, from, to));
        }
    }

    @Test
    void excerptsAreShortAndHarmless() {
        assertEquals("\"abc\"", Excerpt.of("abc"));
        assertEquals("\"gr\u00fc\u00df\"", Excerpt.of(Run.bytes("xgr\u00c3\u00bc\u00c3\u009fx"), 1, 6));
        assertEquals("\"?[31m??\"", Excerpt.of("\u001b[31m\n\u202e"));
        assertEquals("\"" + "x".repeat(60) + "...\"", Excerpt.of("x".repeat(61)));
        assertEquals("\"" + "x".repeat(60) + "...\"", Excerpt.of(Run.bytes("x".repeat(1000)), 0, 1000));
        assertNotEquals(-1, Excerpt.of(Run.bytes("\u00ff"), 0, 1).indexOf('\ufffd'));
    }
}
