package io.github.dedupkit.cli;

/** What a run says about itself on standard error, beside its failures. */
enum Reporting {
    /** Sentences. */
    TEXT,
    /** One object on one line. */
    JSON,
    /** Nothing. */
    QUIET
}
