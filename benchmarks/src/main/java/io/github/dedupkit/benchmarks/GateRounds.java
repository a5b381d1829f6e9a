package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.openjdk.jmh.util.ListStatistics;

/**
 * Runs rounds until every benchmark is decided, or the looks or the budget are used up. The number of looks is fixed
 * before, so that looking again and again finds no change that is none. A run that is out of time has its last look early.
 */
final class GateRounds {
    private final GateMeter meter;
    private final GateJudge judge;
    private final LongSupplier nanoTime;
    private final Consumer<String> progress;

    private final List<GateSample> samples = new ArrayList<>();
    private final Map<GateTiming, GateVerdict> unpaired = new EnumMap<>(GateTiming.class);
    private final Set<GateTiming> paired = EnumSet.allOf(GateTiming.class);

    GateRounds(GateMeter meter, GateSettings settings, LongSupplier nanoTime, Consumer<String> progress) {
        this.meter = meter;
        this.judge = new GateJudge(settings);
        this.nanoTime = nanoTime;
        this.progress = progress;
    }

    /**
     * What came of it.
     *
     * @param rounds that were run
     * @param invalid whether the control moved
     * @param control how far
     * @param findings on the benchmarks
     * @param samples all that was measured
     */
    record Outcome(
            int rounds, boolean invalid, GateInterval control, List<GateFinding> findings, List<GateSample> samples) {}

    /**
     * Measures and judges.
     *
     * @param deadline by the clock; no round begins that would not end before it, but for the first
     */
    Outcome run(long deadline) {
        GateSettings settings = judge.settings();
        GateJudge.Look look = null;
        int rounds = 0;
        long longest = 0;
        while (look == null) {
            long start = nanoTime.getAsLong();
            enter(new GateRound(rounds).measure(meter, paired), rounds);
            rounds++;
            long now = nanoTime.getAsLong();
            longest = Math.max(longest, now - start);
            boolean last = rounds == settings.mostRounds() || deadline - now < longest;
            if (last || settings.looks().contains(rounds)) {
                GateJudge.Look here = judge.look(pairs());
                progress.accept("after " + rounds + " rounds: control " + here.control());
                here.changes().forEach((timing, change) -> progress.accept("    " + timing + " " + change));
                look = last || judge.isDecided(here) ? here : null;
            }
        }
        return outcome(rounds, look);
    }

    /** What does not link on one side is found in the first round, and left out of the others. */
    private void enter(List<GateSample> round, int number) {
        samples.addAll(round);
        if (number > 0) {
            return;
        }
        for (GateTiming timing : GateTiming.values()) {
            Set<GateSide> sides = EnumSet.noneOf(GateSide.class);
            round.stream().filter(sample -> sample.timing() == timing).forEach(sample -> sides.add(sample.side()));
            if (sides.size() < GateSide.values().length) {
                paired.remove(timing);
                unpaired.put(timing, sides.contains(GateSide.HEAD) ? GateVerdict.NEW : GateVerdict.REMOVED);
                samples.removeIf(sample -> sample.timing() == timing);
            }
        }
    }

    private Map<GateTiming, double[]> pairs() {
        Map<GateTiming, double[]> pairs = new EnumMap<>(GateTiming.class);
        for (GateTiming timing : paired) {
            double[] base = figures(timing, GateSide.BASE);
            double[] head = figures(timing, GateSide.HEAD);
            double[] worse = new double[base.length];
            for (int i = 0; i < base.length; i++) {
                worse[i] = timing.direction.worse(base[i], head[i]);
            }
            pairs.put(timing, worse);
        }
        return pairs;
    }

    private double[] figures(GateTiming timing, GateSide side) {
        return samples.stream()
                .filter(sample -> sample.timing() == timing && sample.side() == side)
                .mapToDouble(sample -> sample.figures().judged())
                .toArray();
    }

    private Outcome outcome(int rounds, GateJudge.Look look) {
        List<GateFinding> findings = new ArrayList<>();
        for (GateTiming timing : GateTiming.judged()) {
            GateVerdict alone = unpaired.get(timing);
            if (alone != null) {
                findings.add(new GateFinding(timing.toString(), timing.unit, alone, Double.NaN, Double.NaN, null));
                continue;
            }
            GateInterval change = Objects.requireNonNull(look.changes().get(timing));
            findings.add(new GateFinding(
                    timing.toString(),
                    timing.unit,
                    judge.verdict(change),
                    median(figures(timing, GateSide.BASE)),
                    median(figures(timing, GateSide.HEAD)),
                    change));
        }
        return new Outcome(rounds, judge.isInvalid(look), look.control(), findings, List.copyOf(samples));
    }

    private static double median(double[] values) {
        return new ListStatistics(values).getPercentile(50);
    }
}
