package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.FilterTier.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What came of a {@link FilterRun}, in Markdown for people, or for programs.
 *
 * @param rounds of which times are the medians
 * @param rows by setting
 * @param failures of settings that could not be measured
 */
record FilterReport(int rounds, List<FilterRow> rows, List<String> failures) implements BenchResult {
    private static final double LEAST_TIMES_GUAVA = 30;
    private static final double LEAST_TIMES_SPLIT_BLOCK = 1.2;
    private static final double MOST_BITS = 1.2;
    private static final int ALL = 100;

    private static final String HEAD = """
            | filter | calls of | keys in W | load | p | ns per key (chunks) | rounds | times ours | bits per key | times ours | p stated | p estimated | p measured (95 %) | false new |
            |---|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|---|---:|
            """;
    static final String SUMMARY_HEAD = """
            | keys in W | p | ns, batches | ns, single | bits | p stated | Guava: ns | times | bits | split-block: ns | times | bits |
            |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
            """;

    /** Whether all was measured, nothing was forgotten, and no filter errs more than it states. */
    @Override
    public boolean isRight() {
        return objections().isEmpty();
    }

    List<String> objections() {
        return Stream.concat(
                        failures.stream(),
                        rows.stream()
                                .filter(row -> !row.total().objection().isEmpty())
                                .map(row -> row.setting() + ": " + row.total().objection()))
                .toList();
    }

    @Override
    public String text() {
        List<String> parts = new ArrayList<>();
        parts.add(HEAD + lines(rows.stream().map(this::line)));
        List<FilterRow> ours = rows.stream().filter(FilterReport::isOurs).toList();
        if (!ours.isEmpty()) {
            parts.add(SUMMARY_HEAD + lines(ours.stream().map(this::summary)));
            long most =
                    ours.stream().mapToLong(row -> row.setting().keys()).max().orElseThrow();
            parts.add(FilterMonth.HEAD
                    + lines(ours.stream()
                            .filter(row -> row.setting().keys() == most)
                            .map(row -> new FilterMonth(row.total().planned(), row.bitsPerKey()).line())
                            .distinct()));
        }
        List<String> last = new ArrayList<>();
        ours.forEach(row -> promises(row)
                .forEach((text, held) -> last.add("promise: " + text + ", " + (held ? "held" : "missed"))));
        objections().forEach(objection -> last.add("wrong: " + objection));
        parts.add(String.join("\n", last));
        return String.join("\n\n", parts).stripTrailing();
    }

    private static String lines(Stream<String> lines) {
        return lines.collect(Collectors.joining("\n"));
    }

    /** The rows that rivals are compared with: batches of our filter, as full as it is made for. */
    private static boolean isOurs(FilterRow row) {
        return row.tier().kind == Kind.FINGERPRINTS
                && row.setting().batch() > 1
                && row.setting().load() == ALL;
    }

    private String line(FilterRow row) {
        FilterSetting setting = row.setting();
        FilterOutcome total = row.total();
        Optional<FilterRow> ours = rows.stream()
                .filter(FilterReport::isOurs)
                .filter(row::isComparedWith)
                .findFirst();
        AccuracyInterval interval = total.interval();
        return format(
                "| %s | %d | %,d | %d %% | %.1e | %s | %.1f to %.1f | %s | %.1f | %s | %.2e | %s | %.2e (%.2e to %.2e) |"
                        + " %d of %,d |",
                row.tier(),
                setting.batch(),
                setting.keys(),
                setting.load(),
                setting.probability(),
                row.nanos(),
                row.quickest(),
                row.slowest(),
                ours.map(row::times).orElse("-"),
                row.bitsPerKey(),
                ours.map(to -> format("%.2f", row.bitsPerKey() / to.bitsPerKey()))
                        .orElse("-"),
                total.planned(),
                total.estimated().isPresent() ? format("%.2e", total.estimated().getAsDouble()) : "-",
                total.measured(),
                interval.low(),
                interval.high(),
                total.falseNew(),
                total.duplicates());
    }

