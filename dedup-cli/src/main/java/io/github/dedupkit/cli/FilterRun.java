package io.github.dedupkit.cli;

import io.github.dedupkit.StoreStats;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One run of {@code dedup filter}: reads the inputs one after the other, and ends well in every way a run can end.
 *
 * <p>The thread that reads holds the gate whenever it does anything but wait for input, and between two holds every
 * complete line read is judged and written to the output's buffer. Whoever stops the process takes the gate, finds
 * the output at the border of a record, prints the totals, and never gives the gate back.
 */
final class FilterRun {
    /** How long to wait, at an interrupt, for a write that may be stuck in a full pipe. */
    private static final long STUCK_OUTPUT_SECONDS = 2;

    /** How long a line may be held back while input never pauses. */
    private static final long HELD_BACK_NANOS = 200_000_000;

    private final StandardStreams streams;
    private final FilterLimits limits;
    private final Reporting reporting;
    private final LineFilter filter;
    private final ReentrantLock gate = new ReentrantLock();
    private final long startNanos = System.nanoTime();
    private long linesRead;
    private long flushedNanos = startNanos;
    private boolean failing;
    private boolean ended;

    /** Whether the summary is printed. */
    enum Reporting {
        SUMMARY,
        QUIET
    }

    FilterRun(StandardStreams streams, FilterLimits limits, Reporting reporting) {
        this.streams = streams;
        this.limits = limits;
        this.reporting = reporting;
        filter = new LineFilter(streams.out(), limits.maximumKeys());
    }

    /**
     * Runs to the end of the inputs, or to the first failure.
     *
     * @return the exit code
     */
    int run(List<String> names) {
        Thread hook = new Thread(this::interrupted, "dedup-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            for (String name : names) {
                filterInput(name);
            }
            return end();
        } catch (CliException e) {
            return endEarly(e);
        } catch (OutOfMemoryError e) {
            return endEarly(CliException.failed("out of memory after "
                    + filter.tally().read() + " lines in " + Heap.describe() + "; " + Heap.remedy()));
        } finally {
            remove(hook);
        }
    }

    /** Ends the run from another thread: flushes what is judged, prints the totals, and stops the reading thread. */
    void interrupted() {
        try {
            if (!gate.tryLock(STUCK_OUTPUT_SECONDS, TimeUnit.SECONDS)) {
                streams.err().println("dedup: interrupted while writing: the output may end inside a record");
                return;
            }
        } catch (InterruptedException e) {
            return;
        }
        if (ended || failing) {
            gate.unlock(); // the reading thread has the last word
            return;
        }
        ended = true;
        try {
            filter.flush();
            filter.tally().requireEqual(linesRead, filter.stats());
            printSummary("interrupted: ");
        } catch (CliException e) {
            e.print(streams);
        }
    }

    /** Whether the reading thread has come to the gate and is kept there. */
    boolean isHeld() {
        return gate.hasQueuedThreads();
    }

    private void filterInput(String name) {
        try (InputSource source = InputSource.open(name, streams, this::flushBeforeWaiting)) {
            LineReader lines = new LineReader(source.stream(), source.name(), limits.blockBytes());
            while (fill(lines, source)) {
                filterBlock(lines);
            }
            filterBlock(lines);
        } catch (IOException e) {
            throw CliException.failed(name + ": cannot be closed: " + e.getMessage());
        }
    }

    private static boolean fill(LineReader lines, InputSource source) {
        try {
            return lines.fill();
        } catch (IOException e) {
            throw CliException.failed(source.name() + ": " + e.getMessage() + "; read up to there: " + lines.records()
                    + " lines, and " + lines.unfinishedBytes() + " bytes of an unfinished one, which were not used");
        }
    }

    private void filterBlock(LineReader lines) {
        gate.lock();
        try {
            failing = true;
            long before = lines.records();
            filter.filterBlock(lines);
            linesRead += lines.records() - before;
            long now = System.nanoTime();
            if (now - flushedNanos > HELD_BACK_NANOS) {
                flushedNanos = now;
                filter.flush();
            }
            failing = false;
        } finally {
            gate.unlock();
        }
    }

    private void flushBeforeWaiting() {
        gate.lock();
        try {
            filter.flush();
        } finally {
            gate.unlock();
        }
    }

    private int end() {
        gate.lock();
        try {
            filter.flush();
            filter.tally().requireEqual(linesRead, filter.stats());
            ended = true;
            printSummary("");
            return ExitCode.OK;
        } finally {
            gate.unlock();
        }
    }

    private int endEarly(CliException reason) {
        gate.lock();
        try {
            ended = true;
            reason.print(streams);
            if (reason.exitCode() != ExitCode.OUTPUT_CLOSED) {
                flushAfterFailure();
                printSummary("incomplete: ");
            }
            return reason.exitCode();
        } finally {
            gate.unlock();
        }
    }

    private void flushAfterFailure() {
        try {
            filter.flush();
        } catch (CliException e) {
            e.print(streams);
        }
    }

    private void printSummary(String prefix) {
        if (reporting == Reporting.SUMMARY) {
            StoreStats stats = filter.stats();
            streams.err().println(prefix + filter.tally().equation(stats.replayed(), "rejected"));
            streams.err()
                    .println(filter.bytesIn() + " bytes in, " + filter.bytesOut() + " bytes out, "
                            + seconds(System.nanoTime() - startNanos) + " s; store: exact, in memory, "
                            + stats.retainedKeys() + " keys; chance that any line was wrongly dropped: "
                            + chance(stats));
        }
    }

    /** The time to a thousandth of a second; a Formatter would cost more than the run of a small file. */
    private static String seconds(long nanos) {
        long millis = nanos / 1_000_000;
        return millis / 1000 + "." + (1000 + millis % 1000 + "").substring(1);
    }

    /** The bound on a collision of any two keys of 128 bits, n^2 / 2^129, and on an error of the store itself. */
    private static String chance(StoreStats stats) {
        double keys = Math.max(1, stats.retainedKeys());
        double bound = keys * keys * 0x1p-129 + keys * stats.falseDuplicateProbability();
        return "below 1e" + (int) Math.ceil(Math.log10(bound));
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is being stopped, and the hook runs: it sees that this run has ended.
        }
    }
}
