package io.github.dedupkit.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dedup bench filter}: filters that forget, at equal window and probability. */
@Command(
        name = "filter",
        description = {
            "Sends keys of 128 bits through each filter, by one thread, in the steady state of a full window, in a JVM of"
                    + " its own, and holds every answer against the truth. The rivals are bare rings of Bloom filters,"
                    + " sized for the same probability over the whole look-up, that hold W at least. A time is that of"
                    + " the whole run, in parentheses the median of chunks of 8192 events. Prints tables in Markdown;"
                    + " the last one is what a month of 1e9 new keys a day takes.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 no duplicate was told new, and no filter errs more than it",
            "states; 1 not so, or one could not be measured; 2 usage; 70 internal error."
        })
final class FilterCommand implements Callable<Integer> {
    private static final int MOST_ROUNDS = 100;

    @Option(
            names = "--tier",
            paramLabel = "TIER",
            split = ",",
            defaultValue = "FINGERPRINT_FILTER,GUAVA_2,GUAVA_4,GUAVA_8,SPLIT_BLOCK_2,SPLIT_BLOCK_4,SPLIT_BLOCK_8",
            description = "Some of ${COMPLETION-CANDIDATES}, separated by commas (default: all but BLOOM).")
    List<FilterTier> tiers = List.of();

    @Option(
            names = "--keys",
            paramLabel = "N",
            split = ",",
            defaultValue = "1e7,4e7",
            description = "Keys in a window, separated by commas (default: ${DEFAULT-VALUE}).")
    List<String> keys = List.of();

    @Option(
            names = "--false-positive",
            paramLabel = "P",
            split = ",",
            defaultValue = "3.6e-4",
            description = "Probabilities of a false duplicate, separated by commas (default: ${DEFAULT-VALUE}, what our"
                    + " filter keeps with 16 bits).")
    List<Double> probabilities = List.of();

    @Option(
            names = "--batch",
            paramLabel = "N",
            split = ",",
            defaultValue = "256,1",
            description =
                    "Events per call, powers of two up to 8192, separated by commas; Guava's filters take one at a"
                            + " time (default: ${DEFAULT-VALUE}).")
    List<Integer> batches = List.of();

    @Option(
            names = "--load",
            paramLabel = "PERCENT",
            split = ",",
            defaultValue = "100",
            description = "The parts of the keys that come, separated by commas (default: ${DEFAULT-VALUE}).")
    List<Integer> loads = List.of();

    @Option(
            names = "--duplicates",
            paramLabel = "SHARE",
            defaultValue = "0.05",
            description = "Events that repeat a key of the window, up to 0.9 (default: ${DEFAULT-VALUE}).")
    double duplicates;

    @Option(
            names = "--look-ups",
            paramLabel = "N",
            defaultValue = "4e6",
            description = "Events to measure in each JVM, in steps of 8192 (default: ${DEFAULT-VALUE}).")
    String lookUps = "";

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "JVMs for each row, each with other keys; of times the median counts (default:"
                    + " ${DEFAULT-VALUE}).")
    int rounds;

    @Mixin
    BenchOutput output = new BenchOutput();

    @Spec
    CommandSpec spec = CommandSpec.create();

    private final FilterRun.Prober prober;

    FilterCommand() {
        this(FilterProbe::fork);
    }

    /** One that measures in another way. */
    FilterCommand(FilterRun.Prober prober) {
        this.prober = prober;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (rounds < 1 || rounds > MOST_ROUNDS) {
            throw BenchException.usage("--rounds " + rounds + " is out of bounds; give 1 to " + MOST_ROUNDS);
        }
        FilterRun run = new FilterRun(settings(), rounds);
        run.settings().forEach(FilterProbe::requireRoom);
        PrintWriter err = spec.commandLine().getErr();
        FilterReport report = output.print(() -> run.measure(prober, err::println));
        report.objections().forEach(objection -> err.println("dedup: " + objection));
        return report.isRight() ? 0 : BenchException.FAILED;
    }

    /** Every tier in every setting, with every batch that it takes. */
    private List<FilterSetting> settings() {
        long measured = BenchAmount.count("--look-ups", lookUps);
        List<FilterSetting> settings = new ArrayList<>();
        for (String count : keys) {
            long retained = BenchAmount.count("--keys", count);
            for (double probability : probabilities) {
                for (int load : loads) {
                    for (FilterTier tier : tiers) {
                        for (int batch : batches) {
                            int taken = tier.takesBatches() ? batch : 1;
                            settings.add(
                                    new FilterSetting(tier, retained, probability, taken, load, duplicates, measured));
                        }
                    }
                }
            }
        }
        return settings.stream().distinct().toList();
    }
}
