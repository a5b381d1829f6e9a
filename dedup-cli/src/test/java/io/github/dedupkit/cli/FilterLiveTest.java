package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A filter in the middle of pipes that stall: what is known is written before the filter waits, and an interrupt finds
 * the output at the border of a record. The next piece of input is written only after the output of the one before was
 * read, so a filter that holds lines back stops the test.
 */
@Timeout(120)
class FilterLiveTest {
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final PipedOutputStream input = new PipedOutputStream();
    private final PipedInputStream output = new PipedInputStream(1 << 16);
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final StandardStreams streams;
    private final FilterRun run;

    FilterLiveTest() throws IOException {
        streams = new StandardStreams(
                new PipedInputStream(input, 1 << 16), new PipedOutputStream(output), Run.printStream(err));
        run = Run.filterRun(streams, Run.WIDE, List.of());
    }

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void linesAreWrittenBeforeTheFilterWaits() throws Exception {
        Future<Integer> code = start();
        write(Run.bytes("a\n"));
        expect("a\n");
        write(Run.bytes("a\nb\r\nunfini"));
        expect("b\r\n");
        write(Run.bytes("shed\n"));
        expect("unfinished\n");
        input.close();
        assertEquals(0, code.get());
    }

    /** The trap of java.util.zip.GZIPInputStream on JDK 17: it takes a pause between members for the end. */
    @Test
    void aStallBetweenGzipMembersIsNotTheEnd() throws Exception {
        Future<Integer> code = start();
        write(Gzip.member("a\n"));
        expect("a\n");
        write(Gzip.member("a\nb\n"));
        expect("b\n");
        byte[] third = Gzip.member("c\n");
        for (byte b : third) {
            write(new byte[] {b});
        }
        expect("c\n");
        input.close();
        assertEquals(0, code.get());
    }

    @Test
    void anInterruptWhileWaitingPrintsTheTotals() throws Exception {
        Future<Integer> code = start();
        write(Run.bytes("a\nb\na\nunfinished"));
        expect("a\nb\n");
        run.interrupted();
        assertEquals(
                "interrupted: read 3 = first 2 + replayed 0 + duplicate 1 + late 0 + rejected 0",
                Run.text(err).lines().findFirst().orElseThrow());
        // The reading thread must not go on: in a process, the JVM is halted now.
        write(Run.bytes("\nc\n"));
        while (!run.isHeld() && !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait(); // until @Timeout interrupts
        }
        assertTrue(run.isHeld());
        assertEquals(0, output.available());
        assertFalse(code.isDone());
    }

    @Test
    void anInterruptAfterTheEndSaysNothingMore() throws Exception {
        Future<Integer> code = start();
        write(Run.bytes("a\n"));
        input.close();
        assertEquals(0, code.get());
        String summary = Run.text(err);
        run.interrupted();
        assertEquals(summary, Run.text(err));
        assertTrue(summary.startsWith("read 1 = first 1"), summary);
    }

    /** A pause does not write what is held: nobody knows yet whether to believe its time. */
    @Test
    void recordsHeldAreWrittenWhenTheyAreDecided() throws Exception {
        Future<Integer> code = start(windowed());
        write(Run.bytes("a,1\nb,2\n"));
        write(Run.bytes("c,3\nd,4\n")); // three agree with the first
        expect("a,1\nb,2\nc,3\nd,4\n");
        write(Run.bytes("a,5\ne,6\n"));
        expect("e,6\n");
        write(Run.bytes("f,90000\ng,7\nf,90001\n"));
        write(Run.bytes("h,8\n"));
        write(Run.bytes("i,9\n")); // three disagree with the fifth
        expect("f,90000\ng,7\n");
        write(Run.bytes("j,10\n"));
        expect("f,90001\nh,8\ni,9\nj,10\n");
        input.close();
        assertEquals(0, code.get());
        assertTrue(
                Run.text(err).startsWith("read 12 = first 9 + replayed 0 + duplicate 1 + late 2 + rejected 0"),
                Run.text(err));
    }

    /** What is held is judged by what is known, and counted. */
    @Test
    void anInterruptJudgesWhatIsHeld() throws Exception {
        FilterRun held = windowed();
        Future<Integer> code = start(held);
        write(Run.bytes("a,1\nb,2\nc,3\nd,4\n"));
        expect("a,1\nb,2\nc,3\nd,4\n");
        write(Run.bytes("e,5\ne,90000\nf,6\nunfinished"));
        expect("e,5\n");
        held.interrupted();
        expect("e,90000\nf,6\n");
        assertEquals(0, output.available());
        assertTrue(
                Run.text(err)
                        .startsWith("interrupted: read 7 = first 6 + replayed 0 + duplicate 0 + late 1 + rejected 0"),
                Run.text(err));
        assertTrue(Run.text(err).contains("; ahead of those that follow, and so not judged: 1"), Run.text(err));
        assertFalse(code.isDone());
    }

    private FilterRun windowed() {
        return Run.filterRun(
                streams,
                Run.WIDE,
                List.of("--delimiter=,", "--key=1", "--time=2", "--time-format=epoch-s", "--window=1h"));
    }

    private Future<Integer> start() {
        return start(run);
    }

    private Future<Integer> start(FilterRun filter) {
        return executor.submit(() -> filter.run(List.of("-")));
    }

    private void write(byte[] bytes) throws IOException {
        input.write(bytes);
        input.flush();
    }

    private void expect(String text) throws IOException {
        assertEquals(text, new String(output.readNBytes(text.length()), StandardCharsets.ISO_8859_1));
    }
}
