package io.github.dedupkit.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An open loop: events arrive at a fixed rate, whether or not the store keeps up. A batch is judged when its last event
 * has arrived, and an event's latency runs from its own intended arrival to the end of the call: it holds the time that
 * the batch took to fill, and all the time for which earlier calls were late. So nothing is left out when the store
 * stalls (coordinated omission: G. Tene, How NOT to Measure Latency, 2013).
 *
 * <p>One thread, and one schedule from the first event to the last: all events are made, and what that left is collected,
 * before the clock starts. A store that has to be helped to forget ({@link HotPathSubject#settle}) is helped once in
 * 65,536 events, with the clock stopped: what is late then is as late when it goes on. A store that needs no help stops
 * the clock for the two readings of it.
 */
final class LatencyRun {
    private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String name;
    private final HotPathSubject subject;
    private final HotPathSetting setting;
    private final LatencyEvents events;
    private final LatencyClock clock;
    private final HotPathTally tally = new HotPathTally();
    private long next;

    /** Begins behind the events that fill a window; {@link #fill} sends those. */
    LatencyRun(String name, HotPathSubject subject, HotPathSetting setting, LatencyEvents events, LatencyClock clock) {
        this.name = name;
        this.subject = subject;
        this.setting = setting;
        this.events = events;
        this.clock = clock;
        next = setting.workload().fill();
    }

    String name() {
        return name;
    }

    /** Fills a window: what remembers nothing can do without. */
    LatencyRun fill() {
        HotPathBenchmark.fill(name, subject, setting);
        return this;
    }

    /**
     * Measures one operating point.
     *
     * @param rate events per second
     * @param batch events per call
     * @param warmUps chunks judged before, as fast as they can be
     * @param chunks to measure; the rest is left out once the store is overloaded
     */
    LatencyResult measure(long rate, int batch, int warmUps, int chunks) {
        HotPathWorkload.requireBatch(batch);
        HotPathSubject.Caller caller = subject.caller(batch);
        for (int i = 0; i < warmUps; i++) {
            HotPathChunk chunk = events.make(next, 1).get(0);
            HotPathBenchmark.judge(caller, chunk, batch, tally);
            settle(chunk);
        }
        LatencyResult result = new LatencyResult(name, rate, batch);
        List<HotPathChunk> made = events.make(next, chunks);
        System.gc(); // or the first collection on the clock would copy them all
        long start = clock.nanos() + LEAD_NANOS;
        for (int i = 0; i < chunks && !result.isOverloaded(); i++) {
            HotPathChunk chunk = made.get(i);
            stream(caller, chunk, start, (long) i * HotPathWorkload.CHUNK, result);
            long stopped = clock.nanos();
            settle(chunk);
            long helped = clock.nanos() - stopped;
            result.stop(helped);
            start += helped;
        }
        caller.finish();
        return result;
    }

    /** The events from one of the schedule on: a chunk of them. */
    private void stream(
            HotPathSubject.Caller caller, HotPathChunk chunk, long start, long first, LatencyResult result) {
        int batch = result.batch();
        for (int from = 0; from < HotPathWorkload.CHUNK; from += batch) {
            clock.await(start + result.nanosUntil(first + from + batch - 1));
            long called = clock.nanos();
            caller.judge(chunk, from, from + batch, tally);
            long answered = clock.nanos();
            result.call(answered - called);
            for (int i = from; i < from + batch; i++) {
                result.latency(answered - (start + result.nanosUntil(first + i)));
            }
        }
        tally.events += HotPathWorkload.CHUNK;
    }

    /** After a chunk, judged as fast as it could be or on the clock. */
    private void settle(HotPathChunk chunk) {
        subject.settle(chunk);
        subject.advance();
        tally.requireRight(name, subject.falseDuplicateProbability(), subject.admissionProbability());
        next += HotPathWorkload.CHUNK;
    }
}
