package io.github.dedupkit.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * How far a long run is, for a person who watches standard error; nothing for anybody else. Not thread-safe.
 *
 * <p>Drawn by a thread of its own; the run only tells where it is, once per block.
 */
final class Progress {
    private static final long SILENT_NANOS = 2_000_000_000;
    private static final int INTERVAL_MILLIS = 250;
    private static final int COLUMNS = 79;
    private static final long UNKNOWN = -1;
    private static final long MIB = 1 << 20;

    /** Shows nothing. */
    static final Progress NONE = new Progress(null, -1, () -> 0);

    private final @Nullable PrintStream terminal;
    private final long totalBytes;
    private final LongSupplier nanoTime;
    private final long startNanos;
    private @Nullable ProgressBar bar;

    /**
     * Starts the time.
     *
     * @param terminal to draw on; null to draw nothing
     * @param totalBytes of all inputs; negative if not known
     * @param nanoTime tells how long the run takes
     */
    Progress(@Nullable PrintStream terminal, long totalBytes, LongSupplier nanoTime) {
        this.terminal = terminal;
        this.totalBytes = totalBytes;
        this.nanoTime = nanoTime;
        startNanos = nanoTime.getAsLong();
    }

    /** The progress of a run through these inputs: shown if a terminal shows standard error, and no data. */
    static Progress of(StandardStreams streams, Reporting reporting, List<String> names) {
        return reporting != Reporting.QUIET && streams.areOfProcess() && isWatched()
                ? new Progress(streams.err(), totalBytes(names), System::nanoTime)
                : NONE;
    }

    /** Says how many bytes of the inputs were read, compressed as they are. */
    void at(long bytes) {
        if (terminal == null) {
            return;
        }
        long nanos = nanoTime.getAsLong() - startNanos;
        if (bar == null && nanos > SILENT_NANOS) {
            bar = new ProgressBarBuilder()
                    .setTaskName("dedup")
                    .setInitialMax(totalBytes)
                    .setUnit(" MiB", MIB)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(INTERVAL_MILLIS)
                    .setConsumer(new OneLine(terminal))
                    .startsFrom(bytes, Duration.ofNanos(nanos))
                    .build();
        }
        if (bar != null) {
            bar.stepTo(bytes);
        }
    }

    /** Leaves nothing on the terminal. */
    void clear() {
        if (bar != null && terminal != null) {
            bar.close(); // waits for the last line, and would not remove the first one
            terminal.print("\r" + " ".repeat(COLUMNS) + "\r");
            terminal.flush();
            bar = null;
        }
    }

    private static long totalBytes(List<String> names) {
        long total = 0;
        for (String name : names) {
            File file = new File(name);
            if (!file.isFile()) {
                return UNKNOWN;
            }
            total += file.length();
        }
        return total;
    }

    /** Linux tells where each stream leads; elsewhere all that is known is whether there is a terminal at all. */
    private static boolean isWatched() {
        try {
            return isTerminal("/proc/self/fd/2") && !isTerminal("/proc/self/fd/1");
        } catch (IOException | UnsupportedOperationException e) {
            return StandardOutput.isTerminal();
        }
    }

    private static boolean isTerminal(String descriptor) throws IOException {
        String target = Files.readSymbolicLink(Path.of(descriptor)).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    }

    /** One line of a terminal, drawn over and over. */
    private static final class OneLine implements ProgressBarConsumer {
        private final PrintStream terminal;

        OneLine(PrintStream terminal) {
            this.terminal = terminal;
        }

        @Override
        public int getMaxRenderedLength() {
            return COLUMNS;
        }

        @Override
        public void accept(String line) {
            terminal.print("\r" + line);
            terminal.flush();
        }

        @Override
        public void close() {}
    }
}
