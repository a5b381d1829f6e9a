package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every filter against the truth, and filters with planted faults. */
class FilterProbeTest {
    private static final long SEED = 7;

    private static FilterSetting setting(FilterTier tier, double probability, int batch, double duplicates) {
        return new FilterSetting(tier, 20_000, probability, batch, 100, duplicates, 100_000);
    }

    private static FilterOutcome measure(FilterSetting setting, FilterSubject subject) {
        try (subject) {
            return FilterProbe.measure(setting, subject, SEED);
        }
    }

    /** More than four windows, so that every generation has been filled and has gone. */
    @ParameterizedTest
    @EnumSource
    void nothingIsToldNewFalsely(FilterTier tier) {
        for (int batch : tier.takesBatches() ? new int[] {1, 256} : new int[] {1}) {
            FilterSetting setting = setting(tier, 1e-2, batch, 0.3);
            FilterOutcome outcome = measure(setting, setting.open());
            assertEquals("", outcome.objection(), setting.toString());
            assertEquals(0, outcome.falseNew());
            assertTrue(outcome.duplicates() > 25_000, outcome.toString());
            assertTrue(outcome.falseDuplicates() > 0 || outcome.planned() < 1e-3, outcome.toString());
            assertTrue(outcome.nanosPerKey() > 0 && outcome.bytes() > 10_000, outcome.toString());
        }
    }

    /** Sized for p, a filter neither errs more nor wastes memory on erring much less. */
    @ParameterizedTest
    @CsvSource({"GUAVA_2", "GUAVA_4", "GUAVA_8", "SPLIT_BLOCK_2", "SPLIT_BLOCK_4", "SPLIT_BLOCK_8"})
    void rivalsErrAsOftenAsPlanned(FilterTier tier) {
        FilterSetting setting = new FilterSetting(tier, 20_000, 1e-2, 1, 100, 0.05, 400_000);
        FilterOutcome outcome = measure(setting, setting.open());
        assertEquals("", outcome.objection());
        assertTrue(outcome.interval().high() <= 1e-2, outcome.toString());
        assertTrue(outcome.interval().low() > 4e-3, outcome.toString());
    }

    @Test
    void atHalfOfItsKeysAFilterErrsLess() {
        FilterSetting half = new FilterSetting(FilterTier.GUAVA_4, 40_000, 1e-2, 1, 50, 0.05, 100_000);
        assertEquals(20_000, half.retained());
        FilterOutcome outcome = measure(half, half.open());
        assertEquals("", outcome.objection());
        assertTrue(outcome.measured() < 2e-3, outcome.toString());
    }

    /** Other seeds are other keys, or rounds would count the same errors again. */
    @Test
    void seedsAreOtherKeys() {
        FilterSetting setting = setting(FilterTier.GUAVA_2, 1e-2, 1, 0.05);
        FilterChunk one = new FilterChunk();
        FilterChunk other = new FilterChunk();
        one.make(setting.traffic(0, 1), 0);
        other.make(setting.traffic(0, 2), 0);
        for (long low : other.low) {
            assertFalse(Arrays.stream(one.low).anyMatch(key -> key == low));
        }
    }

    /** A filter with a fault. */
    private abstract static class Faulty implements FilterSubject {
        final FilterSubject honest;

        Faulty(FilterSubject honest) {
            this.honest = honest;
        }

        @Override
        public double planned() {
            return honest.planned();
        }

        @Override
        public OptionalDouble estimated() {
            return honest.estimated();
        }

        @Override
        public long bytes() {
            return honest.bytes();
        }

        @Override
        public void close() {
            honest.close();
        }
    }

