package io.github.dedupkit.cli;

import static io.github.dedupkit.cli.HandOver.BLOCK_BYTES;
import static io.github.dedupkit.cli.HandOver.LINES;
import static io.github.dedupkit.cli.HandOver.SMALL_BLOCKS;
import static io.github.dedupkit.cli.HandOver.bytes;
import static io.github.dedupkit.cli.HandOver.first;
import static io.github.dedupkit.cli.HandOver.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.cli.HandOver.Endless;
import io.github.dedupkit.cli.HandOver.Numbers;
import io.github.dedupkit.cli.HandOver.Threads;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter on two cores fails as on one: what came before a failure is written, what came after it is not. */
@Timeout(120)
class FilterHandOverFailureTest {
    private final Threads threads = new Threads();

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        threads.requireNoneLeft();
    }

    /** What was read before a failing read is judged and written, wherever it fails. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, 20_000, 60_000, 150_000})
    void aFailingReadComesAfterWhatWasRead(int good) {
        byte[] all = bytes(LINES);
        InputStream failing = new Endless() {
            private int at;

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (at == good) {
                    throw new IOException("planted");
                }
                int count = Math.min(length, good - at);
                System.arraycopy(all, at, into, offset, count);
                at += count;
                return count;
            }
        };
        Run run = Run.filter(SMALL_BLOCKS, failing, List.of());
        int lastFeed = Run.text(all).lastIndexOf('\n', good - 1);
        List<String> whole = Run.text(all).substring(0, lastFeed + 1).lines().toList();
        assertEquals(1, run.code());
        assertEquals(text(first(whole)), run.out());
        assertTrue(run.err().startsWith("dedup: standard input: planted; "), run.err());
        assertTrue(good < 2 || run.err().contains("\nincomplete: read " + whole.size() + " = first "), run.err());
    }

    /** A record that is refused ends the run; all before it are judged and written, none after it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 500, 501, 502, 503, 504, 505, 5000, 39_999})
    void aMalformedRecordComesAfterThoseBefore(int malformed) {
        List<String> lines = LINES.stream().map(line -> line + ",").collect(Collectors.toList());
        lines.set(malformed, "no field");
        InputStream in = new ByteArrayInputStream(bytes(lines));
        Run run = Run.filter(SMALL_BLOCKS, in, List.of("--delimiter=,", "--key=1", "--key=2"));
        List<String> before = lines.subList(0, malformed);
        assertEquals(1, run.code());
        assertEquals(text(first(before)), run.out());
        assertTrue(run.err().startsWith("dedup: standard input:" + (malformed + 1) + ": has 1 field"), run.err());
        assertTrue(run.err().contains("\nincomplete: read " + malformed + " = first "), run.err());
    }

    /** The store is full at the first new key beyond 1000; the malformed record may be read, and be known, before that. */
    @ParameterizedTest
    @CsvSource({"900, malformed", "1100, full", "1300, full", "2500, full", "4000, full"})
    void theFirstErrorOfTheInputWins(int malformed, String first) {
        List<String> lines = IntStream.range(0, 50_000).mapToObj(i -> i + ",").collect(Collectors.toList());
        lines.set(malformed, "no field");
        InputStream in = new ByteArrayInputStream(bytes(lines));
        List<String> options = List.of("--store=caffeine", "--delimiter=,", "--key=1", "--key=2");
        Run run = Run.filter(new FilterLimits(BLOCK_BYTES, 1000), in, options);
        assertEquals(1, run.code());
        String expected = first.equals("full") ? "there are more than 1000 distinct keys" : "standard input:901: has";
        assertTrue(run.err().startsWith("dedup: " + expected), run.err());
        assertEquals(
                1, run.err().lines().filter(line -> line.startsWith("dedup: ")).count(), run.err());
        List<String> written = run.out().lines().toList();
        assertEquals(lines.subList(0, written.size()), written);
        assertTrue(written.size() > 700 && written.size() <= 1000, written.size() + " lines");
    }

    /** Whatever write fails: what was written is a beginning, and the input is not read on. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aFailingWriteEndsTheRun(int failing) {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        int[] writes = {0};
        OutputStream out = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("one byte alone");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (++writes[0] == failing) {
                    throw new IOException("No space left on device");
                }
                written.write(bytes, offset, length);
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Numbers in = new Numbers();
        StandardStreams streams = new StandardStreams(in, out, Run.printStream(err));
        assertEquals(1, Run.filterRun(streams, SMALL_BLOCKS, List.of()).run(List.of("-")));
        assertTrue(Run.text(err).startsWith("dedup: cannot write to standard output: No space left"), Run.text(err));
        assertEquals(failing, writes[0]);
        assertTrue(in.text.toString().startsWith(Run.text(written)));
        assertTrue(in.at - written.size() < (1 << 17) + 10 * BLOCK_BYTES, in.at + " bytes read");
    }
}
