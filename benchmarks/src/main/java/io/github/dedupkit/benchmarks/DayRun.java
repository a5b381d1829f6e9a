package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import java.util.ArrayList;
import java.util.List;

/**
 * Streams a day through a store with some threads.
 *
 * @param plan the events and the margins
 * @param keys how ids become keys
 * @param threads how many
 */
record DayRun(DayPlan plan, DayKeys.Kind keys, int threads) {
    private static final int MOST_THREADS = 1024;

    DayRun {
        if (threads < 1 || threads > MOST_THREADS) {
            throw BenchException.usage("--threads " + threads + " is out of bounds; give 1 to " + MOST_THREADS);
        }
    }

    /**
     * What came of a run.
     *
     * @param tally of all threads
     * @param nanos it took
     */
    record Outcome(DayTally tally, long nanos) {}

    /**
     * Streams all events.
     *
     * @throws InterruptedException if this thread is interrupted; the threads have ended then, before the last event
     * @throws RuntimeException as the store threw it, or an {@link Error}
     */
    Outcome stream(DeduplicationStore store, BenchProgress progress) throws InterruptedException {
        int batch = plan.batch();
        DayPace pace = new DayPace((plan.stream().events() + batch - 1) / batch, plan.lead(), threads);
        List<DayWorker> workers = new ArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            DayWorker worker = new DayWorker(plan, keys, store);
            workers.add(worker);
            tasks.add(() -> work(worker, pace, number));
        }
        long start = System.nanoTime();
        BenchThreads.run(
                "day",
                tasks,
                pace::stop,
                BenchProgress.INTERVAL_MILLIS,
                () -> progress.at(Math.min(pace.begun() * batch, plan.stream().events())));
        long nanos = System.nanoTime() - start;
        return new Outcome(workers.stream().map(DayWorker::tally).reduce(DayTally.NOTHING, DayTally::plus), nanos);
    }

    private static void work(DayWorker worker, DayPace pace, int number) {
        for (long batch = pace.next(number); batch != DayPace.END; batch = pace.next(number)) {
            worker.stream(batch);
        }
    }
}
