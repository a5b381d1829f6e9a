package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Settings, each once a round in a JVM of its own; every other round takes them in the opposite order.
 *
 * @param settings to measure
 * @param rounds with keys of their own
 */
record FilterRun(List<FilterSetting> settings, int rounds) {
    /** Measures a setting with the keys of a seed. */
    @FunctionalInterface
    interface Prober {
        /** Measures. */
        FilterOutcome probe(FilterSetting setting, long seed) throws InterruptedException;
    }

    /** Measures all; what cannot be measured is an objection, and the others still are. */
    FilterReport measure(Prober prober, Consumer<String> progress) throws InterruptedException {
        Map<FilterSetting, List<FilterOutcome>> outcomes = new LinkedHashMap<>();
        settings.forEach(setting -> outcomes.put(setting, new ArrayList<>()));
        List<String> failures = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (FilterSetting setting : HotPathRounds.inOrderOf(round, List.copyOf(outcomes.keySet()))) {
                progress.accept("filter: " + setting + (rounds == 1 ? "" : ", round " + round + " of " + rounds));
                try {
                    outcomes.getOrDefault(setting, List.of()).add(prober.probe(setting, round));
                } catch (BenchException e) {
                    outcomes.remove(setting);
                    failures.add(setting + " could not be measured: " + e.getMessage());
                }
            }
        }
        List<FilterRow> rows = new ArrayList<>();
        outcomes.forEach((setting, ofSetting) -> rows.add(FilterRow.of(setting, ofSetting)));
        return new FilterReport(rounds, rows, failures);
    }
}
