package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The arithmetic, on a clock of its own. */
class GrowthMeterTest {
    private static final long SECOND = 1_000_000_000;

    private final GrowthMeter meter = new GrowthMeter(100, 0);
    private long nanos;
    private long keys;

    private void second(long marked) {
        nanos += SECOND;
        keys += marked;
        meter.at(nanos, keys);
    }

    @Test
    void aSecondIsHeldAgainstTheMedianBeforeIt() {
        for (long marked : new long[] {10, 1_000, 1_000, 1_200, 400, 1_000}) {
            second(marked);
        }
        assertEquals(List.of(10.0, 1_000.0, 1_000.0, 1_200.0, 400.0, 1_000.0), meter.rates());
        assertEquals(0.4, meter.worst().orElseThrow(), 1e-9);
    }

    /** A table that is larger is slower: only seconds of comparable size count. */
    @Test
    void oldSecondsAreForgotten() {
        for (int i = 0; i < 40; i++) {
            second(1_000);
        }
        for (int i = 0; i < GrowthMeter.SETTLED; i++) {
            second(600);
        }
        second(310);
        assertEquals(310.0 / 600, meter.worst().orElseThrow(), 1e-9);
    }

    @Test
    void tooFewSecondsAreNotJudged() {
        second(1_000);
        second(1);
        second(1);
        assertEquals(OptionalDouble.empty(), meter.worst());
    }

    @Test
    void halfDoublingsOfTheKeys() {
        second(100);
        second(30);
        second(12);
        second(59);
        second(299);
        assertEquals(
                List.of(
                        new GrowthMeter.Interval(100, 100),
                        new GrowthMeter.Interval(142, 21),
                        new GrowthMeter.Interval(201, 59),
                        new GrowthMeter.Interval(500, 299)),
                meter.halves());
        assertEquals(5 * SECOND, meter.nanos());
        assertEquals(100, meter.mean(), 1e-9);
    }
}
