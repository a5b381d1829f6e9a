package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dedup bench gate-evaluate}: how often the gate is right, by a recording. */
@Command(
        name = "gate-evaluate",
        description = "Plays gate runs from a recording of one library against itself, as it is and with one benchmark"
                + " made 10 %% slower, and prints how often each verdict came.")
final class GateEvaluateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "What gate-record has written.")
    Path recording = Path.of("");

    @Option(
            names = "--block",
            defaultValue = "8",
            paramLabel = "ROUNDS",
            description = "The rounds that stay together (default: ${DEFAULT-VALUE}).")
    int block;

    @Option(
            names = "--rounds",
            defaultValue = "1000",
            paramLabel = "N",
            description = "The rounds that the budget is enough for (default: more than the gate takes).")
    int mostRounds;

    @Option(
            names = "--runs",
            defaultValue = "10000",
            paramLabel = "N",
            description = "The gate runs to play for each line (default: ${DEFAULT-VALUE}).")
    int runs;

    @Option(
            names = "--recordings",
            defaultValue = "200",
            paramLabel = "N",
            description = "The recordings to make of it, for what recordings differ by (default: ${DEFAULT-VALUE}).")
    int recordings;

    @Option(
            names = "--threshold",
            paramLabel = "SHARE",
            description = "The least slow-down that is a regression (default: 0.05).")
    double threshold = GateSettings.THRESHOLD;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "S", description = "Decides all that is drawn.")
    long seed;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try {
            GateResampling rounds = new GateResampling(Files.readAllLines(recording).stream()
                    .filter(line -> !line.equals(GateSample.HEADER))
                    .map(GateSample::parse)
                    .toList());
            new GateEvaluation(rounds, GateSettings.of(threshold), mostRounds, block, runs, recordings, seed)
                    .print(spec.commandLine().getOut());
            return GateResult.OK;
        } catch (IOException e) {
            throw BenchException.usage(
                    recording + " cannot be read (" + e + "); give a file that gate-record has written");
        } catch (IllegalArgumentException e) {
            throw BenchException.usage(recording + ": " + e.getMessage());
        }
    }
}
