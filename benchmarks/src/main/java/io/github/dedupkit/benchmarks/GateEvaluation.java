package io.github.dedupkit.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import org.hipparchus.distribution.continuous.BetaDistribution;
import org.jspecify.annotations.Nullable;

/**
 * How often the gate is right, estimated from a recording of one library against itself: whole gate runs are played from
 * it through the code that judges real ones.
 *
 * <p>Two intervals go with a rate. That of Clopper and Pearson holds for this recording, and shrinks with the number of
 * runs played. The other says how much the rate would vary between recordings as long as this one: the recording itself is
 * resampled, in blocks twice as long, and the rate estimated again each time.
 *
 * @param recording to play from
 * @param settings of the gate
 * @param mostRounds for which the budget is enough
 * @param block rounds that stay together
 * @param runs to play for a rate
 * @param recordings to make of the one
 * @param seed decides all that is drawn
 */
record GateEvaluation(
        GateResampling recording,
        GateSettings settings,
        int mostRounds,
        int block,
        int runs,
        int recordings,
        long seed) {
    private static final double PLANTED = 1.1;
    private static final double ERROR = 0.05;

    /** The runs that are played from each of the recordings made. */
    private static final int FEWER = 20;

    GateEvaluation {
        if (mostRounds < 1 || runs < FEWER || recordings < 1) {
            throw new IllegalArgumentException("--rounds " + mostRounds + ", --runs " + runs + ", --recordings "
                    + recordings + " are too few; give 1, " + FEWER + ", 1 or more");
        }
        // Recordings are made in blocks twice as long.
        if (block < 1 || block > recording.size() / 2) {
            throw new IllegalArgumentException("--block " + block + " does not fit " + recording.size()
                    + " recorded rounds; give 1 to half of them, or record more");
        }
    }

    /** A rate, from the recording and from those made of it. */
    private record Rates(GateTally here, List<GateTally> elsewhere) {}

    /** Plays, and prints a table. */
    void print(PrintWriter out) {
        SplittableRandom random = new SplittableRandom(seed);
        out.printf(
                Locale.ROOT,
                "%d recorded rounds; blocks of %d; up to %d rounds a run; %,d runs a line%n%n",
                recording.size(),
                block,
                Math.min(mostRounds, settings.mostRounds()),
                runs);
        out.println("| rate | share of runs | 95 % for this recording | 95 % between recordings |");
        out.println("|---|---|---|---|");
        Rates unchanged = rates(null, random);
        line(out, "unchanged: REGRESSION of any benchmark", unchanged, GateTally::alarms);
        line(out, "unchanged: IMPROVED of any benchmark", unchanged, GateTally::improved);
        line(out, "unchanged: NOISY of any benchmark", unchanged, GateTally::noisy);
        line(out, "unchanged: INVALID", unchanged, GateTally::invalid);
        line(out, "unchanged: NOISY or INVALID", unchanged, GateTally::neutral);
        for (GateTiming timing : GateTiming.judged()) {
            line(out, "10 % slower: " + timing + " found", rates(timing, random), GateTally::found);
        }
        out.printf(Locale.ROOT, "%nRounds of a run, unchanged: %.1f on average%n", unchanged.here.meanRounds());
    }

    private Rates rates(@Nullable GateTiming planted, SplittableRandom random) {
        GateTally here = play(recording, runs, planted, random);
        List<GateTally> elsewhere = new ArrayList<>();
        for (int i = 0; i < recordings; i++) {
            elsewhere.add(play(recording.resample(2 * block, random), runs / FEWER, planted, random));
        }
        return new Rates(here, elsewhere);
    }

    private GateTally play(GateResampling from, int count, @Nullable GateTiming planted, SplittableRandom random) {
        GateTally tally = new GateTally(planted);
        for (int run = 0; run < count; run++) {
            int[] order = from.draw(settings.mostRounds(), block, random);
            long[] clock = {0}; // each question takes a tick, and a round asks twice
            GateRounds rounds =
                    new GateRounds(from.player(order, planted, PLANTED), settings, () -> clock[0]++, ignored -> {});
            tally.enter(rounds.run(2L * mostRounds - 1));
        }
        return tally;
    }

    private static void line(PrintWriter out, String name, Rates rates, ToIntFunction<GateTally> count) {
        int hits = count.applyAsInt(rates.here);
        int of = rates.here.runs();
        double[] spread = rates.elsewhere.stream()
                .mapToDouble(other -> (double) count.applyAsInt(other) / other.runs())
                .sorted()
                .toArray();
        out.printf(
                Locale.ROOT,
                "| %s | %.2f %% | %.2f to %.2f %% | %.2f to %.2f %% |%n",
                name,
                100.0 * hits / of,
                100 * lower(hits, of),
                100 * upper(hits, of),
                100 * spread[(int) (spread.length * ERROR / 2)],
                100 * spread[(int) Math.ceil(spread.length * (1 - ERROR / 2)) - 1]);
    }

    /** Clopper and Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial", 1934. */
    static double lower(int hits, int of) {
        return hits == 0 ? 0 : new BetaDistribution(hits, of - hits + 1.0).inverseCumulativeProbability(ERROR / 2);
    }

    /** The other end. */
    static double upper(int hits, int of) {
        return hits == of ? 1 : new BetaDistribution(hits + 1.0, of - hits).inverseCumulativeProbability(1 - ERROR / 2);
    }
}
