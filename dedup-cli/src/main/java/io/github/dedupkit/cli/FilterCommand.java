package io.github.dedupkit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dedup filter}: each line once. */
@Command(
        name = "filter",
        mixinStandardHelpOptions = true,
        versionProvider = DedupCommand.Version.class,
        description = {
            "Copies each line that was not seen before to standard output, in order and byte for byte."
                    + " Several files are one stream: a line of the second that stands in the first is dropped.",
            ""
        },
        footerHeading = "%nDetails:%n",
        footer = {
            "A line is compared without its end, \\n or \\r\\n; of a line with both ends the",
            "first is kept as it is. Any bytes are text; empty lines are lines. If the last",
            "line of a file has no end and more output follows, \\n is put between them; at",
            "the end of the output nothing is added.",
            "",
            "Gzip is recognised by its first bytes, from standard input too. Damaged or",
            "cut-off gzip is an error; the complete lines before it are written.",
            "",
            "Distinct lines are held in memory, 168 bytes each, in half of the Java heap.",
            "A run that would need more stops, and what it wrote is right:",
            "DEDUP_JAVA_OPTS=-Xmx8g allows some 25 million. Lines are told apart by a keyed",
            "hash of 128 bits (SipHash), so that nobody can craft two that collide.",
            "",
            "When input pauses, what is known is written: tail -f x | dedup filter is live.",
            "",
            "Exit codes:",
            "    0  all lines read and written",
            "    1  input, output or memory failed: the message says where; output is short",
            "    2  usage",
            "   70  internal error, or the books do not balance",
            "  130  interrupted (SIGINT), 143 terminated (SIGTERM): whole lines, and totals",
            "  141  the output was closed, as by head"
        })
final class FilterCommand implements Callable<Integer> {
    private static final String QUIET = "-q";
    private static final String QUIET_LONG = "--quiet";

    private final StandardStreams streams;
    private final FilterLimits limits;

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Files to read; - or none is standard input.")
    List<String> files = List.of();

    @Option(
            names = {QUIET, QUIET_LONG},
            description = "No summary on standard error.")
    boolean quiet;

    FilterCommand(StandardStreams streams) {
        this(streams, FilterLimits.ofProcess());
    }

    FilterCommand(StandardStreams streams, FilterLimits limits) {
        this.streams = streams;
        this.limits = limits;
    }

    /** The command as picocli would fill it in, from {@code filter} and arguments that are names or -q. */
    static FilterCommand plain(StandardStreams streams, String... arguments) {
        FilterCommand command = new FilterCommand(streams);
        command.files = new ArrayList<>();
        for (String argument : arguments) {
            if (isQuiet(argument)) {
                command.quiet = true;
            } else {
                command.files.add(argument);
            }
        }
        command.files.remove(0);
        return command;
    }

    static boolean isQuiet(String argument) {
        return argument.equals(QUIET) || argument.equals(QUIET_LONG);
    }

    @Override
    public Integer call() {
        List<String> names = files.isEmpty() ? List.of("-") : files;
        InputSource.requireReadable(names);
        FilterRun.Reporting reporting = quiet ? FilterRun.Reporting.QUIET : FilterRun.Reporting.SUMMARY;
        return new FilterRun(streams, limits, reporting).run(names);
    }
}
