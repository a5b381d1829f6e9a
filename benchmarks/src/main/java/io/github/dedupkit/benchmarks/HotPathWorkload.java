package io.github.dedupkit.benchmarks;

/**
 * The events of a hot-path run, a pure function of their number, with the truth about each: nothing is remembered.
 *
 * <p>Of each 20 events one is a duplicate, of a new id drawn uniformly from the last half window; the others are new.
 * Time advances so that one id expires per id inserted. One event in 20 is out of order by up to the lateness.
 *
 * <p>Threads take turns: each has every so many-th event of a stretch, in its own chunk, and no thread starts a chunk
 * before all have finished theirs. So a duplicate is never of an id in a stretch in flight, and disorder leaves room
 * for the time that a stretch takes.
 */
final class HotPathWorkload {
    /** The events that a thread judges at a time. */
    static final int CHUNK = 1 << 16;

    static final long WINDOW_MILLIS = 3_600_000;
    static final long TICK_MILLIS = 60_000;

    private static final int BLOCK = 20;
    private static final int NEW_IN_BLOCK = BLOCK - 1;

    /** 2026-01-01, far enough from 0 for the first events to be late. */
    private static final long START_MILLIS = 1_767_225_600_000L;

    private static final long DISORDER_SEED = 0x5DEECE66DL;

    private final long retained;
    private final int latenessTicks;
    private final long latenessMillis;
    private final long stretch;
    private final long inFlight;
    private final long mostDisorderMillis;

    /**
     * Plans a run.
     *
     * @param retained new ids in a window
     * @param latenessTicks L in ticks of a minute
     * @param threads that take turns
     * @throws IllegalArgumentException if a stretch of the threads' chunks takes longer than the lateness
     */
    HotPathWorkload(long retained, int latenessTicks, int threads) {
        if (retained < 2) {
            throw new IllegalArgumentException("retained " + retained + " is out of bounds; give 2 ids or more");
        }
        this.retained = retained;
        this.latenessTicks = latenessTicks;
        latenessMillis = latenessTicks * TICK_MILLIS;
        stretch = (long) threads * CHUNK;
        inFlight = threads == 1 ? 0 : stretch;
        mostDisorderMillis = latenessMillis - (inFlight == 0 ? 0 : millis(inFlight) + 1);
        if (mostDisorderMillis < 0 || inFlight >= retained / 2) {
            throw new IllegalArgumentException("retained " + retained + " is too few for " + threads
                    + " threads: the chunks they judge at a time last " + millis(inFlight) + " ms, and lateness is "
                    + latenessMillis + " ms; retain more ids, or raise latenessTicks " + latenessTicks);
        }
    }

    /**
     * Validates a number of events per call.
     *
     * @throws IllegalArgumentException if a chunk cannot be judged in so many at a time
     */
    static void requireBatch(int batch) {
        if (batch < 1 || CHUNK % batch != 0) {
            throw new IllegalArgumentException("batch " + batch + " does not divide a chunk's " + CHUNK
                    + " events; give a power of two up to that");
        }
    }

    /** Events until the first window, and what outlasts it by lateness and tick, is full: whole chunks. */
    long fill() {
        long ids = retained + retained * (latenessMillis + 2 * TICK_MILLIS) / WINDOW_MILLIS;
        return (ids * BLOCK / NEW_IN_BLOCK / CHUNK + 1) * CHUNK;
    }

    /** The same for one thread, which nothing has to be left in flight for. */
    HotPathWorkload inOrder() {
        return new HotPathWorkload(retained, latenessTicks, 1);
    }

    /** The events between one point where all threads meet and the next. */
    long stretch() {
        return stretch;
    }

    /** New ids within W. */
    long retained() {
        return retained;
    }

    long latenessMillis() {
        return latenessMillis;
    }

    /** The new ids that a store may hold at a time, W + L and a tick of them. */
    long held() {
        return retained + (retained * (latenessMillis + TICK_MILLIS) + WINDOW_MILLIS - 1) / WINDOW_MILLIS;
    }

    /** Whether an event is a duplicate. The first of a block never is, so the first of all is new. */
    boolean isDuplicate(long event) {
        return event % BLOCK == duplicatePlace(event / BLOCK);
    }

    /** An event's id; new ids are numbered from 0. */
    long id(long event) {
        long block = event / BLOCK;
        long place = event % BLOCK;
        long duplicatePlace = duplicatePlace(block);
        long earlier = block * NEW_IN_BLOCK + place - (place > duplicatePlace ? 1 : 0);
        if (place != duplicatePlace) {
            return earlier;
        }
        long oldest = Math.max(0, earlier - retained / 2);
        return oldest + draw(event, earlier - inFlight - oldest);
    }

    /** An event's time in epoch milliseconds; without disorder it never falls. */
    long timestamp(long event) {
        long time = START_MILLIS + millis(event);
        long drawn = GeneratedLines.mix(event ^ DISORDER_SEED);
        return bounded(drawn, BLOCK) == 0 ? time - draw(drawn, mostDisorderMillis + 1) : time;
    }

    private long millis(long events) {
        return events * (WINDOW_MILLIS * NEW_IN_BLOCK) / (retained * BLOCK);
    }

    private static long duplicatePlace(long block) {
        return 1 + draw(block, NEW_IN_BLOCK);
    }

    private static long draw(long seed, long bound) {
        return bounded(GeneratedLines.mix(seed), bound);
    }

    private static long bounded(long random, long bound) {
        return Math.multiplyHigh(random >>> 1, bound << 1);
    }
}
