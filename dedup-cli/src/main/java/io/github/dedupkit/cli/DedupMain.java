package io.github.dedupkit.cli;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code dedup} command. Data goes to standard output, everything else to standard error.
 *
 * <p>Failures a user can cause are told in one message with a remedy; anything else ends with a stack trace and exit code
 * 70. The exit codes stand in every {@code --help}.
 */
public final class DedupMain {
    private DedupMain() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param arguments the command's name, options and operands
     */
    public static void main(String[] arguments) {
        System.exit(run(StandardStreams.ofProcess(), arguments));
    }

    /** Runs a command; returns its exit code. */
    static int run(StandardStreams streams, String... arguments) {
        try {
            return execute(streams, arguments);
        } catch (CliException e) {
            e.print(streams);
            return e.exitCode();
        } catch (OutOfMemoryError e) {
            streams.err().println("dedup: out of memory; allow a larger heap, for example DEDUP_JAVA_OPTS=-Xmx8g");
            return ExitCode.FAILED;
        } catch (Exception | Error e) {
            streams.err().println("dedup: internal error, please report it:");
            e.printStackTrace(streams.err());
            return ExitCode.INTERNAL;
        }
    }

    private static int execute(StandardStreams streams, String... arguments) throws Exception {
        if (isPlainFilter(arguments)) {
            return FilterCommand.plain(streams, arguments).call();
        }
        PrintWriter out = writer(streams.out());
        Execution execution = new Execution();
        int code = commandLine(streams, arguments)
                .setOut(out)
                .setErr(writer(streams.err()))
                .setExpandAtFiles(false) // a file may be named @x
                .setParameterExceptionHandler(new Refusal())
                .setExecutionExceptionHandler(execution)
                .execute(arguments);
        if (execution.exception != null) {
            throw execution.exception;
        }
        // checkError flushes: help that could not be written is a failure too.
        if (out.checkError() && code == ExitCode.OK) {
            throw CliException.failed("cannot write to standard output; choose another place and run again");
        }
        return code;
    }

    /**
     * Whether this is the filter with nothing but names and -q: understood without picocli, which takes longer to load
     * than a file of 10,000 lines to filter.
     */
    private static boolean isPlainFilter(String... arguments) {
        if (arguments.length == 0 || !arguments[0].equals("filter")) {
            return false;
        }
        for (String argument : arguments) {
            if (argument.startsWith("-") && !argument.equals("-") && !FilterCommand.isQuiet(argument)) {
                return false;
            }
        }
        return true;
    }

    /** Makes the commands; of the subcommands only the one that is named, because each costs some time to make. */
    private static CommandLine commandLine(StandardStreams streams, String... arguments) {
        CommandLine line = new CommandLine(new DedupCommand());
        String named = arguments.length == 0 ? "" : arguments[0];
        if (!named.equals("demo")) {
            line.addSubcommand(new FilterCommand(streams));
        }
        if (!named.equals("filter")) {
            line.addSubcommand(new DemoCommand(streams));
        }
        return line;
    }

    private static PrintWriter writer(OutputStream to) {
        return new PrintWriter(new OutputStreamWriter(to, StandardCharsets.UTF_8), true);
    }

    /** Keeps what a command threw, because picocli would print it. */
    private static final class Execution implements IExecutionExceptionHandler {
        @Nullable
        Exception exception;

        @Override
        public int handleExecutionException(Exception thrown, CommandLine command, ParseResult result) {
            exception = thrown;
            return ExitCode.INTERNAL;
        }
    }

    /** Tells a user what cannot be understood. */
    private static final class Refusal implements IParameterExceptionHandler {
        @Override
        public int handleParseException(ParameterException exception, String[] arguments) {
            CommandLine command = exception.getCommandLine();
            PrintWriter err = command.getErr();
            err.println("dedup: " + exception.getMessage());
            UnmatchedArgumentException.printSuggestions(exception, err);
            err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
            err.flush();
            return ExitCode.USAGE;
        }
    }
}
