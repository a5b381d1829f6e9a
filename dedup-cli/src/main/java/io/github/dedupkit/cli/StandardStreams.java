package io.github.dedupkit.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * The three streams of a run: data in, data out, words for people. Tests give their own.
 *
 * @param in unbuffered, so that {@code available()} tells whether a read would wait
 * @param out unbuffered
 * @param err what is no data
 */
record StandardStreams(InputStream in, OutputStream out, PrintStream err) {
    /** The streams of the process. */
    static StandardStreams ofProcess() {
        return new StandardStreams(new FileInputStream(FileDescriptor.in), new StandardOutput(), System.err);
    }

    /** Whether these are the process's own, which the system can tell more about. */
    boolean areOfProcess() {
        return out instanceof StandardOutput;
    }
}
