package io.github.dedupkit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dedup filter}: each record once. What its options mean together is {@link FilterOptions}' business. */
@Command(
        name = "filter",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = DedupCommand.Version.class,
        description = {
            "Copies each line or record that was not seen before to standard output, in order and byte for byte."
                    + " Several files are one stream: a line of the second that stands in the first is dropped.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nRecords:%n",
        footer = {
            "  lines   one a line, compared without its end, \\n or \\r\\n; of a line with",
            "          both ends the first is kept. Any bytes are text; empty lines are",
            "          lines. A field of --key or --time is a number from 1: --delimiter",
            "          parts the fields.",
            "  ndjson  a JSON document a line; a field is a JSON Pointer, as /user/id.",
            "          \"1\" and 1 are two keys.",
            "  csv     RFC 4180, quoted fields may hold line feeds; a field is the name of",
            "          a column or its number. Every input begins with the same header,",
            "          which is written once.",
            "  If the last record of a file has no end and more output follows, \\n is put",
            "  between them; at the end of the output nothing is added. Gzip is recognised",
            "  by its first bytes. When input pauses, what is known is written:",
            "  tail -f x | dedup filter is live.",
            "",
            "Time:",
            "  In an Apache log, --delimiter ' ' makes the time field 4, and its format is",
            "  \"'['dd/MMM/yyyy:HH:mm:ss\"; the offset, field 5, is not read.",
            "  Without --window the whole input is one window, and no time is read. With it,",
            "  a record is a duplicate of one with the same key at most that long before or",
            "  after it, told to a 60th of the window or finer. A record more than",
            "  --lateness older than the newest one is too late to judge, and kept.",
            "  A file has no clock. So a record more than --lateness newer than all before",
            "  it, or the first one, is held until most of the next 5 agree that time has",
            "  moved on; they disagree if it would make them late. If most disagree, nobody",
            "  knows its time: it is not judged but kept, as one too late is, and moves",
            "  nothing: up to 3 records of the year 2038 in a row do no harm. If fewer than",
            "  5 follow, most of those decide; none, and it is believed.",
            "",
            "Memory:",
            "  The table takes about 11 bytes a key off the heap, more where it had to grow,",
            "  and has a tiny chance to take a new key for another, which the summary",
            "  states: --expected makes both least. Its memory is by default a quarter of",
            "  the machine's. The caffeine store is exact and takes 168 bytes a key, in half",
            "  of the Java heap at most: DEDUP_JAVA_OPTS=-Xmx8g allows some 25 million.",
            "  The bloom store keeps bits instead of keys, on the heap: about 5 bytes a key",
            "  for one error in a million, fewer for a higher --false-positive. The summary",
            "  states how many records it may have wrongly dropped. It does not grow:",
            "  --expected is the keys of the whole input or, within a window, of window,",
            "  lateness and a tick together, which is an 8th of the window, not a 60th.",
            "  A run that would need more stops, and what it wrote is right. With",
            "  --when-full evict it forgets keys instead, the table its oldest, and lets",
            "  copies of them through; it still drops nothing that is no copy. Bloom cannot.",
            "  Keys are hashed to 128 bits under a secret drawn for the run (SipHash), so",
            "  that nobody can craft two that collide; --trusted is a little quicker.",
            "",
            "Outputs:",
            "  Files named by options are overwritten, but never one that is also an input",
            "  or another output. A malformed record ends the run unless there is --rejects,",
            "  where it is written after FILE:LINE, a tab, the reason and a tab.",
            "",
            "Summary, on standard error:",
            "  read = first + replayed + duplicate + late + rejected; replayed is always 0.",
            "  As JSON: ending (complete, incomplete, interrupted), these six, bytes_in,",
            "  bytes_out, millis, store, keys, store_bytes, evicted, wrong_drop_probability,",
            "  expected_wrong_drops; with a window also window_millis, lateness_millis,",
            "  tick_millis, effective_window_millis, ahead (those of the late that are),",
            "  backwards; if that is true, backwards_input, backwards_line and, where one",
            "  would do, sufficient_lateness_millis.",
            "",
            "Exit codes:",
            "    0  all records read and written",
            "    1  input, output or memory failed: the message says where; output is short",
            "    2  usage",
            "   70  internal error, or the books do not balance",
            "  130  interrupted (SIGINT), 143 terminated (SIGTERM): whole records, and totals",
            "  141  the output was closed, as by head"
        })
final class FilterCommand implements Callable<Integer> {
    private static final String QUIET = "-q";
    private static final String QUIET_LONG = "--quiet";

    private final StandardStreams streams;
    private final FilterLimits limits;

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Files to read; - or none is standard input.")
    List<String> files = List.of();

    @Option(names = "--format", paramLabel = "FORMAT", description = "lines, ndjson or csv (default: lines).")
    @Nullable
    String format;

    @Option(
            names = "--key",
            paramLabel = "FIELD",
            description = "A field that makes the key; again for a key of several, in that order. Default: the"
                    + " whole record.")
    List<String> keys = List.of();

    @Option(
            names = "--delimiter",
            paramLabel = "CHARS",
            description = "Between the fields of a line (\\t is a tab), or of csv (default there: a comma).")
    @Nullable
    String delimiter;

    @Option(names = "--time", paramLabel = "FIELD", description = "The field that holds the record's time.")
    @Nullable
    String time;

    @Option(
            names = "--time-format",
            paramLabel = "FORMAT",
            description = "iso (default), epoch-s, epoch-ms, or a pattern of java.time such as"
                    + " \"yyyy-MM-dd HH:mm\"; UTC unless the field says otherwise.")
    @Nullable
    String timeFormat;

    @Option(
            names = "--window",
            paramLabel = "DURATION",
            description = "How long a key is remembered: 30d, 24h, 15m, 90s or 500ms. Needs --time. Default: for"
                    + " the whole run.")
    @Nullable
    String window;

    @Option(
            names = "--lateness",
            paramLabel = "DURATION",
            description = "How far a record may be behind the newest and still be judged (default: one tick, a"
                    + " 60th of the window or less). Rounded up to whole ticks.")
    @Nullable
    String lateness;

    @Option(names = "--store", paramLabel = "STORE", description = "table, caffeine or bloom (default: table).")
    @Nullable
    String store;

    @Option(names = "--expected", paramLabel = "N", description = "Keys to make room for at once; bloom takes no more.")
    @Nullable
    String expected;

    @Option(
            names = "--false-positive",
            paramLabel = "P",
            description = "How often bloom may drop a new record, taking it for a copy: 1e-12 to 0.1 (default: 1e-6).")
    @Nullable
    String falsePositive;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "The most that the store may take, as 512m or 4g (default: see Memory).")
    @Nullable
    String memory;

    @Option(names = "--when-full", paramLabel = "ACTION", description = "stop, or evict: forget keys (default: stop).")
    @Nullable
    String whenFull;

    @Option(names = "--duplicates", paramLabel = "FILE", description = "Write duplicates there; else nowhere.")
    @Nullable
    String duplicates;

    @Option(
            names = "--late",
            paramLabel = "FILE",
            description =
                    "Write records there that cannot be judged, too late or dated ahead; else they are" + " kept.")
    @Nullable
    String late;

    @Option(
            names = "--rejects",
            paramLabel = "FILE",
            description = "Write malformed records there; else the first ends the run.")
    @Nullable
    String rejects;

    @Option(names = "--trusted", description = "Hash keys without a secret: nobody else chooses them.")
    boolean trusted;

    @Option(names = "--summary", paramLabel = "FORM", description = "text or json (default: text).")
    @Nullable
    String summary;

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
        FilterOptions options = FilterOptions.of(this);
        List<String> names = files.isEmpty() ? List.of("-") : files;
        InputSource.requireReadable(names);
        OutputCheck check = new OutputCheck(streams, names);
        check.require("--duplicates", duplicates);
        check.require("--late", late);
        check.require("--rejects", rejects);
        return new FilterRun(streams, options, limits).run(names);
    }
}
