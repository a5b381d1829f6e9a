package io.github.dedupkit.benchmarks;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What came of a {@link GrowthRun}, for people or for programs.
 *
 * @param run what was run
 * @param outcome what came of it
 * @param falseDuplicateProbability that the store states for its largest size
 * @param storeBytes that it takes in the end
 * @param peakBytes that the process had; empty if the system cannot tell
 */
record GrowthReport(
        GrowthRun run,
        GrowthRun.Outcome outcome,
        double falseDuplicateProbability,
        long storeBytes,
        OptionalLong peakBytes)
        implements BenchResult {
    static final double LEAST_RATIO = 0.5;

    private double expectedLost() {
        return outcome.firstSeen() * falseDuplicateProbability;
    }

    /** The most lost events that chance explains. */
    long mostLost() {
        return BenchStatistics.mostByChance(expectedLost());
    }

    /** Whether nothing was admitted, no more lost than the store states, and no second too slow that could be judged. */
    @Override
    public boolean isRight() {
        return outcome.lost() <= mostLost()
                && outcome.admitted() == 0
                && outcome.meter().worst().orElse(1) >= LEAST_RATIO;
    }

    @Override
    public String text() {
        GrowthMeter meter = outcome.meter();
        String halves = meter.halves().stream()
                .map(half -> format("  to %,15d keys: %6.2f million/s", half.keys(), half.perSecond() / 1e6))
                .collect(Collectors.joining(System.lineSeparator()));
        return String.join(
                System.lineSeparator(),
                format(
                        "growth: a %s table planned for %,d keys, filled with %,d (%d threads, batches of %d)",
                        run.wide() ? "wide" : "narrow", run.from(), run.to(), run.threads(), run.batch()),
                "new keys, by half doublings:",
                halves,
                "and by seconds, million/s: "
                        + meter.rates().stream()
                                .map(rate -> format("%.1f", rate / 1e6))
                                .collect(Collectors.joining(" ")),
                format(
                        "time: %.1f s, %.1f million/s; %s; the slowest call %.1f ms",
                        meter.nanos() / 1e9, meter.mean() / 1e6, slowestSecond(), outcome.slowestNanos() / 1e6),
                format(
                        "memory: store %,d bytes, %.1f a key; process at its peak %s",
                        storeBytes,
                        (double) storeBytes / run.to(),
                        peakBytes.isPresent() ? format("%,d bytes", peakBytes.getAsLong()) : "unknown"),
                format(
                        "lost=%d admitted=%d; expected to be lost at most %.2g, by chance up to %d",
                        outcome.lost(), outcome.admitted(), expectedLost(), mostLost()));
    }

    private String slowestSecond() {
        OptionalDouble worst = outcome.meter().worst();
        return worst.isPresent()
                ? format(
                        "the slowest second %.2f of the median of up to %d before it (at least %.2f)",
                        worst.getAsDouble(), GrowthMeter.SETTLED, LEAST_RATIO)
                : format(
                        "too short to judge its seconds, of which there must be more than %d: give a larger --to",
                        GrowthMeter.LEAST);
    }

    @Override
    public Map<String, Object> fields() {
        GrowthMeter meter = outcome.meter();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("store", (run.wide() ? DayStore.WIDE : DayStore.TABLE).toString());
        fields.put("from", run.from());
        fields.put("to", run.to());
        fields.put("threads", run.threads());
        fields.put("batch", run.batch());
        fields.put("millis", meter.nanos() / 1_000_000);
        fields.put("keys_per_second", Math.round(meter.mean()));
        fields.put("worst_ratio", meter.worst());
        fields.put("slowest_call_nanos", outcome.slowestNanos());
        fields.put("store_bytes", storeBytes);
        fields.put("peak_bytes", peakBytes);
        fields.put("lost", outcome.lost());
        fields.put("lost_expected", expectedLost());
        fields.put("lost_by_chance", mostLost());
        fields.put("admitted", outcome.admitted());
        fields.put("by_second", meter.rates().stream().map(Math::round).toList());
        Map<String, Object> byKeys = new LinkedHashMap<>();
        meter.halves().forEach(half -> byKeys.put(String.valueOf(half.keys()), Math.round(half.perSecond())));
        fields.put("by_keys", byKeys);
        return fields;
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
