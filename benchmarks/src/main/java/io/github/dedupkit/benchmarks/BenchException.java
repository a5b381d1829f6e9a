package io.github.dedupkit.benchmarks;

/** Ends a run: a message for the user (what, value, remedy) and the exit code. */
final class BenchException extends RuntimeException {
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int INTERNAL = 70;

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private BenchException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** The machine or the store cannot do it. */
    static BenchException failed(String message) {
        return new BenchException(FAILED, message);
    }

    static BenchException usage(String message) {
        return new BenchException(USAGE, message);
    }

    int exitCode() {
        return exitCode;
    }
}
