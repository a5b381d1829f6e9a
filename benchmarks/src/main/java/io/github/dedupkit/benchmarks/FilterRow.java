package io.github.dedupkit.benchmarks;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;

/**
 * What came of a setting in all rounds.
 *
 * @param setting it was measured in
 * @param total the counts of all rounds
 * @param nanosPerKey the median of the rounds
 * @param chunkNanosPerKey the same of the chunks' medians
 * @param quickest round's nanoseconds per key
 * @param slowest round's nanoseconds per key
 */
record FilterRow(
        FilterSetting setting,
        FilterOutcome total,
        double nanosPerKey,
        double chunkNanosPerKey,
        double quickest,
        double slowest) {
    /** Takes the median of the rounds, of which there is one at least. */
    static FilterRow of(FilterSetting setting, List<FilterOutcome> rounds) {
        DoubleSummaryStatistics nanos =
                rounds.stream().mapToDouble(FilterOutcome::nanosPerKey).summaryStatistics();
        return new FilterRow(
                setting,
                rounds.stream().reduce(FilterOutcome::plus).orElseThrow(),
                BenchStatistics.median(rounds.stream().mapToDouble(FilterOutcome::nanosPerKey)),
                BenchStatistics.median(rounds.stream().mapToDouble(FilterOutcome::chunkNanosPerKey)),
                nanos.getMin(),
                nanos.getMax());
    }

    FilterTier tier() {
        return setting.tier();
    }

    /** As people read it: the whole, and in parentheses the chunks. */
    String nanos() {
        return String.format(Locale.ROOT, "%,.1f (%,.1f)", nanosPerKey, chunkNanosPerKey);
    }

    /** How many times as long as another filter it takes, in the same form. */
    String times(FilterRow other) {
        return String.format(
                Locale.ROOT, "%.2f (%.2f)", nanosPerKey / other.nanosPerKey, chunkNanosPerKey / other.chunkNanosPerKey);
    }

    /** Of memory, for each key in W that the filter is made for. */
    double bitsPerKey() {
        return (double) total.bytes() * Byte.SIZE / setting.keys();
    }

    /** Whether the same is asked of both: keys, load and probability. */
    boolean isComparedWith(FilterRow other) {
        return setting.keys() == other.setting.keys()
                && setting.load() == other.setting.load()
                && setting.probability() == other.setting.probability();
    }
}
