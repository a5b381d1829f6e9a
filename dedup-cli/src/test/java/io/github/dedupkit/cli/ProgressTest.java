package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The progress of a run: late, in one line, and gone before anything else is said. */
@Timeout(60)
class ProgressTest {
    private static final long SECOND = 1_000_000_000;

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final AtomicLong nanoTime = new AtomicLong(-SECOND);

    @Test
    void aShortRunShowsNothing() {
        Progress progress = new Progress(Run.printStream(terminal), 100 << 20, nanoTime::get);
        nanoTime.addAndGet(2 * SECOND);
        progress.at(50 << 20);
        progress.clear();
        assertEquals("", Run.text(terminal));
    }

    @Test
    void aLongRunShowsOneLineAndLeavesNone() {
        Progress progress = new Progress(Run.printStream(terminal), 100 << 20, nanoTime::get);
        progress.at(10 << 20);
        nanoTime.addAndGet(2 * SECOND + 1);
        progress.at(40 << 20);
        progress.at(50 << 20);
        progress.clear();
        String drawn = Run.text(terminal);
        assertTrue(drawn.contains("\rdedup  50% ["), drawn);
        assertTrue(drawn.contains(" 50/100 MiB "), drawn);
        assertTrue(drawn.endsWith("\r" + " ".repeat(79) + "\r"), drawn);
        assertEquals(-1, drawn.indexOf('\n'));
        for (String line : drawn.split("\r", -1)) {
            assertTrue(line.length() <= 79, line);
        }
        int length = drawn.length();
        progress.clear();
        assertEquals(length, Run.text(terminal).length());
    }

    @Test
    void anInputOfUnknownSizeHasNoPercentage() {
        Progress progress = new Progress(Run.printStream(terminal), -1, nanoTime::get);
        nanoTime.addAndGet(3 * SECOND);
        progress.at(50 << 20);
        progress.clear();
        assertTrue(Run.text(terminal).contains(" 50/? MiB "), Run.text(terminal));
    }

    /** Streams that are not the process's own are nobody's terminal. */
    @Test
    void redirectedStreamsShowNothing() {
        StandardStreams streams = new StandardStreams(
                InputStream.nullInputStream(), new ByteArrayOutputStream(), Run.printStream(terminal));
        assertEquals(Progress.NONE, Progress.of(streams, Reporting.TEXT, List.of("-")));
    }
}
