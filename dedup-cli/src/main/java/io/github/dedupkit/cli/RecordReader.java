package io.github.dedupkit.cli;

import java.io.IOException;

/**
 * Splits a stream of bytes into records, in place: {@link #fill} reads a block, {@link #next} finds the records in it. Not
 * thread-safe.
 */
interface RecordReader {
    /**
     * Reads the next bytes; waits for one at least. Moves the bytes of an unfinished record, so offsets given out before
     * are void.
     *
     * @return false at the end of the input, after which {@link #next} hands out a last record without terminator
     */
    boolean fill() throws IOException;

    /** Moves on to the next record of the block, or returns false when none is complete. */
    boolean next();

    /**
     * Goes on in another array, and leaves the one that holds the records handed out as it is. Takes along what was read
     * after them.
     *
     * @param spare at least as long as the block
     * @return the block that was
     */
    byte[] moveTo(byte[] spare);

    /** The bytes that {@link #start}, {@link #length} and {@link #end} refer to, until the next {@link #fill} or {@link #moveTo}. */
    byte[] block();

    /** Where the record begins. */
    int start();

    /** The record's bytes without its terminator, which is a line feed or a carriage return and a line feed. */
    int length();

    /** Where the record ends, its terminator included. */
    int end();

    /** Whether this is the input's header: copied through, judged by nobody, counted as no record. */
    boolean isHeader();

    /** The line on which the record begins, from 1. */
    long line();

    /** The records handed out so far, the header not counted. */
    long records();

    /** The bytes read of a record that is not complete. */
    int unfinishedBytes();
}
