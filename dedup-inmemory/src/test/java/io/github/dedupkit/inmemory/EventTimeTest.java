package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The watermark and its ticks: what a reader may rely on, at the borders and under load. */
class EventTimeTest {
    private static final long TICK = FingerprintTables.TICK;
    private static final long START = FingerprintTables.START;
    private static final int WINDOW = 60;
    private static final int LATENESS = 10;
    private static final int SKEW = 5;
    private static final int LIFE = WINDOW + LATENESS + SKEW + 1;

    private final AtomicLong records = new AtomicLong();
    private final EventTime time = eventTime(FingerprintTables.retention(WINDOW, LATENESS, SKEW));

    private EventTime eventTime(Retention retention) {
        return new EventTime(retention, Ages.of(retention), records::get);
    }

    @Test
    void theWatermarkIsTheHighestTime() {
        assertEquals(-1, time.watermark());
        time.raise(0, Long.MAX_VALUE);
        assertEquals(0, time.watermark());
        time.raise(START + 7, Long.MAX_VALUE);
        time.raise(START + 3, Long.MAX_VALUE);
        time.raise(START + 7, Long.MAX_VALUE);
        assertEquals(START + 7, time.watermark());
        assertEquals(START, time.tick().start);
        assertEquals(START + TICK, time.tick().end);
    }

    /** Nor does a clock before 1970, or one that fell behind, hold it back below 1970 or itself. */
    @ParameterizedTest
    @CsvSource({"7, 5, 5", "7, 7, 7", "7, 8, 7", "7, 0, 0", "7, -1000, 0", "0, -1000, 0"})
    void theWatermarkNeverPassesTheClock(long timestamp, long now, long raised) {
        time.raise(timestamp, now);
        assertEquals(raised, time.watermark());
        assertTrue(time.tick().start <= raised && raised < time.tick().end);
        time.raise(0, now - 1);
        assertEquals(raised, time.watermark());
    }

    /** Steps of up to a life count in full, longer ones as one tick more than a life: enough to end everything. */
    @Test
    void ticksAreNumberedInStepsOfALifeAtMost() {
        SplittableRandom random = new SplittableRandom(1);
        long[] longest = {TICK / 2, 3 * TICK, LIFE * TICK, (LIFE + 2) * TICK, 1L << 40};
        time.raise(START, Long.MAX_VALUE);
        for (int i = 0; i < 10_000; i++) {
            EventTime.Tick before = time.tick();
            long raised = time.watermark() + random.nextLong(longest[random.nextInt(longest.length)]);
            time.raise(raised, Long.MAX_VALUE);
            EventTime.Tick after = time.tick();
            assertEquals(raised, time.watermark());
            assertTrue(after.start <= raised && raised < after.end, "the tick is the watermark's");
            assertEquals(0, after.start % TICK);
            assertEquals(after.start + TICK, after.end);
            long passed = (after.start - before.start) / TICK;
            assertEquals(before.number + Math.min(passed, LIFE + 1), after.number, passed + " ticks passed");
        }
    }

