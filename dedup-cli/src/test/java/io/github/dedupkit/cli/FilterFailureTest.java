package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code dedup filter} fails: never in silence, with what, where and a remedy. */
@Timeout(60)
class FilterFailureTest {
    @TempDir
    Path directory;

    @Test
    void everyBadNameIsToldBeforeAnyOutput() throws IOException {
        Path good = Files.writeString(directory.resolve("good"), "a\n");
        Path missing = directory.resolve("missing");
        Run run = Run.dedup("", "filter", good.toString(), directory.toString(), missing.toString());
        assertEquals(1, run.code());
        assertEquals("", run.out());
        assertEquals(
                "dedup: " + directory + " is a directory; name the files in it, for example " + directory + "/*"
                        + System.lineSeparator() + "dedup: " + missing + " does not exist; check the name"
                        + System.lineSeparator(),
                run.err());
    }

    @Test
    void aRelativeNameThatIsMissingTellsWhereItWasLookedFor() {
        Run run = Run.dedup("", "filter", "no-such-file");
        assertTrue(run.err().contains("looked for in " + System.getProperty("user.dir")), run.err());
    }

    /** Every name is looked at before the first input is read; a file may be gone when its turn comes. */
    @Test
    void aFileThatVanishesIsToldAfterWhatCameBefore() throws IOException {
        Path vanishing = Files.writeString(directory.resolve("vanishing"), "b\n");
        InputStream first = new FilterInputStream(new ByteArrayInputStream(Run.bytes("a\n"))) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                Files.deleteIfExists(vanishing);
                return super.read(into, offset, length);
            }
        };
        Run run = Run.dedup(first, "filter", "-", vanishing.toString());
        assertEquals(1, run.code());
        assertEquals("a\n", run.out());
        assertTrue(run.err().contains("; check the file, it could be read a moment ago"), run.err());
        assertTrue(run.err().contains("\nincomplete: read 1 = first 1"), run.err());
    }

    @Test
    void anUnreadableFileIsRefused() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "a\n");
        File file = secret.toFile();
        assertTrue(file.setReadable(false));
        assumeFalse(file.canRead(), "this user may read every file");
        Run run = Run.dedup("", "filter", secret.toString());
        assertEquals(1, run.code());
        assertTrue(run.err().contains(secret + " may not be read by this user; change its mode"), run.err());
    }

    @Test
    void standardInputCannotBeReadTwice() {
        for (String[] arguments : new String[][] {{"filter", "-", "-"}, {"filter", "--", "-", "no-such-file", "-"}}) {
            Run run = Run.dedup("a\n", arguments);
            assertEquals(2, run.code());
            assertEquals(
                    "dedup: - stands for standard input, which can be read once; name it once" + System.lineSeparator(),
                    run.err());
            assertEquals("", run.out());
        }
    }

    @Test
    void anInputThatCannotBeOpenedIsClosed() throws IOException {
        AtomicInteger closed = new AtomicInteger();
        InputStream failing =
                new FilterInputStream(new FailingInput(() -> {
                    throw new IOException("Input/output error");
                })) {
                    @Override
                    public void close() {
                        closed.incrementAndGet();
                    }
                };
        Run run = Run.dedup(failing, "filter");
        assertEquals(1, run.code());
        assertTrue(run.err().startsWith("dedup: standard input: Input/output error; nothing of it"), run.err());
        assertEquals(1, closed.get());
    }

    @Test
    void aFileThatCannotBeOpenedIsClosed() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(descriptors), "only Linux lists open files");
        Path empty = Files.createFile(directory.resolve("empty")).toRealPath();
        StandardStreams streams = new StandardStreams(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                Run.printStream(new ByteArrayOutputStream()));
        assertThrows(
                CliException.class,
                () -> InputSource.open(empty.toString(), streams, () -> {
                    throw CliException.outputClosed();
                }));
        for (File descriptor : descriptors.toFile().listFiles()) {
            assertNotEquals(empty.toFile(), descriptor.getCanonicalFile());
        }
    }

    @Test
    void aFailingReadNamesTheInputAndHowFarItGot() {
        InputStream failing = new SequenceInputStream(
                new ByteArrayInputStream(Run.bytes("a\nb\na\nunfinished")), new FailingInput(() -> {
                    throw new IOException("Input/output error");
                }));
        Run run = Run.filter(Run.WIDE, failing);
        assertEquals(1, run.code());
        assertEquals("a\nb\n", run.out());
        assertTrue(
                run.err()
                        .startsWith(
                                "dedup: standard input: Input/output error; read up to there: 3 records, and 10 bytes"
                                        + " of an unfinished one, which were not used"),
                run.err());
        assertTrue(run.err().contains("\nincomplete: read 3 = first 2 + replayed 0 + duplicate 1"), run.err());
    }

    /** The store may drop a record only after the run has stopped: what was written is a right beginning. */
    @ParameterizedTest
    @ValueSource(longs = {1, 100, 255, 256, 257, 5000})
    void tooManyDistinctLinesStopTheRun(long maximumKeys) {
        String distinct = IntStream.range(0, 20_000)
                .mapToObj(i -> i + "\n" + i / 2 + "\n")
                .collect(Collectors.joining());
        String right = IntStream.range(0, 20_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        Run run = Run.filter(new FilterLimits(1 << 12, maximumKeys), Run.bytes(distinct));
        assertEquals(1, run.code());
        assertTrue(right.startsWith(run.out()), "the output is no beginning of the right one");
        long written = run.out().lines().count();
        assertTrue(written <= maximumKeys && written > maximumKeys - 257, written + " lines");
        assertTrue(run.err().startsWith("dedup: there are more than " + maximumKeys + " distinct keys"), run.err());
        assertTrue(run.err().contains(Heap.describe() + " can hold; " + Heap.remedy()), run.err());
    }

    @Test
    void theHeapBoundsTheKeys() {
        assertEquals(1000, Heap.maximumKeys(16 << 20));
        assertEquals((64L << 20) / 2 / 168, Heap.maximumKeys((64 << 20) + (16 << 20)));
        assertEquals(Integer.MAX_VALUE, Heap.maximumKeys(Long.MAX_VALUE));
    }

    /** Endless distinct lines into an output that its reader closes: ends at once, and says nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"Broken pipe", "Pipe closed", "The pipe is being closed"})
    void aClosedOutputEndsTheRunQuietly(String message) {
        AtomicInteger writes = new AtomicInteger();
        OutputStream closing = failing(message, writes);
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        AtomicInteger line = new AtomicInteger();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return '\n';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                byte[] text = Run.bytes(line.incrementAndGet() + "\n");
                System.arraycopy(text, 0, into, offset, text.length);
                return text.length;
            }

            @Override
            public int available() {
                return 1;
            }
        };
        int code = DedupMain.run(new StandardStreams(endless, closing, Run.printStream(err)), "filter");
        assertEquals(141, code);
        assertEquals("", Run.text(err));
        assertEquals(1, writes.get());
    }

    @Test
    void aFullDiskIsAnError() {
        AtomicInteger writes = new AtomicInteger();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream in = new ByteArrayInputStream(Run.bytes("a\nb\na\n"));
        int code = DedupMain.run(
                new StandardStreams(in, failing("No space left on device", writes), Run.printStream(err)), "filter");
        assertEquals(1, code);
        assertTrue(
                Run.text(err).startsWith("dedup: cannot write to standard output: No space left on device;"),
                Run.text(err));
        assertTrue(Run.text(err).contains("\nincomplete: read 3"), Run.text(err));
        assertFalse(Run.text(err).lines().anyMatch(line -> line.startsWith("read ")), Run.text(err));
        assertEquals(1, writes.get());
    }

    /** Not even with -q does an error pass unsaid. */
    @Test
    void quietDoesNotHideErrors() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream in = new ByteArrayInputStream(Run.bytes("a\n"));
        int code = DedupMain.run(
                new StandardStreams(in, failing("No space left", new AtomicInteger()), Run.printStream(err)),
                "filter",
                "-q");
        assertEquals(1, code);
        assertEquals(1, Run.text(err).lines().count());
    }

    @Test
    void booksThatDoNotBalanceAreAnInternalError() {
        Tally tally = new Tally();
        tally.enter(Verdict.FIRST_SEEN);
        tally.enter(Verdict.DUPLICATE);
        tally.requireEqual(2, stats(1, 1));
        for (Runnable wrong : new Runnable[] {
            () -> tally.requireEqual(3, stats(1, 1)),
            () -> tally.requireEqual(2, stats(2, 1)),
            () -> tally.requireEqual(2, stats(1, 0))
        }) {
            CliException failure = assertThrows(CliException.class, wrong::run);
            assertEquals(70, failure.exitCode());
            assertTrue(failure.text().startsWith("internal error: the books do not balance: "), failure.text());
        }
    }

    @Test
    void whatNobodyExpectedIsAnInternalErrorWithATrace() {
        InputStream broken = new FailingInput(() -> {
            throw new IllegalStateException("planted");
        });
        for (String end : new String[] {"filter", "--"}) {
            Run run = end.equals("--") ? Run.dedup(broken, "filter", end) : Run.dedup(broken, end);
            assertEquals(70, run.code());
            assertTrue(run.err().startsWith("dedup: internal error, please report it:"), run.err());
            assertTrue(run.err().contains("IllegalStateException: planted"), run.err());
        }
    }

    @Test
    void outOfMemoryIsToldInOneMessage() {
        InputStream hungry = new FailingInput(() -> {
            throw new OutOfMemoryError("planted");
        });
        Run run = Run.dedup(hungry, "filter", "-q");
        assertEquals(1, run.code());
        assertTrue(run.err().startsWith("dedup: out of memory after 0 records in the heap of "), run.err());
        assertEquals(1, run.err().lines().count());
    }

    /** What a read does instead of reading. */
    private interface Failure {
        void fail() throws IOException;
    }

    private static final class FailingInput extends InputStream {
        private final Failure failure;

        FailingInput(Failure failure) {
            this.failure = failure;
        }

        @Override
        public int read() throws IOException {
            failure.fail();
            return -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            failure.fail();
            return -1;
        }
    }

    private static OutputStream failing(String message, AtomicInteger writes) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                writes.incrementAndGet();
                throw new IOException(message);
            }
        };
    }

    private static StoreStats stats(long first, long duplicates) {
        return new StoreStats(first, 0, duplicates, 0, 0, 0, 0, 1, OptionalLong.empty(), Duration.ZERO, 0);
    }
}
