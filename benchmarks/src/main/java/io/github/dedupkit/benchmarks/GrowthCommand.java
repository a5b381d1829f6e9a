package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.StoreUnavailableException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dedup bench growth}: a table that is much too small, and grows while it is filled. */
@Command(
        name = "growth",
        description = {
            "Fills a table that was planned for few keys with many, as fast as it can: new keys, one event in 20 a"
                    + " duplicate, all in one window. What each event must be told is known. The table grows meanwhile, and"
                    + " no second may be slower than half of the median of those before it; a run of less than four"
                    + " seconds is too short to judge that.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 nothing was admitted, no more lost than the store states,",
            "and no second that could be judged too slow; 1 it was, or there is no memory;",
            "2 usage; 70 internal error."
        })
final class GrowthCommand implements Callable<Integer> {
    @Option(
            names = "--from",
            paramLabel = "N",
            defaultValue = "1e6",
            description = "Keys that the table is planned for (default: ${DEFAULT-VALUE}).")
    String from = "";

    @Option(
            names = "--to",
            paramLabel = "N",
            defaultValue = "5e8",
            description = "Keys to fill it with; 12 bytes each, 20 in a wide table (default: ${DEFAULT-VALUE}).")
    String to = "";

    @Option(names = "--threads", paramLabel = "N", description = "Threads that mark (default: one per processor).")
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
            description = "table, or wide, which keeps origins; every batch is confirmed (default: table).")
    DayStore store = DayStore.TABLE;

    @Mixin
    BenchOutput output = new BenchOutput();

    @Override
    public Integer call() throws InterruptedException {
        GrowthRun run = new GrowthRun(
                BenchAmount.count("--from", from),
                BenchAmount.count("--to", to),
                threads,
                batch,
                store == DayStore.WIDE);
        BenchMemory.requireAvailable("--to " + to + " in " + store, (double) run.most());
        return output.print(() -> measure(run)).isRight() ? 0 : BenchException.FAILED;
    }

    private static GrowthReport measure(GrowthRun run) throws InterruptedException {
        try (DeduplicationStore opened = run.open();
                BenchProgress progress = BenchProgress.of(run.to())) {
            GrowthRun.Outcome outcome = run.fill(opened, progress);
            return new GrowthReport(
                    run,
                    outcome,
                    opened.guarantees().falseDuplicateProbability(),
                    opened.stats().bytes().orElse(0),
                    BenchMemory.peakBytes());
        } catch (StoreUnavailableException e) {
            throw BenchException.failed(String.valueOf(e.getMessage()));
        }
    }
}
