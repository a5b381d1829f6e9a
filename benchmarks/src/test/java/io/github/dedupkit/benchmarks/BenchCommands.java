package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Runs commands as a person does. */
final class BenchCommands {
    private BenchCommands() {}

    /**
     * What came of a command.
     *
     * @param code its exit code
     * @param out its standard output
     * @param err its standard error
     */
    record Run(int code, String out, String err) {}

    static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = BenchMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Run(code, out.toString(), err.toString());
    }

    /** Runs it with --json; returns the object. */
    static String json(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--json";
        Run run = run(all);
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().startsWith("{\n  \"schema\" : \"dedupkit-bench/1\","), run.out());
        assertTrue(run.out().endsWith("}\n"), run.out());
        return run.out();
    }

    /** The commands in a report: the report's own, then one of each figure. */
    static List<String> commands(String json) {
        return Pattern.compile("\"command\" : \"([^\"]+)\"")
                .matcher(json)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** The arguments of a command as a person gives it. */
    static String[] arguments(String command) {
        String launcher = "./dedup bench ";
        assertTrue(command.startsWith(launcher), command);
        return command.substring(launcher.length()).split(" ", -1);
    }

    /** Each can be given as it stands: it is read, not run. */
    static void assertCanBeGiven(List<String> commands) {
        assertFalse(commands.isEmpty());
        for (String command : commands) {
            assertDoesNotThrow(() -> BenchMain.commandLine().parseArgs(arguments(command)), command);
        }
    }

    /** Refused as bad usage, before anything was measured. */
    static void assertRefused(String message, String... arguments) {
        Run run = run(arguments);
        assertEquals(2, run.code(), () -> List.of(arguments) + ": " + run.err());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("dedup: "), run.err()); // no progress
        assertTrue(run.err().contains(message), run.err());
    }
}