    /** Ours beside the quickest of each kind of rival. */
    private String summary(FilterRow ours) {
        String single = rows.stream()
                .filter(row -> row.tier() == ours.tier() && row.setting().batch() == 1)
                .filter(ours::isComparedWith)
                .findFirst()
                .map(FilterRow::nanos)
                .orElse("-");
        return format(
                "| %,d | %.1e | %s | %s | %.1f | %.1e | %s | %s |",
                ours.setting().keys(),
                ours.setting().probability(),
                ours.nanos(),
                single,
                ours.bitsPerKey(),
                ours.total().planned(),
                rival(ours, Kind.GUAVA),
                rival(ours, Kind.SPLIT_BLOCK));
    }

    private String rival(FilterRow ours, Kind kind) {
        return quickest(ours, kind)
                .map(row -> format("%s: %s | %s | %.1f", row.tier(), row.nanos(), row.times(ours), row.bitsPerKey()))
                .orElse("- | - | -");
    }

    private Optional<FilterRow> quickest(FilterRow ours, Kind kind) {
        return rows.stream()
                .filter(row -> row.tier().kind == kind)
                .filter(ours::isComparedWith)
                .min(Comparator.comparingDouble(FilterRow::nanosPerKey));
    }

    /** What is promised of a filter, and whether it was held; nothing where no rival was measured beside it. */
    Map<String, Boolean> promises(FilterRow ours) {
        Map<String, Boolean> promises = new LinkedHashMap<>();
        quickest(ours, Kind.GUAVA).ifPresent(rival -> {
            promise(promises, ours, rival, LEAST_TIMES_GUAVA);
            double bits = ours.bitsPerKey() / rival.bitsPerKey();
            promises.put(
                    format("%s: at most %.1f times the bits of %s: %.2f", of(ours), MOST_BITS, rival.tier(), bits),
                    bits <= MOST_BITS);
        });
        quickest(ours, Kind.SPLIT_BLOCK).ifPresent(rival -> promise(promises, ours, rival, LEAST_TIMES_SPLIT_BLOCK));
        return promises;
    }

    private static void promise(Map<String, Boolean> promises, FilterRow ours, FilterRow rival, double least) {
        double times = rival.nanosPerKey() / ours.nanosPerKey();
        promises.put(
                format(
                        "%s: at least %.1f times the throughput of %s: %s",
                        of(ours), least, rival.tier(), rival.times(ours)),
                times >= least);
    }

    private static String of(FilterRow row) {
        return format("%,d keys, p %.1e", row.setting().keys(), row.setting().probability());
    }

    @Override
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("rounds", rounds);
        fields.put("failures", failures);
        fields.put("results", rows.stream().map(FilterReport::result).toList());
        Map<String, Object> promises = new LinkedHashMap<>();
        rows.stream().filter(FilterReport::isOurs).forEach(row -> promises.putAll(promises(row)));
        fields.put("promises", promises);
        return fields;
    }

    private static Map<String, Object> result(FilterRow row) {
        FilterSetting setting = row.setting();
        FilterOutcome total = row.total();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("tier", row.tier().toString());
        result.put("keys", setting.keys());
        result.put("false_positive", setting.probability());
        result.put("batch", setting.batch());
        result.put("load_percent", setting.load());
        result.put("nanos_per_key", row.nanosPerKey());
        result.put("nanos_per_key_chunks", row.chunkNanosPerKey());
        result.put("nanos_per_key_least", row.quickest());
        result.put("nanos_per_key_most", row.slowest());
        result.put("bytes", total.bytes());
        result.put("bits_per_key", row.bitsPerKey());
        result.put("planned", total.planned());
        result.put("estimated", total.estimated());
        result.put("measured", total.measured());
        result.put("measured_low", total.interval().low());
        result.put("measured_high", total.interval().high());
        result.put("new", total.news());
        result.put("duplicates", total.duplicates());
        result.put("false_new", total.falseNew());
        result.put("false_duplicates", total.falseDuplicates());
        return result;
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
