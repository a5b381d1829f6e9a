package io.github.dedupkit.benchmarks;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code dedup bench}: measurements anybody can repeat. Results go to standard output, the rest to standard error. */
@Command(
        name = "dedup bench",
        subcommands = DayCommand.class,
        description = "Measures the stores, and counts their wrong verdicts.",
        synopsisSubcommandLabel = "COMMAND")
public final class BenchMain implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec
    CommandSpec spec = CommandSpec.create();

    private BenchMain() {}

    /**
     * Runs a measurement and ends the process with its exit code.
     *
     * @param arguments its name and options
     */
    public static void main(String[] arguments) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments));
    }

    /** Runs a measurement; returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new BenchMain())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((exception, ignored) -> {
                    err.println("dedup: " + exception.getMessage());
                    UnmatchedArgumentException.printSuggestions(exception, err);
                    err.println("Try '"
                            + exception.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
                    return BenchException.USAGE;
                })
                .setExecutionExceptionHandler((exception, command, result) -> {
                    if (exception instanceof BenchException refusal) {
                        err.println("dedup: " + refusal.getMessage());
                        return refusal.exitCode();
                    }
                    err.println("dedup: internal error, please report it:");
                    exception.printStackTrace(err);
                    return BenchException.INTERNAL;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return BenchException.USAGE;
    }
}
