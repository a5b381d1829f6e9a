package io.github.dedupkit.benchmarks;

/**
 * The events of a hot-path run, a pure function of their number, with the truth about each: nothing is remembered.
 *
 * <p>Events come in blocks, of 20 unless told otherwise, and one event of each block repeats an id; the others are new.
 * A repeat is a duplicate, except at a lag beyond the window ({@link HotPathLag}). Time advances so that one id expires
 * per id inserted. Some events are out of order by up to the lateness. A repeat at an exact lag has that lag to the
 * millisecond: it is as late as the event it repeats.
 *
 * <p>Threads take turns: each has every so many-th event of a stretch, in its own chunk, and no thread starts a chunk
 * before all have finished theirs. So no repeat is of an id in a stretch in flight, and disorder leaves room for the
 * time that a stretch takes.
 */
final class HotPathWorkload {
    /** The events that a thread judges at a time. */
    static final int CHUNK = 1 << 16;

    static final long WINDOW_MILLIS = 3_600_000;
    static final long TICK_MILLIS = 60_000;

    /** Half of the window: a duplicate's lag and its disorder together are no longer than the window. */
    static final int MOST_LATENESS_TICKS = 30;

    private static final long SECONDS_MILLIS = 10_000;

    /** 2026-01-01, far enough from 0 for the first events to be late. */
    private static final long START_MILLIS = 1_767_225_600_000L;

    private static final long DISORDER_SEED = 0x5DEECE66DL;
    private static final long HOT_SEED = 0xC2B2AE3D27D4EB4FL;
    private static final double UNIT = 0x1p-53;

    private final HotPathTraffic traffic;
    private final long retained;
    private final int latenessTicks;
    private final long latenessMillis;
    private final int block;
    private final long newInBlock;
    private final long stretch;
    private final long inFlight;
    private final long span;
    private final long lagBlocks;
    private final long mostDisorderMillis;

    /** Plans a run of the usual traffic. */
    HotPathWorkload(long retained, int latenessTicks, int threads) {
        this(retained, latenessTicks, threads, HotPathTraffic.USUAL);
    }

