package io.github.dedupkit.cli;

/** What a {@link RecordParser} finds in a record; reused from one to the next. */
final class RecordFields {
    /** The upper half of the key. */
    long keyHigh;

    /** The lower half of the key. */
    long keyLow;

    /** The record's time in epoch milliseconds, negative before 1970; 0 where no time is asked for. */
    long timestamp;
}
