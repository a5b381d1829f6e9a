package io.github.dedupkit.benchmarks;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * An open loop: events arrive at a fixed rate, whether or not the store keeps up. A batch is judged when its last event
 * has arrived, and an event's latency runs from its own intended arrival to the end of the call: it holds the time that
 * the batch took to fill, and all the time for which earlier calls were late. So nothing is left out when the store
 * stalls (coordinated omission: G. Tene, How NOT to Measure Latency, 2013).
 *
 * <p>One thread. Events come in segments of 65,536, with a schedule of their own each; between them the events are made
 * and what cannot expire is helped. A segment that is late does not delay the next one; what would have arrived in
 * between is in no figure.
 */
final class LatencyRun {
    private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MOST_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;

    private final String name;
    private final HotPathSubject subject;
    private final HotPathSetting setting;
    private final LatencyClock clock;
    private final HotPathChunk chunk;
    private final HotPathTally tally = new HotPathTally();
    private long next;

    /** Fills a window. */
    LatencyRun(String name, HotPathSubject subject, HotPathSetting setting, LatencyClock clock) {
        this.name = name;
        this.subject = subject;
        this.setting = setting;
        this.clock = clock;
        chunk = new HotPathChunk(setting.id());
        next = setting.workload().fill();
        HotPathBenchmark.fill(name, subject, setting);
    }

    /**
     * Measures one operating point.
     *
     * @param rate events per second
     * @param batch events per call
     * @param warmUps segments judged before, as fast as they can be
     * @param segments to measure; the rest is left out once the store is overloaded
     */
    LatencyResult measure(long rate, int batch, int warmUps, int segments) {
        HotPathWorkload.requireBatch(batch);
        HotPathSubject.Caller caller = subject.caller(batch);
        for (int i = 0; i < warmUps; i++) {
            make();
            HotPathBenchmark.judge(caller, chunk, batch, tally);
            settle();
        }
        LatencyResult result = new LatencyResult(name, rate, batch, histogram(), histogram());
        for (int i = 0; i < segments && !result.isOverloaded(); i++) {
            make();
            stream(caller, result);
            settle();
        }
        caller.finish();
        return result;
    }

    private void make() {
        chunk.fill(setting.workload(), next, 1);
        next += HotPathWorkload.CHUNK;
    }

    private void stream(HotPathSubject.Caller caller, LatencyResult result) {
        int batch = result.batch();
        long start = clock.nanos() + LEAD_NANOS;
        long inCalls = 0;
        for (int from = 0; from < HotPathWorkload.CHUNK; from += batch) {
            clock.await(start + result.nanosUntil(from + batch - 1));
            long called = clock.nanos();
            caller.judge(chunk, from, from + batch, tally);
            long answered = clock.nanos();
            inCalls += answered - called;
            record(result.calls(), answered - called);
            for (int i = from; i < from + batch; i++) {
                record(result.latencies(), answered - (start + result.nanosUntil(i)));
            }
        }
        tally.events += HotPathWorkload.CHUNK;
        if (inCalls > result.nanosUntil(HotPathWorkload.CHUNK)) {
            result.overload();
        }
    }

    private void settle() {
        subject.settle(chunk);
        subject.advance();
        tally.requireRight(name, subject.falseDuplicateProbability(), subject.admissionProbability());
    }

    private static Histogram histogram() {
        return new Histogram(MOST_NANOS, DIGITS);
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(nanos, MOST_NANOS));
    }
}
