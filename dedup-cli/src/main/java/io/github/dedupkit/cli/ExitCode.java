package io.github.dedupkit.cli;

/** The exit codes of {@code dedup}, as every {@code --help} lists them. */
final class ExitCode {
    static final int OK = 0;

    /** Input, output or memory failed: what was written so far is right, but not all. */
    static final int FAILED = 1;

    static final int USAGE = 2;

    /** A bug: the books do not balance, or an exception nobody expected. */
    static final int INTERNAL = 70;

    /** Whoever read the output closed it: 128 + SIGPIPE, as from other filters. */
    static final int OUTPUT_CLOSED = 141;

    private ExitCode() {}
}
