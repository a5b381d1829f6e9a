package io.github.dedupkit.cli;

/** Ends a command: a message for the user (what, value, remedy) and the exit code. */
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CliException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Input, output or memory failed. */
    static CliException failed(String message) {
        return new CliException(ExitCode.FAILED, message);
    }

    static CliException usage(String message) {
        return new CliException(ExitCode.USAGE, message);
    }

    static CliException internal(String message) {
        return new CliException(ExitCode.INTERNAL, "internal error: " + message + "; please report it");
    }

    /** The reader of the output went away; nobody is told. */
    static CliException outputClosed() {
        return new CliException(ExitCode.OUTPUT_CLOSED, "");
    }

    int exitCode() {
        return exitCode;
    }

    /** The message as text, never null. */
    String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    /** Tells the user, unless there is nothing to tell. */
    void print(StandardStreams streams) {
        if (!text().isEmpty()) {
            streams.err().println("dedup: " + text());
        }
    }
}
