package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GateResamplingTest {
    private static final int ROUNDS = 60;

    /** A recording with some noise, in which each figure tells its round. */
    private static List<GateSample> recording(double noise) {
        SplittableRandom random = new SplittableRandom(7);
        List<GateSample> samples = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            samples.addAll(new GateRound(round).measure((timing, side) -> {
                double time = 100 * (1 + noise * random.nextDouble());
                return Optional.of(new GateFigures(time, time, time, time));
            }));
        }
        return samples;
    }

    @Test
    void blocksStayTogetherAndBeginInTheirOrder() {
        GateResampling resampling = new GateResampling(recording(0.1));
        SplittableRandom random = new SplittableRandom(8);
        for (int block : new int[] {1, 4, 5, 8, ROUNDS}) {
            boolean[] drawn = new boolean[ROUNDS];
            for (int run = 0; run < 200; run++) {
                int[] order = resampling.draw(18, block, random);
                for (int i = 0; i < order.length; i++) {
                    drawn[order[i]] = true;
                    assertEquals(i % 2, order[i] % 2, "base first in even rounds");
                    assertTrue(i % block == 0 || order[i] == order[i - 1] + 1, "a block is torn");
                }
            }
            int least = block == ROUNDS ? 18 : ROUNDS - 2;
            int found = 0;
            for (boolean round : drawn) {
                found += round ? 1 : 0;
            }
            assertTrue(found >= least, "blocks of " + block + ": only " + found + " rounds were ever drawn");
        }
        assertThrows(IllegalArgumentException.class, () -> resampling.draw(18, ROUNDS + 1, random));
        assertThrows(IllegalArgumentException.class, () -> resampling.draw(18, 0, random));
    }

    @Test
    void playsWhatWasRecordedAndSlowsDownWhatIsPlanted() {
        List<GateSample> samples = recording(0.1);
        GateMeter player = new GateResampling(samples).player(new int[] {3, 4}, GateTiming.WIDE_BATCH, 1.1);
        for (int round : new int[] {3, 4}) {
            for (GateTiming timing : GateTiming.values()) {
                for (GateSide side : GateSide.values()) {
                    double recorded = samples.stream()
                            .filter(sample ->
                                    sample.round() == round && sample.timing() == timing && sample.side() == side)
                            .findFirst()
                            .orElseThrow()
                            .figures()
                            .judged();
                    boolean planted = timing == GateTiming.WIDE_BATCH && side == GateSide.HEAD;
                    double played = player.measure(timing, side).orElseThrow().judged();
                    assertEquals(recorded * (planted ? 1.1 : 1), played, 1e-9);
                }
            }
        }
    }

    @Test
    void aRecordingWithAHoleIsRefused() {
        List<GateSample> samples = recording(0.1);
        samples.remove(5);
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> new GateResampling(samples))
                .getMessage());
        assertTrue(message.startsWith("round 0 has no pair of narrow-single"), message);
    }

    @Test
    void aQuietRecordingGivesAGoodGateAndAWildOneANoisyOne() {
        String quiet = evaluate(recording(0.03));
        assertTrue(quiet.contains("| unchanged: REGRESSION of any benchmark | 0.00 % |"), quiet);
        assertTrue(quiet.contains("| unchanged: NOISY or INVALID | 0.00 % |"), quiet);
        assertTrue(quiet.contains("| 10 % slower: caffeine-batch found | 100.00 % |"), quiet);
        assertTrue(quiet.contains("up to 18 rounds a run"), quiet);
        assertTrue(quiet.contains("unchanged: 10.0 on average"), quiet);
        String wild = evaluate(recording(2));
        assertTrue(wild.contains("unchanged: 18.0 on average"), wild);
        assertTrue(wild.contains("| unchanged: NOISY of any benchmark | 100.00 % |"), wild);
        assertTrue(!wild.contains("found | 100.00 %"), wild);
    }

    @Test
    void aBudgetForFewerRoundsEndsTheRun() {
        String wild = evaluate(recording(2), 13);
        assertTrue(wild.contains("up to 13 rounds a run"), wild);
        assertTrue(wild.contains("unchanged: 13.0 on average"), wild);
    }

    private static String evaluate(List<GateSample> samples) {
        return evaluate(samples, 1_000);
    }

    private static String evaluate(List<GateSample> samples, int rounds) {
        StringWriter out = new StringWriter();
        new GateEvaluation(new GateResampling(samples), GateSettings.of(0.05), rounds, 4, 200, 10, 1)
                .print(new PrintWriter(out));
        return out.toString();
    }

    /** A hundred of a hundred, none of a hundred, and a value from the tables of the binomial. */
    @Test
    void cloppersAndPearsonsInterval() {
        assertEquals(0, GateEvaluation.lower(0, 100));
        assertEquals(1 - Math.pow(0.025, 0.01), GateEvaluation.upper(0, 100), 1e-9);
        assertEquals(Math.pow(0.025, 0.01), GateEvaluation.lower(100, 100), 1e-9);
        assertEquals(1, GateEvaluation.upper(100, 100));
        assertEquals(0.0667, GateEvaluation.lower(3, 10), 1e-4);
        assertEquals(0.6525, GateEvaluation.upper(3, 10), 1e-4);
    }
}
