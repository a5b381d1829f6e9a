package io.github.dedupkit.cli;

/**
 * A record that waits for its judgement, longer than the block it was read in.
 *
 * @param bytes the record, its terminator included
 * @param keyHigh the upper half of its key
 * @param keyLow the lower half of its key
 * @param time its time
 * @param input the name of its input
 * @param line the line on which it begins
 * @param believed whether its time is
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record HeldRecord(byte[] bytes, long keyHigh, long keyLow, long time, String input, long line, boolean believed) {
    /** The same record, not to be judged by its time. */
    HeldRecord disbelieved() {
        return new HeldRecord(bytes, keyHigh, keyLow, time, input, line, false);
    }
}
