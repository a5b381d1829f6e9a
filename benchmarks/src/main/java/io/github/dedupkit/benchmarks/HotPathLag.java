package io.github.dedupkit.benchmarks;

/** How long after an id its repeat comes, in event time. */
public enum HotPathLag {
    /** Up to ten seconds. */
    SECONDS(-1),

    /** Up to half a window. */
    HALF_WINDOW(-1),

    /** A window less a tick: the last that must be told to be a duplicate by every store, and by every rival. */
    W_MINUS_G(HotPathWorkload.WINDOW_MILLIS - HotPathWorkload.TICK_MILLIS),

    /** A window and two ticks: new again, and the first for the length of another window. */
    W_PLUS_2G(HotPathWorkload.WINDOW_MILLIS + 2 * HotPathWorkload.TICK_MILLIS);

    /** The lag where it is always the same, to the millisecond; negative where it is drawn uniformly. */
    final long exactMillis;

    HotPathLag(long exactMillis) {
        this.exactMillis = exactMillis;
    }

    boolean isExact() {
        return exactMillis >= 0;
    }
}