    @Test
    void aTimestampHasTheNumberOfItsTick() {
        time.raise(START + 999, Long.MAX_VALUE);
        EventTime.Tick tick = time.tick();
        for (int ticks = -LIFE; ticks <= LIFE; ticks++) {
            for (long within : new long[] {0, 1, TICK - 1}) {
                long timestamp = START + ticks * TICK + within;
                long number = time.numberOf(timestamp, tick);
                assertEquals(tick.number + ticks, number);
                assertEquals(START + (ticks + 1) * TICK, time.endOf(number, tick));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0, 0, 0",
        "-1, 5000, 0, 5000", // S ahead of the clock
        "-1, 5001, 0, 5000",
        "-1, 7, -1000, 7", // a clock before 1970 reads 1970
        "-1, 5001, -1000, 5000",
        "-1, 9223372036854775807, 0, 5000",
        "-1, 9223372036854775807, 1000000, 1005000",
        "100000, 9223372036854775807, 1000000, 1005000",
        "100000, 99999, 0, 99999", // not ahead of the watermark: as it is, whatever the clock
        "100000, 100000, 0, 100000",
        "100000, 105000, 0, 105000", // a clock behind the watermark reads the watermark
        "100000, 105001, 0, 105000",
        "100000, 105001, -1000, 105000",
        "100000, 105001, 100001, 105001"
    })
    void timestampsAreAtMostTheSkewAhead(long watermark, long timestamp, long now, long clamped) {
        if (watermark >= 0) {
            time.raise(watermark, watermark);
        }
        assertEquals(clamped, time.clamp(timestamp, now));
    }

    /** A clock that does not limit anything must not lead to where sums overflow. */
    @Test
    void theEndOfTimeIsReached() {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            time.raise(START, Long.MAX_VALUE);
            long last = time.clamp(Long.MAX_VALUE, Long.MAX_VALUE);
            time.raise(last, Long.MAX_VALUE);
            long highest = time.watermark();
            EventTime.Tick tick = time.tick();
            assertEquals(last - SKEW * TICK, highest, "as if the clock read the latest time there is");
            assertTrue(tick.start <= highest && highest < tick.end);
            assertTrue(time.numberOf(last, tick) - tick.number <= SKEW + 1);
            assertFalse(time.isLate(highest - LATENESS * TICK, highest, tick));
            assertTrue(time.isLate(highest - LATENESS * TICK - 1, highest, tick));
        });
    }

    @Test
    void lateIsBelowTheWatermarkOrTheTickItIsAboutToEnter() {
        time.raise(START + 500, Long.MAX_VALUE);
        EventTime.Tick tick = time.tick();
        long bound = START + 500 - LATENESS * TICK;
        assertFalse(time.isLate(bound, START + 500, tick));
        assertTrue(time.isLate(bound - 1, START + 500, tick));
        assertFalse(time.isLate(START - LATENESS * TICK, START - 700, tick), "the tick is ahead of the watermark read");
        assertTrue(time.isLate(START - LATENESS * TICK - 1, START - 700, tick));
    }

    @Test
    void nothingIsLateBeforeTheFirstMark() {
        assertFalse(time.isLate(0, time.watermark(), time.tick()));
    }

    /** Never below the living records that were made in time, and nothing older than W + L and a tick. */
    @Test
    void retainedCountsWhatWasMadeWithinTheWindowAndTheLateness() {
        SplittableRandom random = new SplittableRandom(2);
        List<Long> madeAt = new ArrayList<>();
        time.raise(START, START);
        for (int i = 0; i < 3_000; i++) {
            long now = time.tick().number;
            for (int made = random.nextInt(5); made > 0; made--) {
                records.incrementAndGet();
                madeAt.add(now);
            }
            long oldest = now - WINDOW - LATENESS;
            long living = madeAt.stream().filter(made -> made >= oldest).count();
            long young = madeAt.stream().filter(made -> made >= oldest - 1).count();
            long retained = time.retained();
            assertTrue(living <= retained && retained <= young, living + " <= " + retained + " <= " + young);
            long step = random.nextLong(random.nextInt(50) == 0 ? 2 * LIFE * TICK : 2 * TICK);
            time.raise(time.watermark() + step, Long.MAX_VALUE);
        }
        time.raise(time.watermark() + 2 * LIFE * TICK, Long.MAX_VALUE);
        assertEquals(0, time.retained(), "after a jump nothing lives");
    }

    /** Read after the watermark, a tick is the watermark's or a later one, and numbers never fall. */
    @Test
    void ticksAreNeverBehindTheWatermark() throws Exception {
        int threads = 4;
        int raises = 200_000;
        AtomicLong next = new AtomicLong(START);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Long>> ends = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                SplittableRandom random = new SplittableRandom(t);
                ends.add(pool.submit(() -> raiseAndLook(next, random, raises)));
            }
            long highest = 0;
            for (Future<Long> end : ends) {
                highest = Math.max(highest, end.get());
            }
            assertEquals(highest, time.watermark());
            assertTrue(time.tick().start <= highest && highest < time.tick().end);
            assertTrue(
                    time.tick().number > 256 + (highest - START) / TICK / 4,
                    "ticks were crossed: " + time.tick().number);
        } finally {
            pool.shutdownNow();
        }
    }

    /** Raises and looks; returns the highest time that it raised to. */
    private long raiseAndLook(AtomicLong next, SplittableRandom random, int raises) {
        long highest = 0;
        long number = 0;
        for (int i = 0; i < raises; i++) {
            boolean jumps = random.nextInt(10_000) == 0;
            long raised =
                    next.addAndGet(jumps ? 2 * LIFE * TICK : random.nextLong(TICK / 4)) - random.nextLong(2 * TICK);
            time.raise(raised, Long.MAX_VALUE);
            highest = Math.max(highest, raised);
            long watermark = time.watermark();
            EventTime.Tick tick = time.tick();
            assertTrue(watermark >= highest, "the watermark fell");
            assertTrue(tick.end > watermark, "the tick is behind the watermark");
            assertTrue(tick.number >= number, "the numbers fell");
            assertEquals(tick.number, time.numberOf(tick.start, tick));
            number = tick.number;
        }
        return highest;
    }
}
