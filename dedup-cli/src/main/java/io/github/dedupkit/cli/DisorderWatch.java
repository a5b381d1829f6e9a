package io.github.dedupkit.cli;

import java.time.Duration;

/** Notices input that runs backwards: many records in a row that cannot be judged. Not thread-safe. */
final class DisorderWatch {
    /** Fewer late records in a row are stragglers. */
    static final int BACKWARDS_RECORDS = 64;

    private final EventWindow window;
    private long newest = Long.MIN_VALUE;
    private long longestDelay;
    private int inARow;
    private String input = "";
    private long line;

    DisorderWatch(EventWindow window) {
        this.window = window;
    }

    /**
     * Takes note of a record that is judged.
     *
     * @param time its time
     * @param inputName where it was read
     * @param lineNumber where it begins
     */
    void judged(long time, String inputName, long lineNumber) {
        if (time >= newest) {
            newest = time;
            inARow = keep();
        } else if (newest - time <= window.retention().latenessMillis()) {
            inARow = keep();
        } else {
            longestDelay = Math.max(longestDelay, newest - time);
            notJudged(inputName, lineNumber);
        }
    }

    /** Takes note of a record whose time is not believed: in the order of a stack each is ahead of those that follow. */
    void notJudged(String inputName, long lineNumber) {
        if (inARow == 0) {
            input = inputName;
            line = lineNumber;
        }
        inARow = Math.min(BACKWARDS_RECORDS, inARow + 1);
    }

    /** Whether so many records in a row were late that the input is in the wrong order. */
    boolean isBackwards() {
        return inARow == BACKWARDS_RECORDS;
    }

    /** The input in which the first long row of late records begins. */
    String input() {
        return input;
    }

    /** The line on which the first long row of late records begins. */
    long line() {
        return line;
    }

    /** The lateness with which none of the late records would have been late, in whole ticks. */
    Duration sufficientLateness() {
        long tick = window.retention().tickMillis();
        return Duration.ofMillis((longestDelay + tick - 1) / tick * tick);
    }

    /**
     * Whether that lateness can be asked for, and is to be trusted.
     *
     * @param ahead the records whose time is not believed, and so their delay not known
     */
    boolean latenessWouldDo(long ahead) {
        return sufficientLateness().compareTo(window.window()) <= 0 && ahead < BACKWARDS_RECORDS;
    }

    /** A row that was long enough is remembered for good, with its beginning. */
    private int keep() {
        return isBackwards() ? BACKWARDS_RECORDS : 0;
    }
}
