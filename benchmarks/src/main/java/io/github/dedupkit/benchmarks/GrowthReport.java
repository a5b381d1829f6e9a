package io.github.dedupkit.benchmarks;

import java.util.Locale;
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
        OptionalLong peakBytes) {
    static final double LEAST_RATIO = 0.5;

    /** A right store may lose more than {@link #mostLost} once in so many runs. */
    private static final double MOST_CHANCE = 1e-6;

    private double expectedLost() {
        return outcome.firstSeen() * falseDuplicateProbability;
    }

    /** The most lost events that chance explains, by Chernoff's bound on a Poisson variable. */
    long mostLost() {
        double expected = expectedLost();
        long more = (long) expected + 1;
        while (Math.exp(more - expected + more * Math.log(expected / more)) > MOST_CHANCE) {
            more++;
        }
        return more - 1;
    }

    /** Whether every promise was kept. */
    boolean isRight() {
        return outcome.lost() <= mostLost()
                && outcome.admitted() == 0
                && outcome.meter().worst().orElse(1) >= LEAST_RATIO;
    }

    /** Lines of text. */
    String text() {
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
                : "too short a run to hold a second against those before it";
    }

    /** One object, on one line. Its texts need no escapes. */
    String json() {
        GrowthMeter meter = outcome.meter();
        return format(
                "{\"right\":%b,\"store\":\"%s\",\"from\":%d,\"to\":%d,\"threads\":%d,\"batch\":%d,\"millis\":%d,"
                        + "\"keys_per_second\":%.0f,\"worst_ratio\":%s,\"slowest_call_nanos\":%d,\"store_bytes\":%d,"
                        + "\"lost\":%d,\"lost_by_chance\":%d,\"admitted\":%d,\"by_second\":[%s],\"by_keys\":{%s}}",
                isRight(),
                run.wide() ? DayStore.WIDE : DayStore.TABLE,
                run.from(),
                run.to(),
                run.threads(),
                run.batch(),
                meter.nanos() / 1_000_000,
                meter.mean(),
                meter.worst().isPresent() ? format("%.3f", meter.worst().getAsDouble()) : "null",
                outcome.slowestNanos(),
                storeBytes,
                outcome.lost(),
                mostLost(),
                outcome.admitted(),
                meter.rates().stream().map(rate -> format("%.0f", rate)).collect(Collectors.joining(",")),
                meter.halves().stream()
                        .map(half -> format("\"%d\":%.0f", half.keys(), half.perSecond()))
                        .collect(Collectors.joining(",")));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
