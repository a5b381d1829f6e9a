package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arithmetic of an open loop, on a clock that moves only when told. */
class LatencyRunTest {
    private static final long RATE = 10_000;
    private static final long INTERVAL = 100_000;
    private static final long STALL = TimeUnit.MILLISECONDS.toNanos(100);

    /** Of HdrHistogram with three digits. */
    private static final double PRECISION = 0.001;

    private final Clock clock = new Clock();

    private static final class Clock implements LatencyClock {
        private long now = 1_000_000_000;

        @Override
        public long nanos() {
            return now;
        }

        @Override
        public void await(long nanos) {
            now = Math.max(now, nanos);
        }
    }

    /** Knows the truth, and takes its time. */
    private HotPathSubject subject(long nanosPerCall, int stalledCall) {
        int[] calls = {0};
        return batch -> (chunk, from, to, tally) -> {
            for (int i = from; i < to; i++) {
                tally.enter(chunk.duplicates[i], chunk.duplicates[i]);
            }
            clock.now += calls[0]++ == stalledCall ? STALL : nanosPerCall;
        };
    }

    private LatencyResult measure(HotPathSubject subject, int batch, int chunks) {
        HotPathSetting setting =
                new HotPathSetting(HotPathId.BYTES_16, Hash.TRUSTED, new HotPathWorkload(20_000, 1, 1));
        return new LatencyRun("subject", subject, setting, new LatencyEvents(setting), clock)
                .measure(RATE, batch, 0, chunks);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 64, 256, 1024})
    void anEventWaitsForItsBatchToFill(int batch) {
        LatencyResult result = measure(subject(500, -1), batch, 2);
        Histogram latencies = result.latencies();
        long fill = (batch - 1) * INTERVAL;
        assertEquals(fill, result.fillNanos());
        assertEquals(2 * HotPathWorkload.CHUNK, latencies.getTotalCount());
        assertEquals(2 * HotPathWorkload.CHUNK / batch, result.calls().getTotalCount());
        assertClose(fill + 500, latencies.getMaxValue());
        assertClose(fill / 2 + 500, Math.round(latencies.getMean()));
        assertClose(500, result.calls().getMaxValue());
        assertFalse(result.isOverloaded());
    }

    /** 1,000 events arrive in 100 ms, 1.5 % of the chunk; a closed loop sees one slow call, and calls p99.9 quick. */
    @Test
    void aStallIsSeenByAllWhoArriveMeanwhile() {
        LatencyResult result = measure(subject(500, 30_000), 1, 1);
        assertEquals((double) STALL / INTERVAL, (double) stalled(result), 10);
        assertTrue(result.latencies().getValueAtPercentile(99.9) > STALL * 9 / 10, "the stall must show in p99.9");
        assertTrue(result.latencies().getValueAtPercentile(99) > STALL / 4, "and in p99");
        assertClose(STALL, result.latencies().getMaxValue());
        assertClose(500, result.calls().getValueAtPercentile(99.99));
        assertClose(STALL, result.calls().getMaxValue());
        assertFalse(result.isOverloaded());
    }

    /**
     * What comes while the store stalls comes in the chunk after, and is not forgotten with the one before: ten events
     * of 1,000 would be left of it, and p99.9 would be quick.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void aStallAtTheEndOfAChunkIsSeenInTheNext(int batch) {
        int lastCalls = HotPathWorkload.CHUNK / batch - 10 / batch - 1;
        LatencyResult result = measure(subject(500, lastCalls), batch, 2);
        assertEquals((double) STALL / INTERVAL, (double) stalled(result), batch + 10);
        assertTrue(result.latencies().getValueAtPercentile(99.9) > STALL * 3 / 4, "the stall must show in p99.9");
        assertClose(STALL + result.fillNanos(), result.latencies().getMaxValue());
        assertFalse(result.isOverloaded());
    }

    /** Help takes longer than the stall, and the queue behind the stall is as long after it as before. */
    @Test
    void helpToForgetStopsTheClock() {
        int[] calls = {0};
        HotPathSubject helped = new HotPathSubject() {
            @Override
            public Caller caller(int batch) {
                return subject(500, HotPathWorkload.CHUNK - 11).caller(batch);
            }

            @Override
            public void settle(HotPathChunk chunk) {
                clock.now += 2 * STALL;
                calls[0]++;
            }
        };
        LatencyResult result = measure(helped, 1, 3);
        assertEquals(3, calls[0]);
        assertEquals(3 * 2 * STALL, result.stoppedNanos());
        assertEquals((double) STALL / INTERVAL, (double) stalled(result), 10);
        assertClose(STALL, result.latencies().getMaxValue());
    }

    /** One stall longer than a chunk is none: what comes after it is quick again. */
    @Test
    void aStallIsNoOverload() {
        LatencyResult result = measure(subject(INTERVAL / 2, HotPathWorkload.CHUNK + 100), 1, 3);
        assertFalse(result.isOverloaded());
        assertEquals(3 * HotPathWorkload.CHUNK, result.events());
    }

    /** After an overload the next point goes on with the event after the last that was judged. */
    @Test
    void noEventIsLeftOutBetweenPoints() {
        HotPathSetting setting =
                new HotPathSetting(HotPathId.BYTES_16, Hash.TRUSTED, new HotPathWorkload(20_000, 1, 1));
        List<Long> ids = new ArrayList<>();
        HotPathSubject slow = batch -> (chunk, from, to, tally) -> {
            for (int i = from; i < to; i++) {
                if (!chunk.repeats[i]) {
                    ids.add(chunk.ids[i]);
                }
            }
            clock.now += 2 * INTERVAL;
        };
        LatencyRun run = new LatencyRun("subject", slow, setting, new LatencyEvents(setting), clock);
        assertTrue(run.measure(RATE, 1, 1, 5).isOverloaded());
        run.measure(RATE, 1, 0, 1);
        assertEquals(
                LongStream.range(ids.get(0), ids.get(0) + ids.size()).boxed().toList(), ids);
        assertEquals(3 * HotPathWorkload.CHUNK * 0.95, ids.size(), 1);
    }

    /** Twice as slow as the events come: half of them are still waiting when the last one arrives. */
    @Test
    void moreThanTheStoreCanTakeIsCalledThat() {
        LatencyResult result = measure(subject(2 * INTERVAL, -1), 1, 50);
        assertTrue(result.isOverloaded());
        assertEquals(HotPathWorkload.CHUNK, result.latencies().getTotalCount(), "the other chunks are left out");
        assertClose(HotPathWorkload.CHUNK * INTERVAL, result.latencies().getMaxValue());
    }

    @Test
    void whoIsWrongIsNotMeasured() {
        HotPathSubject wrong = batch -> (chunk, from, to, tally) -> {
            clock.now += 500;
            tally.enter(false, from % 4_096 == 0);
        };
        IllegalStateException refusal = assertThrows(IllegalStateException.class, () -> measure(wrong, 1, 1));
        assertTrue(refusal.toString().contains("subject"), refusal.toString());
    }

    @Test
    void theSystemClockWaits() {
        LatencyClock system = LatencyClock.system();
        long start = system.nanos();
        system.await(start - 1);
        system.await(start + 1_000_000);
        assertTrue(system.nanos() - start >= 1_000_000);
    }

    private static long stalled(LatencyResult result) {
        return result.latencies().getCountBetweenValues(result.fillNanos() + INTERVAL / 2, STALL * 2);
    }

    private static void assertClose(long expected, long actual) {
        assertEquals((double) expected, (double) actual, expected * PRECISION + 1);
    }
}
