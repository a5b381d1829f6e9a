package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * Measures what many threads reach that meet at the same keys.
 *
 * @param threads numbers of threads, to be compared with the first
 * @param keys which keys
 * @param store which store
 * @param batch events in a call; with 1, single calls
 * @param seconds of each measurement
 * @param rounds of measurements
 */
record ContentionRun(List<Integer> threads, ContentionKeys keys, DayStore store, int batch, int seconds, int rounds) {
    private static final long NOW = 1L << 42;
    private static final int MOST_THREADS = 1024;
    private static final int EXPECTED_KEYS = 200_000;
    static final int DIGITS = 2;

    ContentionRun {
        if (threads.size() < 2) {
            throw BenchException.usage("--threads " + text(threads)
                    + " leaves nothing to compare with; give two different numbers or more, such as 2,16");
        }
        if (threads.stream().distinct().count() < threads.size()) {
            throw BenchException.usage("--threads " + text(threads) + " has a number twice; give each once");
        }
        for (int count : threads) {
            requireWithin("--threads", count, MOST_THREADS);
        }
        requireWithin("--batch", batch, EventBatch.MAX_CAPACITY);
        requireWithin("--seconds", seconds, 3_600);
        requireWithin("--rounds", rounds, 1_000);
    }

    private static String text(List<Integer> threads) {
        return threads.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static void requireWithin(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw BenchException.usage(option + " " + value + " is out of bounds; give 1 to " + most);
        }
    }

    /**
     * One measurement.
     *
     * @param threads how many
     * @param events marked
     * @param wrong of them told anything else than DUPLICATE
     * @param nanos it took
     * @param calls how long calls took, in nanoseconds
     */
    record Figure(int threads, long events, long wrong, long nanos, Histogram calls) {
        double perSecond() {
            return events * 1e9 / Math.max(1, nanos);
        }
    }

    /** Measures all rounds. */
    List<Figure> measure() throws InterruptedException {
        int[] schedule = keys.schedule();
        Retention retention = Retention.builder(Duration.ofHours(1)).build();
        List<Figure> figures = new ArrayList<>();
        try (DeduplicationStore opened = store.open(retention, EXPECTED_KEYS)) {
            new Caller(opened, schedule, 0, schedule.length).callOnce();
            measure(opened, schedule, threads.get(0), TimeUnit.SECONDS.toNanos(1)); // until it is compiled
            for (int round = 0; round < rounds; round++) {
                for (int count : threads) {
                    figures.add(measure(opened, schedule, count, TimeUnit.SECONDS.toNanos(seconds)));
                }
            }
        }
        return figures;
    }

    private Figure measure(DeduplicationStore opened, int[] schedule, int count, long nanos)
            throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(count);
        ExecutorService pool = Executors.newFixedThreadPool(count);
        try {
            List<Future<Caller>> callers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Caller caller = new Caller(opened, schedule, i * (schedule.length / count), batch);
                Callable<Caller> task = () -> {
                    ready.countDown();
                    ready.await();
                    return caller.callFor(nanos);
                };
                callers.add(pool.submit(task));
            }
            Histogram calls = new Histogram(DIGITS);
            long events = 0;
            long wrong = 0;
            long began = Long.MAX_VALUE;
            long ended = Long.MIN_VALUE;
            for (Future<Caller> future : callers) {
                Caller caller = future.get();
                events += caller.events;
                wrong += caller.wrong;
                began = Math.min(began, caller.began);
                ended = Math.max(ended, caller.ended);
                calls.add(caller.calls);
            }
            return new Figure(count, events, wrong, ended - began, calls);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a thread failed", e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    /** One thread's calls. A call is timed from the end of the one before it. */
    private static final class Caller {
        private final DeduplicationStore opened;
        private final int[] schedule;
        private final EventBatch marks;
        private int next;
        private long events;
        private long wrong;
        private long began;
        private long ended;
        private final Histogram calls = new Histogram(TimeUnit.MINUTES.toNanos(1), DIGITS);

        Caller(DeduplicationStore opened, int[] schedule, int from, int batch) {
            this.opened = opened;
            this.schedule = schedule;
            next = from;
            marks = new EventBatch(batch);
        }

        /** Marks the keys of a batch, whatever they are told. */
        void callOnce() {
            mark();
        }

        Caller callFor(long nanos) {
            began = System.nanoTime();
            long now = began;
            while (now - began < nanos) {
                wrong += mark();
                events += marks.capacity();
                long after = System.nanoTime();
                calls.recordValue(after - now);
                now = after;
            }
            ended = now;
            return this;
        }

        /** Marks the next events; returns how many are told anything else than DUPLICATE. */
        private int mark() {
            if (marks.capacity() == 1) {
                long key = key(schedule[next++ & (schedule.length - 1)]);
                return opened.markSeen(~key, key, NOW) == Verdict.DUPLICATE ? 0 : 1;
            }
            marks.clear();
            while (!marks.isFull()) {
                long key = key(schedule[next++ & (schedule.length - 1)]);
                marks.add(~key, key, NOW, 0);
            }
            opened.markSeen(marks);
            int others = 0;
            for (int i = 0; i < marks.size(); i++) {
                others += marks.verdict(i) == Verdict.DUPLICATE ? 0 : 1;
            }
            return others;
        }

        private static long key(int number) {
            return DayEvents.mix(number + 1L);
        }
    }
}
