package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dedup bench gate-record}: the gate's timings of one library against itself, for {@link GateEvaluateCommand}. */
@Command(
        name = "gate-record",
        description = "Records the gate's rounds with the same library on both sides: what differs is the machine.")
final class GateRecordCommand implements Callable<Integer> {
    @Option(
            names = "--rounds",
            defaultValue = "200",
            paramLabel = "N",
            description = "Pairs of forks per benchmark; ten seconds or more each (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The CSV file to make.")
    Path out = Path.of("");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Override
    public Integer call() throws IOException {
        if (rounds < 1) {
            throw BenchException.usage("--rounds " + rounds + " is out of bounds; give 1 or more");
        }
        try (Writer csv = csv();
                BenchDirectory work = BenchDirectory.temporary()) {
            List<Path> library = GateClassPath.library();
            record(new GateForks(work, library, library), csv);
        }
        return GateResult.OK;
    }

    /** A new file: a recording takes an hour, and is not written over. */
    private Writer csv() {
        try {
            return Files.newBufferedWriter(out, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw BenchException.usage("--out " + out + " cannot be made (" + e
                    + "); name a file that does not exist, in a directory that does and can be written to");
        }
    }

    /** A line for each fork, written out round by round: what was recorded survives an interruption. */
    void record(GateMeter meter, Writer csv) throws IOException {
        csv.write(GateSample.HEADER + "\n");
        for (int round = 0; round < rounds; round++) {
            for (GateSample sample : new GateRound(round).measure(meter)) {
                csv.write(sample.csv() + "\n");
            }
            csv.flush();
        }
    }
}
