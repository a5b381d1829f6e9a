package io.github.dedupkit.cli;

import io.github.dedupkit.cli.FilterSummary.Ending;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One run of {@code dedup filter}: reads the inputs one after the other, and ends well in every way a run can end.
 *
 * <p>The thread that reads holds the gate whenever it does anything but read or wait for input. Between two holds every
 * complete record read is taken in by the filter, and before a wait all are judged and written, but for a few that may be
 * held back where time jumps. Whoever stops the process takes the gate, has the rest judged, finds the outputs at the
 * border of a record, prints the totals, and never gives the gate back.
 */
final class FilterRun {
    /** How long to wait, at an interrupt, for a write that may be stuck in a full pipe. */
    private static final long STUCK_OUTPUT_SECONDS = 2;

    /** How long a record may be held back while input never pauses. */
    private static final long HELD_BACK_NANOS = 200_000_000;

    private final StandardStreams streams;
    private final FilterOptions options;
    private final FilterLimits limits;
    private final RecordFilter filter;
    private final CountDownLatch over = new CountDownLatch(1);
    private final ReentrantLock gate = new ReentrantLock();
    private final long startNanos = System.nanoTime();
    private Progress progress = Progress.NONE;
    private long recordsRead;
    private long bytesBefore;
    private long flushedNanos = startNanos;
    private boolean failing;
    private boolean ended;

    /**
     * Prepares a run, and empties its output files.
     *
     * @throws CliException if the options cannot be met
     */
    FilterRun(StandardStreams streams, FilterOptions options, FilterLimits limits) {
        this.streams = streams;
        this.options = options;
        this.limits = limits;
        filter = new RecordFilter(options, limits, streams.out());
    }

    /**
     * Runs to the end of the inputs, or to the first failure.
     *
     * @return the exit code
     */
    int run(List<String> names) {
        Thread hook = new Thread(this::interrupted, "dedup-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        progress = Progress.of(streams, options.reporting(), names);
        try {
            for (String name : names) {
                filterInput(name);
            }
            return end();
        } catch (CliException e) {
            return endEarly(e);
        } catch (OutOfMemoryError e) {
            return endEarly(CliException.failed("out of memory after "
                    + filter.tally().read() + " records in " + Heap.describe() + "; " + Heap.remedy()));
        } finally {
            filter.stop();
            over.countDown();
            remove(hook);
        }
    }

    /** Keeps the process alive, but not for ever, until the reading thread has said what went wrong. */
    private void awaitTheEnd() {
        try {
            if (!over.await(STUCK_OUTPUT_SECONDS, TimeUnit.SECONDS)) {
                streams.err().println("dedup: interrupted while writing: the output may end inside a record");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the run from another thread: judges what is held, prints the totals, and stops the reading thread. */
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
            awaitTheEnd();
            return;
        }
        ended = true;
        try {
            progress.clear();
            filter.finish();
            filter.close();
            filter.requireBalance(recordsRead);
            print(Ending.INTERRUPTED);
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
            RecordReader records = options.format().reader(source.stream(), source.name(), limits.blockBytes());
            while (fill(records, source)) {
                filterBlock(records, source);
            }
            filterBlock(records, source);
            bytesBefore += source.position();
        } catch (IOException e) {
            throw CliException.failed(name + ": cannot be closed: " + e.getMessage());
        }
    }

    private static boolean fill(RecordReader records, InputSource source) {
        try {
            return records.fill();
        } catch (IOException e) {
            throw CliException.failed(source.name() + ": " + e.getMessage() + "; read up to there: " + records.records()
                    + " records, and " + records.unfinishedBytes()
                    + " bytes of an unfinished one, which were not used");
        }
    }

    private void filterBlock(RecordReader records, InputSource source) {
        atTheGate(() -> {
            long before = records.records();
            filter.filterBlock(records, source.name());
            recordsRead += records.records() - before;
            progress.at(bytesBefore + source.position());
            long now = System.nanoTime();
            if (now - flushedNanos > HELD_BACK_NANOS) {
                flushedNanos = now;
                filter.flush();
            }
        });
    }

    private void flushBeforeWaiting() {
        atTheGate(filter::flush);
    }

    private void atTheGate(Runnable work) {
        gate.lock();
        try {
            failing = true;
            work.run();
            failing = false;
        } finally {
            gate.unlock();
        }
    }

    private int end() {
        gate.lock();
        try {
            failing = true;
            progress.clear();
            filter.finish();
            filter.close();
            filter.requireBalance(recordsRead);
            ended = true;
            print(Ending.COMPLETE);
            return ExitCode.OK;
        } finally {
            gate.unlock();
        }
    }

    private int endEarly(CliException failure) {
        gate.lock();
        try {
            ended = true;
            progress.clear();
            CliException first = firstFailure(failure);
            first.print(streams);
            filter.stop();
            close();
            if (first.exitCode() != ExitCode.OUTPUT_CLOSED) {
                print(Ending.INCOMPLETE);
            }
            return first.exitCode();
        } finally {
            gate.unlock();
        }
    }

    /** Judges what was read before a failure, if that can be; a failure in that comes before the other. */
    private CliException firstFailure(CliException failure) {
        try {
            if (!filter.isBroken()) {
                filter.finish();
            }
            return failure;
        } catch (CliException e) {
            return e;
        }
    }

    /** Brings every output that still works to the border of the last record judged. */
    private void close() {
        try {
            filter.close();
        } catch (CliException e) {
            e.print(streams);
        }
    }

    private void print(Ending ending) {
        if (options.reporting() != Reporting.QUIET) {
            long millis = (System.nanoTime() - startNanos) / 1_000_000;
            FilterSummary summary = new FilterSummary(filter, options.window(), ending, millis);
            streams.err().println(options.reporting() == Reporting.JSON ? summary.json() : summary.text());
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is being stopped, and the hook runs: it sees that this run has ended.
        }
    }
}
