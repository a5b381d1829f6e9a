package io.github.dedupkit.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;

/** What a command run inside the test's JVM did. Bytes are read and shown as ISO 8859-1, which has a letter for each. */
record Run(int code, String out, String err) {
    static final FilterLimits WIDE = new FilterLimits(1 << 17, 1 << 20);

    /** Runs the whole command line. */
    static Run dedup(InputStream in, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = DedupMain.run(new StandardStreams(in, out, printStream(err)), arguments);
        return new Run(code, text(out), text(err));
    }

    static Run dedup(String in, String... arguments) {
        return dedup(new ByteArrayInputStream(bytes(in)), arguments);
    }

    /** Runs a filter of whole lines, exact, with limits of the test's choice. */
    static Run filter(FilterLimits limits, InputStream in, String... names) {
        return filter(limits, in, List.of("--store", "caffeine"), names);
    }

    /** Runs a filter with options and limits of the test's choice. */
    static Run filter(FilterLimits limits, InputStream in, List<String> options, String... names) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        StandardStreams streams = new StandardStreams(in, out, printStream(err));
        int code = filterRun(streams, limits, options).run(names.length == 0 ? List.of("-") : List.of(names));
        return new Run(code, text(out), text(err));
    }

    /** Prepares a run with options and limits of the test's choice. */
    static FilterRun filterRun(StandardStreams streams, FilterLimits limits, List<String> options) {
        FilterCommand command = new FilterCommand(streams, limits);
        new CommandLine(command).parseArgs(options.toArray(new String[0]));
        return new FilterRun(streams, FilterOptions.of(command), limits);
    }

    static Run filter(FilterLimits limits, byte[] in) {
        return filter(limits, new ByteArrayInputStream(in));
    }

    static PrintStream printStream(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static String text(ByteArrayOutputStream from) {
        return from.toString(StandardCharsets.ISO_8859_1);
    }
}
