package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which bytes {@code dedup filter} copies, for any bytes in any pieces. */
@Timeout(60)
class FilterLinesTest {
    private static final int[] BLOCK_BYTES = {1, 2, 3, 5, 8, 64, 1 << 17};

    @TempDir
    Path directory;

    /** Inputs, each a file of its own, and the output. */
    static Stream<Arguments> tables() {
        return Stream.of(
                arguments("nothing", List.of(""), ""),
                arguments("one byte", List.of("x"), "x"),
                arguments("one line feed", List.of("\n"), "\n"),
                arguments("one carriage return", List.of("\r"), "\r"),
                arguments("repeats", List.of("a\nb\na\nb\nc\n"), "a\nb\nc\n"),
                arguments("empty lines are records", List.of("\n\na\n\n"), "\na\n"),
                arguments("both ends are one key", List.of("a\r\na\nb\nb\r\n"), "a\r\nb\n"),
                arguments("an empty line with both ends", List.of("\r\n\n"), "\r\n"),
                arguments(
                        "only one carriage return belongs to the end", List.of("a\r\r\na\r\na\r\r\n"), "a\r\r\na\r\n"),
                arguments("a carriage return inside a line", List.of("a\rb\na\nb\n"), "a\rb\na\nb\n"),
                arguments("a carriage return at the end of input is content", List.of("a\na\r"), "a\na\r"),
                arguments("no line feed at the end", List.of("a\nb"), "a\nb"),
                arguments("no line feed at the end of a repeat", List.of("a\nb\na"), "a\nb\n"),
                arguments("records never fuse", List.of("a", "b"), "a\nb"),
                arguments("a repeat follows an open end", List.of("a", "a\n"), "a"),
                arguments("an empty file follows an open end", List.of("a", "", "b\n"), "a\nb\n"),
                arguments("an empty record follows an open end", List.of("a", "\n"), "a\n\n"),
                arguments("one window over all files", List.of("a\nb\n", "b\nc\n", "a\n"), "a\nb\nc\n"),
                arguments(
                        "NUL and bytes that are no UTF-8",
                        List.of("\0\n\u00ff\u00fe\n\0\n\u00ff\u00fe\n\u00ff\n"),
                        "\0\n\u00ff\u00fe\n\u00ff\n"),
                arguments("prefixes are other lines", List.of("aa\na\naaa\na\n"), "aa\na\naaa\n"),
                arguments("the first half of gzip's magic", List.of("\u001f"), "\u001f"),
                arguments("nearly gzip", List.of("\u001f\u008a\n\u001f\u008a\n"), "\u001f\u008a\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tables")
    void copiesFirstSeenLines(String name, List<String> inputs, String expected) throws IOException {
        List<String> files = new ArrayList<>();
        for (String input : inputs) {
            Path file = directory.resolve("in" + files.size());
            Files.write(file, Run.bytes(input));
            files.add(file.toString());
        }
        for (int blockBytes : BLOCK_BYTES) {
            Run run = Run.filter(
                    new FilterLimits(blockBytes, 100), InputStream.nullInputStream(), files.toArray(new String[0]));
            assertEquals(expected, run.out(), "block of " + blockBytes);
            assertEquals(0, run.code(), run.err());
        }
    }

    @Test
    void standardInputStandsAmongFiles() throws IOException {
        Path first = Files.writeString(directory.resolve("first"), "a\nb\n");
        Path last = Files.writeString(directory.resolve("last"), "c\nd\n");
        Run run = Run.dedup("b\nc\n", "filter", first.toString(), "-", last.toString());
        assertEquals("a\nb\nc\nd\n", run.out());
        assertEquals(0, run.code());
    }

    /** Random bytes from a small alphabet, in random pieces, against a set of strings. */
    @Test
    void equalsTheOracleOnByteSoup() throws IOException {
        String alphabet = "\n\n\r\0a\u00ff\u00c3";
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            Set<String> seen = new LinkedHashSet<>();
            StringBuilder expected = new StringBuilder();
            List<String> files = new ArrayList<>();
            long records = 0;
            for (int f = random.nextInt(3); f >= 0; f--) {
                StringBuilder soup = new StringBuilder();
                for (int i = random.nextInt(seed % 3 == 0 ? 2000 : 40); i > 0; i--) {
                    soup.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                Path file = directory.resolve("soup" + f);
                Files.write(file, Run.bytes(soup.toString()));
                files.add(file.toString());
                records += oracle(soup.toString(), seen, expected);
            }
            FilterLimits limits = new FilterLimits(1 + random.nextInt(seed % 2 == 0 ? 8 : 300), 10_000);
            Run run = Run.filter(limits, InputStream.nullInputStream(), files.toArray(new String[0]));
            assertEquals(expected.toString(), run.out(), "seed " + seed);
            assertTrue(
                    run.err()
                            .startsWith("read " + records + " = first " + seen.size() + " + replayed 0 + duplicate "
                                    + (records - seen.size()) + " + late 0 + rejected 0\n"),
                    run.err());
            assertEquals(0, run.code());
        }
    }

    private static long oracle(String file, Set<String> seen, StringBuilder expected) {
        long records = 0;
        for (int from = 0; from < file.length(); records++) {
            int feed = file.indexOf('\n', from);
            int to = feed < 0 ? file.length() : feed + 1;
            String record = file.substring(from, to);
            String key = record.endsWith("\r\n")
                    ? record.substring(0, record.length() - 2)
                    : record.endsWith("\n") ? record.substring(0, record.length() - 1) : record;
            if (seen.add(key)) {
                if (expected.length() > 0 && expected.charAt(expected.length() - 1) != '\n') {
                    expected.append('\n');
                }
                expected.append(record);
            }
            from = to;
        }
        return records;
    }

    /** A read may return fewer bytes than asked for, down to one. */
    @Test
    void readsInPiecesOfOneByte() {
        InputStream drops = new ByteArrayInputStream(Run.bytes("a\r\nb\na\n")) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(1, length));
            }
        };
        assertEquals("a\r\nb\n", Run.filter(Run.WIDE, drops).out());
    }

    @Test
    void longLinesSurviveAndTheBlockShrinksAgain() {
        String longLine = "x".repeat(5_000_000);
        String in = "a\n" + longLine + "\n" + "b\na\n".repeat(100_000) + longLine + "\n" + longLine + "y\n";
        Run run = Run.filter(Run.WIDE, Run.bytes(in));
        assertEquals("a\n" + longLine + "\nb\n" + longLine + "y\n", run.out());
        assertEquals(0, run.code());
    }

    @Test
    void summaryNamesBytesAndProbability() {
        Run run = Run.filter(Run.WIDE, Run.bytes("a\nb\na\nb"));
        assertEquals(
                "read 4 = first 2 + replayed 0 + duplicate 2 + late 0 + rejected 0",
                run.err().lines().findFirst().orElseThrow());
        assertTrue(run.err().contains("7 bytes in, 4 bytes out, 0."), run.err());
        assertTrue(
                run.err()
                        .contains(
                                "store: caffeine, 2 keys in 336 bytes; chance that any record was wrongly dropped: below 1e-38"),
                run.err());
    }

    @ParameterizedTest
    @MethodSource("quietArguments")
    void quietDropsTheSummary(List<String> arguments) {
        Run run = Run.dedup("a\na\n", arguments.toArray(new String[0]));
        assertEquals(new Run(0, "a\n", ""), run);
    }

    static Stream<List<String>> quietArguments() {
        return Stream.of(
                List.of("filter", "-q"),
                List.of("filter", "--quiet"),
                List.of("filter", "-q", "-"),
                List.of("filter", "-q", "--", "-"));
    }
}
