package io.github.dedupkit.benchmarks;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code dedup bench}: measurements anybody can repeat. Results go to standard output, the rest to standard error. */
@Command(
        name = "dedup bench",
        subcommands = {
            DayCommand.class,
            LatencyCommand.class,
            HotPathCommand.class,
            MemoryCommand.class,
            AccuracyCommand.class,
            ColdStartCommand.class,
            GrowthCommand.class,
            ContentionCommand.class,
            FilterCommand.class,
            GateCommand.class,
            GateRecordCommand.class,
            GateEvaluateCommand.class
        },
        description = "Measures the stores, and counts their wrong verdicts.",
        synopsisSubcommandLabel = "COMMAND")
public final class BenchMain implements Callable<Integer> {
    @Option(
            names = "--quick",
            description =
                    "Run hot path, memory, accuracy, a small day and cold start once, in less than ten minutes on two cores, and leave a directory with one"
                            + " table in Markdown, the same as JSON, and JMH's own JSON.")
    boolean quick;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "With --quick: the directory to make (default: dedup-bench-DATE-TIME, in this one).")
    @Nullable
    Path out;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec
    CommandSpec spec = CommandSpec.create();

    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern(
                    "'dedup-bench-'uuuuMMdd-HHmmss", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

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

    /** The command with its options, ready to read arguments. */
    static CommandLine commandLine() {
        return new CommandLine(new BenchMain()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** Runs a measurement; returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return commandLine()
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((exception, ignored) -> {
                    err.println("dedup: " + exception.getMessage());
                    UnmatchedArgumentException.printSuggestions(exception, err);
                    err.println("Try '"
                            + exception.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
                    return exception.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionStrategy(BenchMain::execute)
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

    /** A measurement, or all of them: no option of the one is for the other. */
    private static int execute(ParseResult parsed) {
        if (parsed.hasSubcommand() && (parsed.hasMatchedOption("--quick") || parsed.hasMatchedOption("--out"))) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "--quick and --out do not go with "
                            + parsed.subcommand().commandSpec().name() + "; give them alone, or leave them out");
        }
        return new RunLast().execute(parsed);
    }

    @Override
    public Integer call() throws InterruptedException {
        if (quick) {
            return quick(
                    out == null ? Path.of(NAME.format(InstantSource.system().instant())) : out);
        }
        if (out != null) {
            throw BenchException.usage("--out " + out + " is for --quick; give both, or neither");
        }
        spec.commandLine().usage(spec.commandLine().getErr());
        return BenchException.USAGE;
    }

    private int quick(Path directory) throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        List<String> objections = QuickRun.DEFAULT.into(directory, err::println);
        objections.forEach(err::println);
        return objections.isEmpty() ? 0 : BenchException.FAILED;
    }
}
