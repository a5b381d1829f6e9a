package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GateRoundsTest {
    private final List<String> forks = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(6);
    private long now;

    /** Forks of a second on a virtual clock, with 2 % of noise; one benchmark of the head takes longer. */
    private GateMeter meter(GateTiming slow, double factor) {
        return (timing, side) -> {
            forks.add(timing + "/" + side);
            now += 1_000_000_000;
            double noise = 1 + 0.02 * random.nextDouble();
            double time = 100 * noise * (timing == slow && side == GateSide.HEAD ? factor : 1);
            return Optional.of(new GateFigures(time, time, time, time));
        };
    }

    private GateRounds rounds(GateMeter meter) {
        return new GateRounds(meter, GateSettings.of(0.05), () -> now, ignored -> {});
    }

    private static GateVerdict verdict(GateRounds.Outcome outcome, GateTiming timing) {
        return finding(outcome, timing).verdict();
    }

    private static GateFinding finding(GateRounds.Outcome outcome, GateTiming timing) {
        return outcome.findings().stream()
                .filter(found -> found.name().equals(timing.toString()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sidesTakeTurns() {
        rounds(meter(GateTiming.CONTROL, 1)).run(Long.MAX_VALUE);
        int round = 2 * GateTiming.values().length;
        int place = 0;
        for (GateTiming timing : GateTiming.values()) {
            List<String> pair = List.of(timing + "/base", timing + "/head", timing + "/head", timing + "/base");
            List<String> found = new ArrayList<>(forks.subList(place, place + 2));
            found.addAll(forks.subList(round + place, round + place + 2));
            assertEquals(pair, found);
            place += 2;
        }
    }

    @Test
    void whatIsSlowerIsFoundAndNothingElse() {
        for (GateTiming slow : GateTiming.judged()) {
            GateRounds.Outcome outcome = rounds(meter(slow, 1.1)).run(Long.MAX_VALUE);
            assertFalse(outcome.invalid());
            assertEquals(10, outcome.rounds());
            for (GateTiming timing : GateTiming.judged()) {
                GateVerdict expected = timing == slow ? GateVerdict.REGRESSION : GateVerdict.UNCHANGED;
                assertEquals(expected, verdict(outcome, timing));
            }
            assertEquals(101, finding(outcome, slow).base(), 1);
            assertEquals(111, finding(outcome, slow).head(), 1.1);
        }
    }

    @Test
    void whatIsQuickerIsTold() {
        GateRounds.Outcome outcome = rounds(meter(GateTiming.KEY_HASHING, 0.9)).run(Long.MAX_VALUE);
        assertEquals(GateVerdict.IMPROVED, verdict(outcome, GateTiming.KEY_HASHING));
    }

    @Test
    void moreThroughputIsNotWorse() {
        assertTrue(GateDirection.MORE_IS_BETTER.worse(100, 90) > 0);
        assertTrue(GateDirection.MORE_IS_BETTER.worse(100, 110) < 0);
        assertTrue(GateDirection.LESS_IS_BETTER.worse(100, 110) > 0);
        assertEquals(GateDirection.LESS_IS_BETTER.worse(100, 110), GateDirection.MORE_IS_BETTER.worse(110, 100), 1e-12);
    }

    @Test
    void aControlThatMovesInvalidates() {
        GateRounds.Outcome outcome = rounds(meter(GateTiming.CONTROL, 1.1)).run(Long.MAX_VALUE);
        assertTrue(outcome.invalid());
        assertEquals(Math.log(1.1), outcome.control().estimate(), 0.02);
    }

    @Test
    void undecidedRunsGoOnToTheLastLook() {
        GateRounds.Outcome outcome = rounds(meter(GateTiming.KEY_HASHING, 1.05)).run(Long.MAX_VALUE);
        assertEquals(18, outcome.rounds());
    }

    @Test
    void theBudgetEndsTheRunBeforeARoundThatWouldNotEnd() {
        long round = 2L * GateTiming.values().length * 1_000_000_000;
        GateRounds.Outcome outcome = rounds(meter(GateTiming.KEY_HASHING, 1.05)).run(12 * round + round / 2);
        assertEquals(12, outcome.rounds());
        assertTrue(now <= 12 * round + round / 2);
    }

    @Test
    void tooSmallABudgetSaysNothing() {
        GateRounds.Outcome outcome = rounds(meter(GateTiming.KEY_HASHING, 2)).run(1);
        assertEquals(1, outcome.rounds());
        assertFalse(outcome.invalid());
        for (GateTiming timing : GateTiming.judged()) {
            assertEquals(GateVerdict.NOISY, verdict(outcome, timing));
        }
    }

    @Test
    void whatDoesNotLinkIsNewOrRemovedAndNotMeasuredAgain() {
        GateMeter whole = meter(GateTiming.CONTROL, 1);
        GateMeter partly = (timing, side) -> {
            boolean gone = (timing == GateTiming.WIDE_BATCH && side == GateSide.BASE)
                    || (timing == GateTiming.KEY_HASHING && side == GateSide.HEAD);
            return gone ? Optional.empty() : whole.measure(timing, side);
        };
        GateRounds.Outcome outcome = rounds(partly).run(Long.MAX_VALUE);
        assertEquals(GateVerdict.NEW, verdict(outcome, GateTiming.WIDE_BATCH));
        assertEquals(GateVerdict.REMOVED, verdict(outcome, GateTiming.KEY_HASHING));
        assertNull(finding(outcome, GateTiming.WIDE_BATCH).change());
        assertEquals(GateVerdict.UNCHANGED, verdict(outcome, GateTiming.NARROW_BATCH));
        assertEquals(1, forks.stream().filter("wide-batch/head"::equals).count());
        assertTrue(outcome.samples().stream().noneMatch(sample -> sample.timing() == GateTiming.WIDE_BATCH));
    }
}
