package io.github.dedupkit.cli;

/** Finds the key and the time of a record. Not thread-safe. */
interface RecordParser {
    /**
     * Takes in the header of an input. Called for each input that has one, before its records.
     *
     * @throws CliException if a named column is not there: the message names it and the columns that are
     */
    default void header(byte[] bytes, int start, int length) {}

    /**
     * Finds the key and, where one is asked for, the time of a record.
     *
     * @param bytes hold the record, without its terminator, at start
     * @param fields take what is found
     * @throws MalformedRecordException if the record has no such key or time: the message says why
     */
    void parse(byte[] bytes, int start, int length, RecordFields fields) throws MalformedRecordException;
}
