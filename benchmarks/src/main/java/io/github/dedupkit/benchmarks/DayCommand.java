package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dedup bench day}: a day of events, of each of which the truth is known. */
@Command(
        name = "day",
        description = {
            "Streams events through a store as fast as it can, with the time of their day, and counts every wrong"
                    + " verdict. Each event is a function of its number, and so is what it must be told: new, a"
                    + " duplicate in the window, or new again after it. They are the same for any number of threads.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 nothing was admitted, nothing late, and no more lost than the",
            "store states; 1 it was, or there is no memory; 2 usage; 70 internal error."
        })
final class DayCommand implements Callable<Integer> {
    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "1e9",
            description = "Events to stream, such as 1e6 or 1_000_000 (default: ${DEFAULT-VALUE}).")
    String events = "";

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            defaultValue = "1e9/d",
            description = "Events in event time, such as 10000/s (default: ${DEFAULT-VALUE}).")
    String rate = "";

    @Option(
            names = "--window",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "What the store remembers (default: ${DEFAULT-VALUE}).")
    String window = "";

    @Option(names = "--lateness", paramLabel = "TIME", description = "The lateness it takes (default: one tick).")
    @Nullable
    String lateness;

    @Option(
            names = "--disorder",
            paramLabel = "TIME",
            description = "The longest delay of the 5 %% of events that come late (default: the lateness, less what"
                    + " threads may be apart; half of the window at most).")
    @Nullable
    String disorder;

    @Option(
            names = "--duplicates",
            paramLabel = "SHARE",
            defaultValue = "0.05",
            description = "Duplicates in the window (default: ${DEFAULT-VALUE}).")
    double duplicates;

    @Option(
            names = "--stale",
            paramLabel = "SHARE",
            defaultValue = "0.005",
            description = "Keys that come again after the window, and are new (default: ${DEFAULT-VALUE}).")
    double stale;

    @Option(names = "--threads", paramLabel = "N", description = "Threads (default: one for each processor).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "512",
            description = "Events in a batch (default: ${DEFAULT-VALUE}).")
    int batch;

    @Option(
            names = "--store",
            paramLabel = "STORE",
            defaultValue = "TABLE",
            description =
                    "table, the fingerprints outside the heap; wide, which keeps origins, and every batch is confirmed"
                            + " (default: table).")
    DayStore store = DayStore.TABLE;

    @Option(
            names = "--keys",
            paramLabel = "KIND",
            defaultValue = "BITS",
            description = "How ids become keys: bits, which are keys as they are; trusted or keyed, which hash 16 bytes"
                    + " (default: bits).")
    DayKeys.Kind keys = DayKeys.Kind.BITS;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Decides all that is drawn (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--promises",
            description =
                    "Fail, with exit code 1, if what is promised of a billion events a day is missed too: a window of"
                            + " 1h or 24h has such promises, of memory and of ids/s.")
    boolean promises;

    @Mixin
    BenchOutput output = new BenchOutput();

    @Override
    public Integer call() throws InterruptedException {
        DayRun run = new DayRun(plan(), keys, threads);
        if (promises && !DayPromise.isMade(run, store)) {
            throw BenchException.usage(
                    "--promises: nothing is promised of this setting; give --events 1e9, --rate 1e9/d,"
                            + " --window 1h or 24h and --store table, or leave --promises out");
        }
        DayReport report = output.print(() -> measure(run));
        return report.isRight() && (!promises || report.keepsPromises()) ? 0 : BenchException.FAILED;
    }

    private DayReport measure(DayRun run) throws InterruptedException {
        try (DeduplicationStore opened =
                        store.open(run.plan().retention(), run.plan().expectedKeys());
                BenchProgress progress = BenchProgress.of(run.plan().stream().events())) {
            return DayReport.of(run, store, opened, run.stream(opened, progress));
        } catch (StoreUnavailableException e) {
            throw BenchException.failed(String.valueOf(e.getMessage()));
        }
    }

    private DayPlan plan() {
        long count = BenchAmount.count("--events", events);
        double millisPerEvent = BenchAmount.millisPerEvent("--rate", rate);
        Duration longest = disorder == null ? null : BenchAmount.duration("--disorder", disorder);
        DayStream stream = new DayStream(count, millisPerEvent, duplicates, stale, seed);
        return new DayPlan(stream, retention(), batch, longest);
    }

    private Retention retention() {
        try {
            Retention.Builder builder = Retention.builder(BenchAmount.duration("--window", window));
            if (lateness != null) {
                builder.lateness(BenchAmount.duration("--lateness", lateness));
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw BenchException.usage(String.valueOf(e.getMessage()));
        }
    }
}
