package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gzip input: all of it is read, or the run fails and says where. */
@Timeout(60)
class FilterGzipTest {
    private static final FilterLimits TINY = new FilterLimits(3, 1000);

    @TempDir
    Path directory;

    static Stream<Arguments> whole() {
        return Stream.of(
                arguments("one member", Gzip.member("a\nb\na\n"), "a\nb\n"),
                arguments("an empty member", Gzip.member(""), ""),
                arguments("two members", Gzip.join(Gzip.member("a\n"), Gzip.member("a\nb\n")), "a\nb\n"),
                arguments("a line across members", Gzip.join(Gzip.member("a\nb"), Gzip.member("c\na\n")), "a\nbc\n"),
                arguments(
                        "an empty member between",
                        Gzip.join(Gzip.member("a"), Gzip.member(""), Gzip.member("b")),
                        "ab"),
                arguments("every field in the header", Gzip.memberWithLongHeader("a\na\n"), "a\n"),
                arguments("gzip in gzip is left alone", Gzip.member("\u001f\u008b\n"), "\u001f\u008b\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whole")
    void readsWholeGzip(String name, byte[] gzip, String expected) throws IOException {
        Path file = Files.write(directory.resolve("no-gz-in-the-name.txt"), gzip);
        for (FilterLimits limits : List.of(TINY, Run.WIDE)) {
            Run fromFile = Run.filter(limits, InputStream.nullInputStream(), file.toString());
            assertEquals(expected, fromFile.out());
            assertEquals(0, fromFile.code(), fromFile.err());
            assertEquals(expected, Run.filter(limits, gzip).out());
        }
    }

    @Test
    void plainTextIsPlainWhateverItsName() throws IOException {
        Path file = Files.writeString(directory.resolve("x.gz"), "a\na\n");
        assertEquals("a\n", Run.dedup("", "filter", file.toString()).out());
    }

    /** Cut anywhere, gzip fails; except after a member, where nothing tells, and before its second byte. */
    @Test
    void everyTruncationFails() throws IOException {
        String text = "first\nsecond\nthird\nfirst\n".repeat(3) + "last";
        byte[] member = Gzip.memberWithLongHeader(text);
        byte[] two = Gzip.join(member, Gzip.member("x\n"));
        for (int length = 2; length < two.length; length++) {
            if (length == member.length) {
                continue;
            }
            Path file = Files.write(directory.resolve("cut"), Arrays.copyOf(two, length));
            Run run = Run.filter(TINY, InputStream.nullInputStream(), file.toString());
            assertEquals(1, run.code(), "cut to " + length);
            assertTrue("first\nsecond\nthird\nlastx\n".startsWith(run.out()), run.out());
            assertTrue(run.err().contains(file + ": the gzip data is cut short: it ends inside member "), run.err());
            assertTrue(run.err().contains("read up to there: "), run.err());
            assertTrue(run.err().contains("\nincomplete: read "), run.err());
        }
    }

    /** A line that the cut leaves unfinished is no record. */
    @Test
    void anUnfinishedLineIsNotWritten() {
        byte[] gzip = Gzip.member("complete\nunfinished\n");
        Run run = Run.filter(Run.WIDE, Arrays.copyOf(gzip, gzip.length - 12));
        assertEquals(1, run.code());
        assertTrue(List.of("", "complete\n").contains(run.out()), run.out());
        assertTrue(run.err().startsWith("dedup: standard input: the gzip data is cut short"), run.err());
    }

    /** Whatever byte is damaged, either the run fails or the text is right (a file's time in the header means nothing). */
    @Test
    void everyDamageFailsOrIsHarmless() {
        byte[] gzip = Gzip.member("first\nsecond\nthird\nfirst\n");
        int failures = 0;
        for (int at = 2; at < gzip.length; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] damaged = gzip.clone();
                damaged[at] ^= (byte) (1 << bit);
                Run run = Run.filter(TINY, damaged);
                if (run.code() == 0) {
                    assertEquals("first\nsecond\nthird\n", run.out(), "bit " + bit + " of byte " + at);
                } else {
                    assertEquals(1, run.code(), run.err());
                    assertTrue(run.err().startsWith("dedup: standard input: "), run.err());
                    failures++;
                }
            }
        }
        assertTrue(failures > (gzip.length - 12) * Byte.SIZE, failures + " failures");
    }

    static Stream<Arguments> garbage() {
        return Stream.of(
                arguments(
                        "text", Run.bytes("garbage"), "what follows gzip member 1, at compressed byte 24, is no gzip"),
                arguments("one byte", Run.bytes("g"), "what follows gzip member 1, at compressed byte 24, is no gzip"),
                arguments("zeros", new byte[512], "what follows gzip member 1, at compressed byte 24, is no gzip"),
                arguments("half of the magic", Run.bytes("\u001f"), "is cut short: it ends inside member 2"),
                arguments("nearly the magic", Run.bytes("\u001f\u008a"), "what follows gzip member 1"),
                arguments("an unknown method", Run.bytes("\u001f\u008b\u0007\0"), "its compression method is 7, not 8"),
                arguments("unknown flags", Run.bytes("\u001f\u008b\u0008\u0080"), "its header has unknown flags"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("garbage")
    void whatFollowsTheLastMemberFails(String name, byte[] garbage, String message) {
        Run run = Run.filter(TINY, Gzip.join(Gzip.member("a\na\n"), garbage));
        assertEquals("a\n", run.out());
        assertEquals(1, run.code());
        assertTrue(run.err().contains(message), run.err());
        assertTrue(run.err().contains("incomplete: read 2 = first 1 + replayed 0 + duplicate 1"), run.err());
    }
}
