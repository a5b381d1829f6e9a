package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateJudgeTest {
    private final GateJudge judge = new GateJudge(GateSettings.of(0.05));

    @ParameterizedTest
    @CsvSource({
        // estimate, lower, upper of the ratio; verdict; decided
        "1.10, 1.08, 1.12, REGRESSION, true",
        "1.06, 1.01, 1.30, REGRESSION, true",
        "1.04, 1.02, 1.06, UNCHANGED, false",
        "1.02, 1.01, 1.03, UNCHANGED, true",
        "1.20, 0.99, 1.40, NOISY, false",
        "1.00, 0.88, 1.04, NOISY, false",
        "1.00, 0.92, 1.04, UNCHANGED, true",
        "0.90, 0.88, 0.92, IMPROVED, true",
        "0.97, 0.96, 0.98, UNCHANGED, true",
        "0.90, 0.70, 1.01, NOISY, false",
    })
    void verdicts(double estimate, double lower, double upper, GateVerdict verdict, boolean decided) {
        GateInterval change = new GateInterval(Math.log(estimate), Math.log(lower), Math.log(upper));
        assertEquals(verdict, judge.verdict(change));
        GateInterval still = new GateInterval(0, -0.001, 0.001);
        assertEquals(decided, judge.isDecided(new GateJudge.Look(still, Map.of(GateTiming.NARROW_BATCH, change))));
    }

    @ParameterizedTest
    @CsvSource({
        "1.04, 1.02, 1.06, true",
        "0.96, 0.94, 0.98, true",
        "1.02, 1.01, 1.03, false", // moved, but by little
        "1.10, 0.99, 1.20, false", // moved, or not
    })
    void theControlInvalidates(double estimate, double lower, double upper, boolean invalid) {
        GateInterval control = new GateInterval(Math.log(estimate), Math.log(lower), Math.log(upper));
        assertEquals(invalid, judge.isInvalid(new GateJudge.Look(control, Map.of())));
    }

    @Test
    void theClearestMustBeClearestAndTheRestFollowHolm() {
        // Ten pairs: the p-value is 2/1024 times the ways to so many Walsh averages below zero.
        Map<GateTiming, double[]> pairs = new EnumMap<>(GateTiming.class);
        pairs.put(GateTiming.CONTROL, differences(10, 5));
        pairs.put(GateTiming.NARROW_BATCH, differences(10, 0)); // p = 2/1024 = 0.0020
        pairs.put(GateTiming.NARROW_SINGLE, differences(10, 2)); // p = 6/1024 = 0.0059
        pairs.put(GateTiming.WIDE_BATCH, differences(10, 3)); // p = 10/1024 = 0.0098
        pairs.put(GateTiming.CAFFEINE_BATCH, differences(10, 3));
        pairs.put(GateTiming.KEY_HASHING, differences(10, 5)); // p = 20/1024 = 0.0195
        // Levels of a look: 0.025/5 = 0.005, 0.025/4 = 0.00625, 0.025/3 = 0.0083.
        GateJudge.Look look = judge.look(pairs);
        assertTrue(excludes(look, GateTiming.NARROW_BATCH));
        assertTrue(excludes(look, GateTiming.NARROW_SINGLE), "clear at a quarter, once the first was clear");
        assertFalse(excludes(look, GateTiming.WIDE_BATCH));
        assertFalse(excludes(look, GateTiming.KEY_HASHING));

        pairs.put(GateTiming.NARROW_BATCH, differences(10, 5));
        assertFalse(excludes(judge.look(pairs), GateTiming.NARROW_SINGLE), "nothing clearer than it any more");
    }

    /** Pairs above zero, but one that takes so many of the Walsh averages with it. */
    private static double[] differences(int n, int below) {
        double[] differences = new double[n];
        for (int i = 0; i < n; i++) {
            differences[i] = 0.1 + 0.01 * i;
        }
        if (below > 0) {
            differences[n - 1] = -0.1 - 0.01 * (below - 1) + 0.005;
        }
        return differences;
    }

    private static boolean excludes(GateJudge.Look look, GateTiming timing) {
        return Objects.requireNonNull(look.changes().get(timing)).excludesZero();
    }

    @Test
    void theControlMustBeThere() {
        Map<GateTiming, double[]> pairs = Map.of(GateTiming.KEY_HASHING, new double[] {1, 2});
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> judge.look(pairs))
                .getMessage());
        assertTrue(message.contains("control"), message);
    }

    /** Pure noise, heavy-tailed and drifting, looked at as often as a run looks: the family's error is kept. */
    @Test
    void theFamilysErrorIsKeptOverAllLooks() {
        SplittableRandom random = new SplittableRandom(5);
        List<Integer> looks = judge.settings().looks();
        int runs = 4_000;
        int wrong = 0;
        for (int run = 0; run < runs; run++) {
            Map<GateTiming, double[]> all = new EnumMap<>(GateTiming.class);
            for (GateTiming timing : GateTiming.values()) {
                double[] noise = new double[judge.settings().mostRounds()];
                Arrays.setAll(noise, i -> Math.pow(random.nextDouble() - 0.5, 3));
                all.put(timing, noise);
            }
            boolean any = false;
            for (int rounds : looks) {
                Map<GateTiming, double[]> soFar = new EnumMap<>(GateTiming.class);
                all.forEach((timing, noise) -> soFar.put(timing, Arrays.copyOf(noise, rounds)));
                any |= judge.look(soFar).changes().values().stream().anyMatch(GateInterval::excludesZero);
            }
            wrong += any ? 1 : 0;
        }
        double error = judge.settings().error();
        assertTrue(wrong <= runs * error + 4 * Math.sqrt(runs * error), wrong + " of " + runs + " runs");
        assertTrue(wrong > runs * error / 4, wrong + " of " + runs + " runs: the test would not see a broken level");
    }
}
