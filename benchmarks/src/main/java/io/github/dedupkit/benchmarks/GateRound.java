package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One pair of forks for each benchmark, the two forks of a pair next to each other. Base comes first in even rounds, head
 * in odd ones: base, head, head, base (ABBA), so that neither a drift of the machine nor coming second favours a side.
 *
 * @param number from 0
 */
record GateRound(int number) {
    /** The sides in the order of this round. */
    List<GateSide> order() {
        return number % 2 == 0 ? List.of(GateSide.BASE, GateSide.HEAD) : List.of(GateSide.HEAD, GateSide.BASE);
    }

    /** Measures all benchmarks; one that does not link against a side is left out. */
    List<GateSample> measure(GateMeter meter) {
        return measure(meter, EnumSet.allOf(GateTiming.class));
    }

    List<GateSample> measure(GateMeter meter, Set<GateTiming> timings) {
        List<GateSample> samples = new ArrayList<>();
        for (GateTiming timing : timings) {
            int place = 1;
            for (GateSide side : order()) {
                Optional<GateFigures> figures = meter.measure(timing, side);
                int now = place++;
                figures.ifPresent(known -> samples.add(new GateSample(number, timing, side, now, known)));
            }
        }
        return samples;
    }
}
