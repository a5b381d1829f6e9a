package io.github.dedupkit.bloom;

import io.github.dedupkit.Retention;

/**
 * The sizes of a store's filters. A tick's share of the expected keys fits one filter, with a quarter to spare; a tick that
 * has more takes several. However the expected keys are spread over time, the filters together keep the probability that was
 * asked for, because a filter's probability grows faster than what it holds: full ones and empty ones are the worst case.
 *
 * @param expectedKeys the most to hold
 * @param falseDuplicateProbability of a look-up that asks every filter
 * @param whenFull what becomes of further keys
 * @param ticksBehind the generations before the watermark's: W + L in ticks
 * @param ticksAhead the generations after it: S in ticks, rounded up
 * @param capacity the keys of one pair of filters
 * @param filterProbability of each filter of a pair, when it is full
 */
record BloomPlan(
        long expectedKeys,
        double falseDuplicateProbability,
        WhenFull whenFull,
        int ticksBehind,
        int ticksAhead,
        long capacity,
        double filterProbability) {
    /** The most ticks that W + L + S may take: each costs a look-up. */
    static final int MAX_TICKS = 128;

    static final long MAX_KEYS = 1L << 36;
    static final double LEAST_PROBABILITY = 1e-12;
    static final double HIGHEST_PROBABILITY = 0.1;

    private static final double ROOM = 1.25;

    /** What {@link FilterPair#excess} may add to the probability of a filter, which is planned so much lower. */
    private static final double TOLERANCE = 0.05;

    /** Guava keeps bits in an array of longs, and the longest array of a JVM is a little shorter than an int can say. */
    private static final long MAX_FILTER_BITS = (Integer.MAX_VALUE - 8L) * Long.SIZE;

    private static final long MIB = 1 << 20;

    /** What becomes of keys beyond the expected ones. */
    enum WhenFull {
        REFUSE,
        OVERFILL
    }

    /**
     * Plans a store.
     *
     * @throws IllegalArgumentException if a filter or all of them would be too large
     */
    static BloomPlan of(Retention retention, long expectedKeys, double falseDuplicateProbability, WhenFull whenFull) {
        int behind = (int) ((retention.windowMillis() + retention.latenessMillis()) / retention.tickMillis());
        int ahead = (int) ceilDiv(retention.futureSkewMillis(), retention.tickMillis());
        long share = (long) Math.ceil(expectedKeys * ROOM / (behind + 1));
        double ofPair = falseDuplicateProbability * Math.min(1, (double) share / expectedKeys);
        double ofFilter = Math.sqrt(ofPair) / (1 + TOLERANCE);
        long capacity = Math.max(share, leastCapacity(ofFilter));
        BloomPlan plan =
                new BloomPlan(expectedKeys, falseDuplicateProbability, whenFull, behind, ahead, capacity, ofFilter);
        plan.requireRoom(Runtime.getRuntime().maxMemory());
        return plan;
    }

    /** Below it, the positions of a key in one filter depend on each other too much. */
    private static long leastCapacity(double probability) {
        long capacity = 1;
        while (FilterPair.excess(capacity, probability) > TOLERANCE * probability) {
            capacity *= 2;
        }
        return capacity;
    }

    /**
     * Checks that W + L + S has no more ticks than are sensible.
     *
     * @throws IllegalArgumentException naming the smallest tick that fits
     */
    static void requireTicks(Retention retention) {
        long ticks = ticks(retention, retention.tickMillis());
        if (ticks > MAX_TICKS) {
            throw new IllegalArgumentException("window + lateness + future skew are " + ticks + " ticks (" + retention
                    + "), each of them a filter to ask, and " + MAX_TICKS + " are allowed; " + remedy(retention));
        }
    }

    private static String remedy(Retention retention) {
        long window = retention.windowMillis();
        for (long parts = MAX_TICKS; parts > 0; parts--) {
            boolean fits = window % parts == 0
                    && retention.latenessMillis() % (window / parts) == 0
                    && ticks(retention, window / parts) <= MAX_TICKS;
            if (fits) {
                return "the smallest tick that fits is " + window / parts + " ms: set it with Retention.Builder.tick";
            }
        }
        long parts = (MAX_TICKS - 1) / 2; // W + L + S is at most 2 W
        while (window % parts != 0) {
            parts--;
        }
        return "no tick fits: round the lateness to a multiple of " + window / parts + " ms";
    }

    private static long ticks(Retention retention, long tick) {
        return (retention.windowMillis() + retention.latenessMillis()) / tick
                + ceilDiv(retention.futureSkewMillis(), tick);
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }

    /** Checks that the filters fit Guava's arrays, and the heap. */
    void requireRoom(long heapBytes) {
        long bits = FilterPair.bits(capacity, filterProbability);
        if (bits > MAX_FILTER_BITS) {
            throw new IllegalArgumentException("a tick's share of " + expectedKeys + " expected keys needs a filter of "
                    + bits + " bits, and Guava's holds " + MAX_FILTER_BITS
                    + "; take a finer tick, expect fewer keys, or allow a higher falseDuplicateProbability than "
                    + falseDuplicateProbability);
        }
        if (mostBytes() > heapBytes) {
            throw new IllegalArgumentException("the filters need up to " + mostBytes()
                    + " bytes of heap, and the JVM has " + heapBytes + "; start it with -Xmx"
                    + ceilDiv(mostBytes(), MIB)
                    + "m or more, expect fewer keys than " + expectedKeys
                    + ", or allow a higher falseDuplicateProbability than " + falseDuplicateProbability);
        }
    }

    /** One of each generation may be nearly empty, beside the full ones. */
    private long mostBytes() {
        return (expectedKeys / capacity + generations()) * filterBytes();
    }

    /** The generations that may hold a mark that counts. */
    int generations() {
        return ticksBehind + 1 + ticksAhead;
    }

    FilterPair newFilter() {
        return new FilterPair(capacity, filterProbability);
    }

    /** The heap that a pair of filters takes. */
    long filterBytes() {
        return 2 * FilterPair.bits(capacity, filterProbability) / Byte.SIZE;
    }

    double excess() {
        return FilterPair.excess(capacity, filterProbability);
    }
}
