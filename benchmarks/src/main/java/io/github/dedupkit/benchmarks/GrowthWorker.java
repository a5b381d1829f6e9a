package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Verdict;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One thread's part of a {@link GrowthRun}: its new keys in turn, and one event in 20 that repeats one of them from an earlier
 * batch. No other thread marks them, so every verdict is certain.
 */
final class GrowthWorker implements Runnable {
    private static final int DUPLICATE_ONE_IN = 20;

    private final GrowthRun run;
    private final int thread;
    private final DeduplicationStore store;
    private final @Nullable ReplaySafeStore origins;
    private final DayKeys keys = new DayKeys(DayKeys.Kind.BITS);
    private final SplittableRandom random;
    private final EventBatch batch;
    private final boolean[] isDuplicate;
    private final long most;
    private volatile long marked;
    private volatile boolean stopped;
    private long lost;
    private long admitted;
    private long slowestNanos;

    GrowthWorker(GrowthRun run, int thread, DeduplicationStore store) {
        this.run = run;
        this.thread = thread;
        this.store = store;
        origins = store instanceof ReplaySafeStore replaySafe ? replaySafe : null;
        random = new SplittableRandom(thread);
        batch = new EventBatch(run.batch());
        isDuplicate = new boolean[run.batch()];
        most = run.to() / run.threads() + (thread < run.to() % run.threads() ? 1 : 0);
    }

    @Override
    public void run() {
        long done = 0;
        while (done < most && !stopped) {
            long next = fill(done);
            long before = System.nanoTime();
            store.markSeen(batch);
            slowestNanos = Math.max(slowestNanos, System.nanoTime() - before);
            if (origins != null) {
                origins.confirm(batch);
            }
            compare();
            done = next;
            marked = done;
        }
    }

    /** Makes a batch; returns how many of the thread's keys are then marked. */
    private long fill(long done) {
        batch.clear();
        long next = done;
        for (int i = 0; i < run.batch() && next < most; i++) {
            isDuplicate[i] = done > 0 && random.nextInt(DUPLICATE_ONE_IN) == 0;
            long number = isDuplicate[i] ? random.nextLong(done) : next++;
            long origin = origins == null ? 0 : 1 + next * run.batch() + i; // each event is a delivery of its own
            keys.add(batch, number * run.threads() + thread, GrowthRun.NOW, origin);
        }
        return next;
    }

    private void compare() {
        for (int i = 0; i < batch.size(); i++) {
            boolean duplicate = batch.verdict(i).isDuplicate();
            if (!duplicate && batch.verdict(i) != Verdict.FIRST_SEEN) {
                throw new IllegalStateException("an event of the present is told " + batch.verdict(i));
            }
            lost += duplicate && !isDuplicate[i] ? 1 : 0;
            admitted += isDuplicate[i] && !duplicate ? 1 : 0;
        }
    }

    /** Lets the thread end after its batch. */
    void stop() {
        stopped = true;
    }

    /** The new keys marked so far. */
    long keys() {
        return marked;
    }

    /** To be called, as those below, when the thread has ended. */
    long lost() {
        return lost;
    }

    long admitted() {
        return admitted;
    }

    long slowestNanos() {
        return slowestNanos;
    }
}
