package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

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

    /** Refused as bad usage, before anything was measured. */
    static void assertRefused(String message, String... arguments) {
        Run run = run(arguments);
        assertEquals(2, run.code(), () -> List.of(arguments) + ": " + run.err());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("dedup: "), run.err()); // no progress
        assertTrue(run.err().contains(message), run.err());
    }
}