    /**
     * Plans a run.
     *
     * @param retained new ids in a window; those that are new again are retained beside them
     * @param latenessTicks L in ticks of a minute
     * @param threads that take turns
     * @param traffic how the events come
     * @throws IllegalArgumentException if a stretch of the threads' chunks takes longer than the lateness, or than an exact
     *     lag leaves room for
     */
    HotPathWorkload(long retained, int latenessTicks, int threads, HotPathTraffic traffic) {
        if (retained < 2) {
            throw new IllegalArgumentException("retained " + retained + " is out of bounds; give 2 ids or more");
        }
        if (latenessTicks < 0 || latenessTicks > MOST_LATENESS_TICKS) {
            throw new IllegalArgumentException("latenessTicks " + latenessTicks + " is out of bounds; give 0 to "
                    + MOST_LATENESS_TICKS + ", half of the window");
        }
        this.traffic = traffic;
        this.retained = retained;
        this.latenessTicks = latenessTicks;
        latenessMillis = latenessTicks * TICK_MILLIS;
        block = traffic.block();
        newInBlock = block - 1L;
        stretch = (long) threads * CHUNK;
        inFlight = threads == 1 ? 0 : stretch;
        span = traffic.lag() == HotPathLag.SECONDS
                ? Math.max(1, idsIn(SECONDS_MILLIS))
                : Math.max(1, retained / 2 - inFlight);
        lagBlocks = idsIn(traffic.lag().exactMillis) / newInBlock + 2;
        long threadsApart = inFlight == 0 ? 0 : millis(inFlight) + 1;
        long lagTooLong = traffic.lag().isExact() ? millis(3L * block) + 1 : 0;
        mostDisorderMillis = latenessMillis - threadsApart - lagTooLong;
        if (mostDisorderMillis < 0
                || inFlight >= retained / (traffic.hot() > 0 ? 4 : 2)
                || (traffic.lag().isExact() && threadsApart + lagTooLong > TICK_MILLIS)) {
            throw new IllegalArgumentException("retained " + retained + " is too few for " + threads
                    + " threads: the chunks they judge at a time last " + millis(inFlight) + " ms, a block of events "
                    + millis(block) + " ms, and lateness is " + latenessMillis
                    + " ms; retain more ids, or raise latenessTicks " + latenessTicks);
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

    /**
     * For what is helped between stretches to forget: refuses repeats that would come before the help does.
     *
     * @param stretches after the end of the window that an id may stay
     */
    void requireForgotten(String name, int stretches) {
        if (traffic.lag() == HotPathLag.W_PLUS_2G && idsIn(2 * TICK_MILLIS) < stretches * stretch) {
            throw new IllegalArgumentException("retained " + retained + " is too few for " + name
                    + ", which is helped to forget once in " + stretch + " events, later than W_PLUS_2G; retain "
                    + stretches * stretch * WINDOW_MILLIS / (2 * TICK_MILLIS) + " or more, or take another lag");
        }
    }

    /** Events until all that can be in the window is there, and what outlasts it by lateness and tick: whole chunks. */
    long fill() {
        long full = idsIn(WINDOW_MILLIS + latenessMillis + 2 * TICK_MILLIS);
        long ids = traffic.lag() == HotPathLag.W_PLUS_2G ? 2 * full : full;
        return (ids * block / newInBlock / CHUNK + 1) * CHUNK;
    }

    /** The same for one thread, which nothing has to be left in flight for. */
    HotPathWorkload inOrder() {
        return new HotPathWorkload(retained, latenessTicks, 1, traffic);
    }

    HotPathTraffic traffic() {
        return traffic;
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

    /** The marks that a store may hold at a time, W + L and a tick of them. */
    long held() {
        long ids = retained + (retained * (latenessMillis + TICK_MILLIS) + WINDOW_MILLIS - 1) / WINDOW_MILLIS;
        return marks(ids);
    }

    /** The marks that come with so many new ids: one for each, and one for each that is new again. */
    long marks(long ids) {
        return traffic.lag() == HotPathLag.W_PLUS_2G ? ids * block / newInBlock + 1 : ids;
    }

    /** Whether an event has the id of an earlier one. The first of a block never has, so the first of all is new. */
    boolean isRepeat(long event) {
        return event % block == repeatPlace(event / block);
    }

    /** The truth: whether the event repeats an id of the window. */
    boolean isDuplicate(long event) {
        return isRepeat(event) && !(traffic.lag() == HotPathLag.W_PLUS_2G && isAtExactLag(event));
    }

    /** An event's id; new ids are numbered from 0. */
    long id(long event) {
        long place = event % block;
        long repeatPlace = repeatPlace(event / block);
        long earlier = event / block * newInBlock + place - (place > repeatPlace ? 1 : 0);
        return place == repeatPlace ? repeated(event, earlier) : earlier;
    }

    private long repeated(long event, long earlier) {
        if (isAtExactLag(event)) {
            return original(event) / block * newInBlock;
        }
        long quarter = retained / 4;
        if (isHot(event) && earlier >= quarter) {
            long opened = earlier / quarter - 1;
            return opened * quarter + draw(event, Math.min(HotPathTraffic.HOT_KEYS, quarter));
        }
        long oldest = Math.max(0, earlier - inFlight - span);
        return oldest + draw(event, earlier - inFlight - oldest);
    }

    /** An event's time in epoch milliseconds; without disorder it never falls. */
    long timestamp(long event) {
        if (isRepeat(event) && isAtExactLag(event)) {
            return timestamp(original(event)) + traffic.lag().exactMillis;
        }
        long time = START_MILLIS + millis(event);
        long drawn = GeneratedLines.mix(event ^ DISORDER_SEED);
        return share(drawn) < traffic.disorder() ? time - draw(drawn, mostDisorderMillis + 1) : time;
    }

    /** The origin of a delivery, unlike that of any other, except where a first delivery comes again. */
    long origin(long event) {
        if (!isRepeat(event)) {
            return firstOrigin(id(event));
        }
        return isRedelivery(event) ? firstOrigin(id(event)) : 2 * event + 2;
    }

    /**
     * A duplicate of what must have been confirmed: the last batch of a chunk is, as the next chunk's first is marked.
     */
    boolean isRedelivery(long event) {
        return traffic.origins() == HotPathOrigins.CONFIRMED
                && isDuplicate(event)
                && event / block * newInBlock - id(event) >= 2 * stretch;
    }

    private static long firstOrigin(long id) {
        return 2 * id + 1;
    }

    /** Of a repeat: the first blocks have nothing so old to repeat. */
    private boolean isAtExactLag(long event) {
        return traffic.lag().isExact() && event / block >= lagBlocks && !isHot(event);
    }

    /** Of a repeat at an exact lag: each block's repeats the first id of another block, so none is repeated twice. */
    private long original(long event) {
        return (event / block - lagBlocks) * block;
    }

    private boolean isHot(long event) {
        return share(GeneratedLines.mix(event ^ HOT_SEED)) * traffic.duplicates() < traffic.hot();
    }

    private long idsIn(long millis) {
        return Math.multiplyExact(retained, millis) / WINDOW_MILLIS;
    }

    private long millis(long events) {
        return Math.multiplyExact(events, WINDOW_MILLIS * newInBlock) / (retained * block);
    }

    private long repeatPlace(long number) {
        return 1 + draw(number, newInBlock);
    }

    private static double share(long random) {
        return (random >>> 11) * UNIT;
    }

    private static long draw(long seed, long bound) {
        return Math.multiplyHigh(GeneratedLines.mix(seed) >>> 1, bound << 1);
    }
}
