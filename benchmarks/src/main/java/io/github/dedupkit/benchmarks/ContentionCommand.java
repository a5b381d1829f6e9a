package io.github.dedupkit.benchmarks;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dedup bench contention}: many threads on one key, or on keys by Zipf's law. */
@Command(
        name = "contention",
        description = {
            "Marks duplicates from many threads, which meet at the same lines. Each round measures every number of threads"
                    + " in turn; the first is what the others are compared with. Every verdict must be DUPLICATE.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 each number of threads reached half of the first one's",
            "throughput, by the median of the rounds, and all verdicts were right; 1 not so;",
            "2 usage; 70 internal error."
        })
final class ContentionCommand implements Callable<Integer> {
    @Option(
            names = "--threads",
            paramLabel = "N",
            split = ",",
            defaultValue = "2,16,64",
            description = "Different numbers of threads, two or more (default: ${DEFAULT-VALUE}).")
    List<Integer> threads = List.of();

    @Option(
            names = "--keys",
            paramLabel = "KEYS",
            defaultValue = "ONE",
            description = "one, a hot key; zipf, 100,000 with exponent 1.2 (default: one).")
    ContentionKeys keys = ContentionKeys.ONE;

    @Option(
            names = "--store",
            paramLabel = "STORE",
            defaultValue = "TABLE",
            description = "table, or wide, which keeps origins (default: table).")
    DayStore store = DayStore.TABLE;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Events in a call; with 1, single calls (default: ${DEFAULT-VALUE}).")
    int batch;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "4",
            description = "Of each measurement (default: ${DEFAULT-VALUE}).")
    int seconds;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Mixin
    BenchOutput output = new BenchOutput();

    @Override
    public Integer call() throws InterruptedException {
        ContentionRun run = new ContentionRun(List.copyOf(threads), keys, store, batch, seconds, rounds);
        return output.print(() -> new ContentionReport(run, run.measure())).isRight() ? 0 : BenchException.FAILED;
    }
}
