package io.github.dedupkit;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How long a store remembers, and how much disorder it takes: window W, lateness L, tick g and future skew S.
 *
 * <ul>
 *   <li><b>W</b>, the window: a mark at most W away from a recorded one of the same key is a copy; one more than W + g
 *       away is new. Between the two a store that counts in ticks may say either.
 *   <li><b>L</b>, the lateness: an event more than L behind the watermark is {@link Verdict#TOO_LATE}.
 *   <li><b>g</b>, the tick: the coarsest unit in which a store may keep time. It divides W and L.
 *   <li><b>S</b>, the future skew: a timestamp more than S ahead of the clock is judged and stored as clock + S.
 * </ul>
 *
 * <p>L + S is at most W, so the newest record of a key is enough to judge every event that is not too late. All values
 * are whole milliseconds. Immutable and thread-safe; validated once, in {@link Builder#build()}.
 */
public final class Retention {
    private static final long MAX_WINDOW_MILLIS = Duration.ofDays(36_500).toMillis();
    private static final int DEFAULT_TICKS_PER_WINDOW = 60;

    private final long windowMillis;
    private final long latenessMillis;
    private final long tickMillis;
    private final long futureSkewMillis;

    private Retention(long windowMillis, long latenessMillis, long tickMillis, long futureSkewMillis) {
        this.windowMillis = windowMillis;
        this.latenessMillis = latenessMillis;
        this.tickMillis = tickMillis;
        this.futureSkewMillis = futureSkewMillis;
    }

    /**
     * A retention with this window and every other value at its default.
     *
     * @param window W, from 1 ms to 36,500 days
     * @return the retention
     * @throws IllegalArgumentException if the window is out of bounds or no whole number of milliseconds
     */
    public static Retention ofWindow(Duration window) {
        return builder(window).build();
    }

    /**
     * Starts a retention with this window.
     *
     * @param window W, from 1 ms to 36,500 days
     * @return a builder
     */
    public static Builder builder(Duration window) {
        return new Builder(Objects.requireNonNull(window, "window"));
    }

    /**
     * The window W.
     *
     * @return milliseconds, at least 1
     */
    public long windowMillis() {
        return windowMillis;
    }

    /**
     * The lateness L.
     *
     * @return milliseconds, at least 0
     */
    public long latenessMillis() {
        return latenessMillis;
    }

    /**
     * The tick g.
     *
     * @return milliseconds, at least 1
     */
    public long tickMillis() {
        return tickMillis;
    }

    /**
     * The future skew S.
     *
     * @return milliseconds, at least 0
     */
    public long futureSkewMillis() {
        return futureSkewMillis;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Retention that
                && windowMillis == that.windowMillis
                && latenessMillis == that.latenessMillis
                && tickMillis == that.tickMillis
                && futureSkewMillis == that.futureSkewMillis;
    }

    @Override
    public int hashCode() {
        return Objects.hash(windowMillis, latenessMillis, tickMillis, futureSkewMillis);
    }

    @Override
    public String toString() {
        return "window " + Duration.ofMillis(windowMillis)
                + ", lateness " + Duration.ofMillis(latenessMillis)
                + ", tick " + Duration.ofMillis(tickMillis)
                + ", future skew " + Duration.ofMillis(futureSkewMillis);
    }

    /** Collects the values of a {@link Retention}. Not thread-safe. */
    public static final class Builder {
        private final Duration window;
        private @Nullable Duration lateness;
        private @Nullable Duration tick;
        private @Nullable Duration futureSkew;

        private Builder(Duration window) {
            this.window = window;
        }

        /**
         * Sets the lateness L; one tick unless set. A copy that comes later than this behind the newest event is {@link
         * Verdict#TOO_LATE}, so L must cover how long producers retry and consumers lag.
         *
         * @param lateness from 0 to W, a multiple of the tick
         * @return this builder
         */
        public Builder lateness(Duration lateness) {
            this.lateness = Objects.requireNonNull(lateness, "lateness");
            return this;
        }

        /**
         * Sets the tick g; unless set, the largest divisor of W, and of L where L was set, that is at most W / 60 (1 ms at
         * least).
         *
         * @param tick from 1 ms to W, a divisor of W and L
         * @return this builder
         */
        public Builder tick(Duration tick) {
            this.tick = Objects.requireNonNull(tick, "tick");
            return this;
        }

        /**
         * Sets the future skew S; unless set, L, or W - L where that is less.
         *
         * @param futureSkew from 0 to L, with L + S at most W
         * @return this builder
         */
        public Builder futureSkew(Duration futureSkew) {
            this.futureSkew = Objects.requireNonNull(futureSkew, "futureSkew");
            return this;
        }

        /**
         * Validates the values together.
         *
         * @return the retention
         * @throws IllegalArgumentException naming the value, the bound and the remedy
         */
        public Retention build() {
            long w = millis("window", window);
            check(w >= 1 && w <= MAX_WINDOW_MILLIS, "window " + window + " is out of bounds; give 1 ms to 36500 days");
            long l = lateness == null ? -1 : millis("lateness", lateness);
            check(lateness == null || l >= 0, "lateness " + lateness + " is negative; give 0 or more");
            check(
                    l <= w,
                    "lateness " + lateness + " exceeds the window " + window
                            + "; widen the window to at least lateness + future skew");
            long g = tick == null ? defaultTick(w, Math.max(l, 0)) : millis("tick", tick);
            check(g >= 1 && g <= w, "tick " + tick + " is out of bounds; give 1 ms to the window " + window);
            check(w % g == 0, "tick " + tick + " does not divide the window " + window + "; give a divisor of it");
            if (lateness == null) {
                l = g;
            }
            check(
                    l % g == 0,
                    "tick " + tick + " does not divide the lateness " + lateness
                            + "; round the lateness to a multiple of the tick");
            long s = futureSkew == null ? Math.min(l, w - l) : millis("futureSkew", futureSkew);
            Duration widest = Duration.ofMillis(l);
            check(s >= 0 && s <= l, "futureSkew " + futureSkew + " is out of bounds; give 0 to the lateness " + widest);
            check(
                    l + s <= w,
                    "lateness " + widest + " + futureSkew " + futureSkew + " exceed the window " + window
                            + "; widen the window or lower one of them");
            return new Retention(w, l, g, s);
        }

        private static long millis(String name, Duration value) {
            try {
                long millis = value.toMillis();
                check(
                        Duration.ofMillis(millis).equals(value),
                        name + " " + value + " is no whole number of milliseconds; round it");
                return millis;
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException(
                        name + " " + value + " is out of bounds; give at most 36500 days", e);
            }
        }

        private static long defaultTick(long window, long lateness) {
            long common = gcd(window, lateness);
            long target = Math.max(1, window / DEFAULT_TICKS_PER_WINDOW);
            long best = 1;
            for (long d = 1; d <= common / d; d++) {
                if (common % d == 0) {
                    if (d <= target) {
                        best = Math.max(best, d);
                    }
                    if (common / d <= target) {
                        best = Math.max(best, common / d);
                    }
                }
            }
            return best;
        }

        private static long gcd(long a, long b) {
            return b == 0 ? a : gcd(b, a % b);
        }

        private static void check(boolean valid, String message) {
            if (!valid) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
