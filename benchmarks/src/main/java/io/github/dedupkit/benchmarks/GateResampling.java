package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Recorded rounds, played back in another order: blocks of successive rounds, drawn with replacement (the moving-block
 * bootstrap: Künsch, "The Jackknife and the Bootstrap for General Stationary Observations", 1989), so that what lasts for
 * some rounds on the machine lasts in the playback too. A block begins with a round of the same order of sides as the one
 * it stands for, so ABBA stays ABBA. Immutable.
 */
final class GateResampling {
    private final List<Map<GateTiming, Map<GateSide, GateFigures>>> rounds;

    /**
     * Takes a recording.
     *
     * @throws IllegalArgumentException if a fork is missing
     */
    GateResampling(List<GateSample> samples) {
        List<Map<GateTiming, Map<GateSide, GateFigures>>> read = new ArrayList<>();
        for (GateSample sample : samples) {
            while (read.size() <= sample.round()) {
                read.add(new EnumMap<>(GateTiming.class));
            }
            read.get(sample.round())
                    .computeIfAbsent(sample.timing(), timing -> new EnumMap<>(GateSide.class))
                    .put(sample.side(), sample.figures());
        }
        for (int round = 0; round < read.size(); round++) {
            for (GateTiming timing : GateTiming.values()) {
                Map<GateSide, GateFigures> pair = read.get(round).get(timing);
                if (pair == null || pair.size() < GateSide.values().length) {
                    throw new IllegalArgumentException("round " + round + " has no pair of " + timing
                            + "; give whole rounds, from 0 without a gap");
                }
            }
        }
        rounds = List.copyOf(read);
    }

    private GateResampling(List<Map<GateTiming, Map<GateSide, GateFigures>>> rounds, int[] order) {
        List<Map<GateTiming, Map<GateSide, GateFigures>>> ordered = new ArrayList<>();
        for (int round : order) {
            ordered.add(rounds.get(round));
        }
        this.rounds = ordered;
    }

    int size() {
        return rounds.size();
    }

    /** Another recording as long as this one, made of its blocks. */
    GateResampling resample(int block, SplittableRandom random) {
        return new GateResampling(rounds, draw(size(), block, random));
    }

    /** Numbers of rounds, in blocks. */
    int[] draw(int count, int block, SplittableRandom random) {
        if (block < 1 || block > size()) {
            throw new IllegalArgumentException(
                    "blocks of " + block + " rounds do not fit; give 1 to " + size() + ", as many as were recorded");
        }
        int[] drawn = new int[count];
        for (int from = 0; from < count; from += block) {
            int starts = size() - block + 1;
            int like = from % 2; // even rounds begin with the base
            int start = like + 2 * random.nextInt((starts - like + 1) / 2);
            for (int i = from; i < Math.min(count, from + block); i++) {
                drawn[i] = start + i - from;
            }
        }
        return drawn;
    }

    /** Plays rounds as if they were measured; the head of one benchmark takes so many times as long. */
    GateMeter player(int[] order, @Nullable GateTiming planted, double factor) {
        Map<GateTiming, Map<GateSide, Integer>> next = new EnumMap<>(GateTiming.class);
        return (timing, side) -> {
            int now = next.computeIfAbsent(timing, any -> new EnumMap<>(GateSide.class))
                            .merge(side, 1, Integer::sum)
                    - 1;
            GateFigures figures = Objects.requireNonNull(
                    Objects.requireNonNull(rounds.get(order[now]).get(timing)).get(side));
            return Optional.of(timing == planted && side == GateSide.HEAD ? figures.times(factor) : figures);
        };
    }
}
