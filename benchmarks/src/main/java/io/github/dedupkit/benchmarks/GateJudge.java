package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Judges paired log-ratios, worse above zero, at one look. The benchmarks share the look's error by Holm's procedure (Holm,
 * "A Simple Sequentially Rejective Multiple Test Procedure", 1979): the clearest must be clear at the error divided by
 * their number, the next at the error divided by one less, until one is not. A benchmark's interval is at the level of its
 * step. The control is no member of the family: it says whether the run is worth anything.
 *
 * @param settings the levels and the bounds
 */
record GateJudge(GateSettings settings) {
    /**
     * What a look has found.
     *
     * @param control how the control moved
     * @param changes of the benchmarks
     */
    record Look(GateInterval control, Map<GateTiming, GateInterval> changes) {}

    /** Looks at all pairs so far. */
    Look look(Map<GateTiming, double[]> pairs) {
        Map<GateTiming, GateSignedRank> tests = new EnumMap<>(GateTiming.class);
        pairs.forEach((timing, differences) -> tests.put(timing, new GateSignedRank(differences)));
        GateSignedRank control = tests.remove(GateTiming.CONTROL);
        if (control == null) {
            throw new IllegalArgumentException("the control was not measured");
        }
        List<GateTiming> clearestFirst = new ArrayList<>(tests.keySet());
        Map<GateTiming, Double> pValues = new EnumMap<>(GateTiming.class);
        tests.forEach((timing, test) -> pValues.put(timing, test.pValue()));
        clearestFirst.sort(Comparator.comparing(pValues::get));
        Map<GateTiming, GateInterval> changes = new EnumMap<>(GateTiming.class);
        int left = clearestFirst.size();
        for (GateTiming timing : clearestFirst) {
            double level = settings.errorOfLook() / left;
            GateInterval change = Objects.requireNonNull(tests.get(timing)).interval(level);
            changes.put(timing, change);
            if (change.excludesZero()) {
                left--;
            }
        }
        return new Look(control.interval(settings.errorOfLook()), changes);
    }

    /** Whether the machine moved by itself. */
    boolean isInvalid(Look look) {
        return look.control.excludesZero() && Math.abs(look.control.estimate()) > Math.log1p(settings.control());
    }

    /** Whether each benchmark is told to be slower, or not to be by the threshold, and none is noisy. */
    boolean isDecided(Look look) {
        return look.changes.values().stream()
                .allMatch(change -> isRegression(change)
                        || (change.upper() < Math.log1p(settings.threshold()) && verdict(change) != GateVerdict.NOISY));
    }

    GateVerdict verdict(GateInterval change) {
        if (isRegression(change)) {
            return GateVerdict.REGRESSION;
        }
        if (change.upper() < 0 && change.estimate() < -Math.log1p(settings.threshold())) {
            return GateVerdict.IMPROVED;
        }
        return change.width() > settings.widest() ? GateVerdict.NOISY : GateVerdict.UNCHANGED;
    }

    private boolean isRegression(GateInterval change) {
        return change.lower() > 0 && change.estimate() > Math.log1p(settings.threshold());
    }
}