    @Test
    void oneDuplicateToldNewIsFound() {
        FilterSetting setting = setting(FilterTier.SPLIT_BLOCK_4, 1e-6, 256, 0.05);
        FilterOutcome right = measure(setting, setting.open());
        assertEquals("", right.objection());
        FilterOutcome wrong = measure(setting, new Faulty(setting.open()) {
            private int left = 5_000;

            @Override
            public void mark(FilterChunk chunk, int from, int to) {
                honest.mark(chunk, from, to);
                for (int i = from; i < to; i++) {
                    if (chunk.duplicates[i] && left-- == 0) {
                        chunk.told[i] = false;
                    }
                }
            }
        });
        assertEquals(1, wrong.falseNew(), wrong.toString());
        assertEquals(
                "1 of " + right.duplicates() + " duplicates told new: the filter forgets, and its speed means nothing",
                wrong.objection());
    }

    @Test
    void moreFalseDuplicatesThanPlannedAreFound() {
        FilterSetting setting = setting(FilterTier.GUAVA_8, 1e-3, 1, 0.05);
        FilterOutcome wrong = measure(setting, new Faulty(setting.open()) {
            @Override
            public void mark(FilterChunk chunk, int from, int to) {
                honest.mark(chunk, from, to);
                chunk.told[from] |= chunk.numbers[from] % 400 == 0;
            }
        });
        assertTrue(wrong.objection().endsWith(", more than planned (0.001)"), wrong.objection());
        assertEquals(0, wrong.falseNew());
    }

    /** Time passes twice as quickly as it does: the window is half as long. */
    @Test
    void aRingThatForgetsTooSoonIsFound() {
        FilterSetting setting = setting(FilterTier.GUAVA_4, 1e-3, 1, 0.05);
        FilterOutcome wrong = measure(setting, new Faulty(setting.open()) {
            @Override
            public void mark(FilterChunk chunk, int from, int to) {
                chunk.timestamps[from] += chunk.timestamps[from] - DayPlan.START;
                honest.mark(chunk, from, to);
            }
        });
        assertTrue(wrong.falseNew() > 100, wrong.toString());
        assertTrue(wrong.objection().contains("duplicates told new"), wrong.objection());
    }

    /** What was lost is not recorded: its next event may be told new, and only after that must be told duplicate. */
    @Test
    void aLostKeyIsNewWhenItComesAgain() {
        FilterChunk chunk = new FilterChunk();
        Arrays.setAll(chunk.numbers, i -> i);
        FilterTally tally = new FilterTally();
        enter(tally, chunk, false, true); // lost
        tally.clear();
        enter(tally, chunk, true, true); // still lost
        enter(tally, chunk, true, false); // recorded at last
        FilterOutcome none = tally.outcome(1, 2, new FilterGuavaRing(2, 2_000, 1e-2));
        assertEquals(2 * (FilterChunk.SIZE - 1L), none.duplicates());
        assertEquals(0, none.falseNew());
        enter(tally, chunk, true, false);
        assertEquals(1, tally.outcome(1, 2, new FilterGuavaRing(2, 2_000, 1e-2)).falseNew());
    }

    /** All events are right but the last. */
    private static void enter(FilterTally tally, FilterChunk chunk, boolean duplicate, boolean told) {
        int last = FilterChunk.SIZE - 1;
        for (int i = 0; i < last; i++) {
            chunk.told[i] = chunk.duplicates[i] = true;
        }
        chunk.duplicates[last] = duplicate;
        chunk.told[last] = told;
        tally.enter(chunk);
    }

    @Test
    void outcomesAndSettingsPassOnALine() {
        FilterOutcome known = new FilterOutcome(1, 2, 3, 4, 5.5, 4.5, 6, 1e-3, OptionalDouble.of(2e-3));
        assertEquals(known, FilterOutcome.of(known.line()));
        FilterOutcome unknown = new FilterOutcome(1, 2, 3, 4, 5.5, 4.5, 6, 1e-3, OptionalDouble.empty());
        assertEquals(unknown, FilterOutcome.of(unknown.line()));
        FilterSetting setting = setting(FilterTier.SPLIT_BLOCK_8, 1e-5, 64, 0.2);
        assertEquals(setting, FilterSetting.of(setting.arguments().toArray(new String[0])));
    }
}
