package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import java.util.concurrent.TimeUnit;
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

    private LatencyResult measure(HotPathSubject subject, int batch, int segments) {
        HotPathSetting setting =
                new HotPathSetting(HotPathId.BYTES_16, Hash.TRUSTED, new HotPathWorkload(20_000, 1, 1));
        return new LatencyRun("subject", subject, setting, clock).measure(RATE, batch, 0, segments);
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

    /** 1,000 events arrive in 100 ms, 1.5 % of the segment; a closed loop sees one slow call, and calls p99.9 quick. */
    @Test
    void aStallIsSeenByAllWhoArriveMeanwhile() {
        int fillCalls = (int) (new HotPathWorkload(20_000, 1, 1).fill() / 512);
        LatencyResult result = measure(subject(500, fillCalls + 30_000), 1, 1);
        long stalled = result.latencies().getCountBetweenValues(1_000, STALL * 2);
        assertEquals((double) STALL / INTERVAL, (double) stalled, 10);
        assertTrue(result.latencies().getValueAtPercentile(99.9) > STALL * 9 / 10, "the stall must show in p99.9");
        assertTrue(result.latencies().getValueAtPercentile(99) > STALL / 4, "and in p99");
        assertClose(STALL, result.latencies().getMaxValue());
        assertClose(500, result.calls().getValueAtPercentile(99.99));
        assertClose(STALL, result.calls().getMaxValue());
        assertFalse(result.isOverloaded());
    }

    /** Twice as slow as the events come: half of them are still waiting when the last one arrives. */
    @Test
    void moreThanTheStoreCanTakeIsCalledThat() {
        LatencyResult result = measure(subject(2 * INTERVAL, -1), 1, 50);
        assertTrue(result.isOverloaded());
        assertEquals(HotPathWorkload.CHUNK, result.latencies().getTotalCount(), "the other segments are left out");
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

    private static void assertClose(long expected, long actual) {
        assertEquals((double) expected, (double) actual, expected * PRECISION + 1);
    }
}
