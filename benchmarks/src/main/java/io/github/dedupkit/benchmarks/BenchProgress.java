package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/** How far a run is, for a person who watches standard error; nothing for anybody else. Not thread-safe. */
final class BenchProgress implements AutoCloseable {
    static final int INTERVAL_MILLIS = 250;

    private static final int COLUMNS = 79;
    private static final long MILLION = 1_000_000;

    private final PrintStream terminal;
    private final @Nullable ProgressBar bar;

    private BenchProgress(PrintStream terminal, @Nullable ProgressBar bar) {
        this.terminal = terminal;
        this.bar = bar;
    }

    /** Shows nothing. */
    static BenchProgress none() {
        return new BenchProgress(System.err, null);
    }

    /** On standard error, if that is a terminal. */
    static BenchProgress of(long events) {
        return isWatched() ? on(System.err, events) : none();
    }

    /** Draws on a terminal, until closed. */
    static BenchProgress on(PrintStream terminal, long events) {
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("events")
                .setInitialMax(events)
                .setUnit("M", MILLION)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(INTERVAL_MILLIS)
                .setConsumer(new OneLine(terminal))
                .build();
        return new BenchProgress(terminal, bar);
    }

    /** Whether standard error is a terminal, as far as the system can tell. */
    private static boolean isWatched() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return Ansi.AUTO.enabled(); // picocli asks whether there is a terminal at all
        }
    }

    void at(long events) {
        if (bar != null) {
            bar.stepTo(events);
        }
    }

    /** Leaves nothing on the terminal. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            terminal.print("\r" + " ".repeat(COLUMNS) + "\r");
            terminal.flush();
        }
    }

    /** One line of a terminal, drawn over and over. */
    private record OneLine(PrintStream terminal) implements ProgressBarConsumer {
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
