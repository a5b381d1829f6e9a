package io.github.dedupkit.cli;

/**
 * A record that waits for its judgement, longer than the block it was read in.
 *
 * @param bytes the record, its terminator included
 * @param keyHigh the upper half of its key
 * @param keyLow the lower half of its key
 * @param time its time, or the time to judge it by
 * @param input the name of its input
 * @param line the line on which it begins
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record HeldRecord(byte[] bytes, long keyHigh, long keyLow, long time, String input, long line) {
    /** The same record, to be judged by another time. */
    HeldRecord at(long judgedAs) {
        return new HeldRecord(bytes, keyHigh, keyLow, judgedAs, input, line);
    }
}
