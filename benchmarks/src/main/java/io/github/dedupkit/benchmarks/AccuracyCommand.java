package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.AccuracyRun.Outcome;
import io.github.dedupkit.benchmarks.ReportFigure.Better;
import io.github.dedupkit.benchmarks.ReportFigure.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dedup bench accuracy}: false duplicates as planned, as estimated and as counted. */
@Command(
        name = "accuracy",
        description = {
            "Streams new keys through each tier, at 50, 100 and 150 %% of the keys it is planned for, and counts those"
                    + " that are told DUPLICATE once the window is full. Beside the count: the probability that was"
                    + " planned, and the one that the tier estimates from what it holds. With 40 bits of fingerprint"
                    + " there would be nothing to count, so the keys are made by hand, all but --bits of those bits"
                    + " being the same in each; planned and estimated are scaled by what that makes more. With the"
                    + " real 40 bits too, what was counted is stated, and the bound that follows.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 measured, and as planned and estimated; 1 not so: more than",
            "planned within the design load, or an estimate that is off; 2 usage;",
            "70 internal error."
        })
final class AccuracyCommand implements Callable<Integer> {
    private static final int[] PERCENT = {50, 100, 150};
    private static final long LEAST_KEYS = 1_000;
    private static final long MOST_KEYS = 10_000_000;

    @Option(
            names = "--tier",
            paramLabel = "TIER",
            split = ",",
            description = "What to measure, separated by commas (default: all): ${COMPLETION-CANDIDATES}.")
    List<AccuracyTier> tiers = List.of(AccuracyTier.values());

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "1e6",
            description = "Keys that a tier is planned for (default: ${DEFAULT-VALUE}).")
    String keys = "";

    @Option(
            names = "--bits",
            paramLabel = "N",
            defaultValue = "12",
            description = "Bits of the fingerprint that differ, 1 to 24 (default: ${DEFAULT-VALUE}).")
    int bits;

    @Option(
            names = "--look-ups",
            paramLabel = "N",
            defaultValue = "2e6",
            description = "New keys to count on (default: ${DEFAULT-VALUE}).")
    String lookUps = "";

    @Mixin
    ReportOptions options = new ReportOptions();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        long planned = keys("--keys", keys);
        long counted = BenchAmount.count("--look-ups", lookUps);
        if (bits < 1 || bits > AccuracyKeys.MOST_SMALL_BITS) {
            throw BenchException.usage("--bits " + bits + " cannot be arranged by choosing keys; give 1 to "
                    + AccuracyKeys.MOST_SMALL_BITS);
        }
        Consumer<String> progress = line -> spec.commandLine().getErr().println(line);
        List<String> objections = new ArrayList<>();
        options.report(
                String.format(
                        Locale.ROOT,
                        "./dedup bench accuracy --tier %s --keys %s --bits %d --look-ups %s",
                        String.join(
                                ",", tiers.stream().map(AccuracyTier::toString).toList()),
                        keys,
                        bits,
                        lookUps),
                spec.commandLine().getOut(),
                ReportTable::text,
                () -> measure(runs(tiers, planned, bits, counted), objections, progress));
        objections.forEach(progress);
        return objections.isEmpty() ? 0 : BenchException.FAILED;
    }

    private static long keys(String option, String text) {
        long count = BenchAmount.count(option, text);
        if (count < LEAST_KEYS || count > MOST_KEYS) {
            throw BenchException.usage(
                    option + " " + text + " is out of bounds; give " + LEAST_KEYS + " to " + MOST_KEYS);
        }
        return count;
    }

    /** Every tier at every load; those that have a fingerprint with the real one too. */
    static List<AccuracyRun> runs(List<AccuracyTier> tiers, long keys, int bits, long lookUps) {
        List<AccuracyRun> runs = new ArrayList<>();
        for (AccuracyTier tier : tiers) {
            for (int percent : PERCENT) {
                runs.add(new AccuracyRun(tier, keys, percent, bits, lookUps));
            }
            if (tier.hasFingerprint) {
                runs.add(new AccuracyRun(tier, keys, 100, AccuracyKeys.REAL_BITS, lookUps));
            }
        }
        return runs;
    }

    /** Measures run by run; what is wrong is added to the objections. */
    static List<ReportFigure> measure(List<AccuracyRun> runs, List<String> objections, Consumer<String> progress) {
        List<ReportFigure> figures = new ArrayList<>();
        for (AccuracyRun run : runs) {
            progress.accept(String.format(
                    Locale.ROOT,
                    "accuracy: %s at %d %% of %,d keys%s",
                    run.tier(),
                    run.percent(),
                    run.keys(),
                    run.tier().hasFingerprint ? ", " + run.bits() + " bits" : ""));
            Outcome outcome = run.stream();
            figures.addAll(figures(outcome));
            if (!outcome.objection().isEmpty()) {
                objections.add("dedup: " + run.tier() + " at " + setting(outcome) + ": " + outcome.objection());
            }
        }
        return figures;
    }

    static List<ReportFigure> figures(Outcome outcome) {
        AccuracyRun run = outcome.run();
        Source source = new Source(
                "accuracy",
                run.tier().toString(),
                setting(outcome),
                "./dedup bench accuracy --tier " + run.tier() + " --keys " + run.keys()
                        + (run.bits() == AccuracyKeys.REAL_BITS ? "" : " --bits " + run.bits()) + " --look-ups "
                        + run.lookUps());
        List<ReportFigure> figures = new ArrayList<>();
        String unit = "per look-up";
        figures.add(source.figure("planned", outcome.planned(), unit, Better.LOWER));
        figures.add(source.figure("estimated", outcome.estimated(), unit, Better.NEITHER));
        AccuracyInterval interval = outcome.interval();
        figures.add(source.figure(
                "measured",
                (double) outcome.counted() / run.lookUps(),
                interval.low(),
                interval.high(),
                unit,
                Better.LOWER));
        if (outcome.refused() > 0) {
            figures.add(
                    source.figure("refused", 100.0 * outcome.refused() / run.lookUps(), "% of look-ups", Better.LOWER));
        }
        return figures;
    }

    private static String setting(Outcome outcome) {
        AccuracyRun run = outcome.run();
        return run.percent() + " % of " + String.format(Locale.ROOT, "%,d keys", run.keys())
                + (run.tier().hasFingerprint ? ", " + run.bits() + " bits" : "")
                + (outcome.strain().isEmpty() ? "" : "; " + outcome.strain());
    }
}
