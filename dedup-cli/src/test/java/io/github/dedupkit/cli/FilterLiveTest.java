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
    private final FilterRun run;

    FilterLiveTest() throws IOException {
        StandardStreams streams = new StandardStreams(
                new PipedInputStream(input, 1 << 16), new PipedOutputStream(output), Run.printStream(err));
        run = new FilterRun(streams, Run.WIDE, FilterRun.Reporting.SUMMARY);
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

    private Future<Integer> start() {
        return executor.submit(() -> run.run(List.of("-")));
    }

    private void write(byte[] bytes) throws IOException {
        input.write(bytes);
        input.flush();
    }

    private void expect(String text) throws IOException {
        assertEquals(text, new String(output.readNBytes(text.length()), StandardCharsets.ISO_8859_1));
    }
}
