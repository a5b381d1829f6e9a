package io.github.dedupkit.inmemory;

import io.github.dedupkit.Retention;

/**
 * A retention in ticks, for ages kept in a byte.
 *
 * <p>An age is how many ticks the watermark is past a record's tick, plus S in ticks, so that it is never negative. A
 * record matches events at most {@code window} ticks from it and has expired from the age {@code expired} on.
 *
 * @param window W
 * @param lateness L
 * @param skew S, rounded up
 * @param expired the first age, S included, of an expired record
 * @param granuleShift the logarithm of the ticks that the watermark may move before a line must be looked at again
 */
record Ages(int window, int lateness, int skew, int expired, int granuleShift) {
    private static final int LEAST_GRANULE_SHIFT = 4;

    /** The ages of a line differ by at most W + L + S, a granule and two more. */
    private static final int MAX_AGES = 256 - 4;

    /** The most ticks that W + L + S may take. */
    static final int MAX_TICKS = MAX_AGES - (1 << LEAST_GRANULE_SHIFT);

    Ages(int window, int lateness, int skew) {
        this(window, lateness, skew, skew + window + lateness + 1, granuleShift(window + lateness + skew));
    }

    /** A granule as long as a record's life, or as ages allow: a line is then seldom met in another one than before. */
    private static int granuleShift(int ticks) {
        int shift = LEAST_GRANULE_SHIFT;
        while ((1 << shift) <= ticks && ticks + (2 << shift) <= MAX_AGES) {
            shift++;
        }
        return shift;
    }

    /** The granule that a tick falls in. */
    long granuleOf(long tick) {
        return tick >>> granuleShift;
    }

    /**
     * Measures a retention.
     *
     * @throws IllegalArgumentException if an age would not fit a byte, naming the smallest tick that fits
     */
    static Ages of(Retention retention) {
        long g = retention.tickMillis();
        if (ticks(retention, g) > MAX_TICKS) {
            throw new IllegalArgumentException("window + lateness + future skew are " + ticks(retention, g) + " ticks ("
                    + retention + "), and the table's ages hold " + MAX_TICKS + "; " + remedy(retention, MAX_TICKS));
        }
        return new Ages((int) (retention.windowMillis() / g), (int) (retention.latenessMillis() / g), (int)
                ceilDiv(retention.futureSkewMillis(), g));
    }

    /** The ticks from the recording of any record to its end, at most. */
    int life() {
        return expired;
    }

    /** W + L + S in ticks of g. */
    static long ticks(Retention retention, long g) {
        return retention.windowMillis() / g + retention.latenessMillis() / g + ceilDiv(retention.futureSkewMillis(), g);
    }

    /** What to do about a retention of more ticks than fit. */
    static String remedy(Retention retention, int mostTicks) {
        long common = gcd(retention.windowMillis(), retention.latenessMillis());
        long smallest = Long.MAX_VALUE;
        for (long d = 1; d <= common / d; d++) {
            if (common % d == 0) {
                if (ticks(retention, d) <= mostTicks) {
                    smallest = Math.min(smallest, d);
                }
                if (ticks(retention, common / d) <= mostTicks) {
                    smallest = Math.min(smallest, common / d);
                }
            }
        }
        return smallest < Long.MAX_VALUE
                ? "the smallest tick that fits is " + smallest + " ms: set it with Retention.Builder.tick"
                : "no tick fits: round the lateness to a multiple of " + roundTo(retention.windowMillis(), mostTicks)
                        + " ms";
    }

    /** The smallest divisor of a window that is a tick for it with any lateness that is a multiple of it. */
    private static long roundTo(long window, int mostTicks) {
        long parts = (mostTicks - 1L) / 2;
        while (window % parts != 0) {
            parts--;
        }
        return window / parts;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }
}
