package io.github.dedupkit.cli;

import io.github.dedupkit.Retention;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The window that a user asked for, in whole ticks.
 *
 * @param window W
 * @param retention W, L and g; S is 0, for no clock limits what a file may say
 * @param askedLateness as given; null for the default
 */
record EventWindow(
        Duration window, Retention retention, @Nullable Duration askedLateness) {
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final int COARSE_TICKS = 8;
    private static final int MOST_COARSE_TICKS = 64;

    /** How finely a store tells time. */
    enum Ticks {
        /** To a 60th of the window or finer. */
        FINE,
        /** To an 8th, or the next coarsest that divides the window; as if fine, if that is finer than a 64th. */
        COARSE
    }

    /** Makes sense of {@code --window} and {@code --lateness}. */
    static EventWindow parse(String windowText, @Nullable String latenessText, Ticks ticks) {
        Duration window = Amount.duration("--window", windowText);
        if (window.compareTo(LONGEST) > 0) {
            throw CliException.usage(
                    "--window " + windowText + " is out of bounds; give at most " + Amount.text(LONGEST));
        }
        Duration asked = latenessText == null ? null : Amount.duration("--lateness", latenessText);
        if (asked != null && asked.compareTo(window) > 0) {
            throw CliException.usage("--lateness " + latenessText + " exceeds --window " + windowText
                    + "; give at most the window, or widen it");
        }
        long tick = ticks == Ticks.COARSE ? coarseTick(window) : fineTick(window);
        long late = asked == null ? 1 : (asked.toMillis() + tick - 1) / tick;
        Retention retention = Retention.builder(window)
                .tick(Duration.ofMillis(tick))
                .lateness(Duration.ofMillis(late * tick))
                .futureSkew(Duration.ZERO)
                .build();
        return new EventWindow(window, retention, asked);
    }

    private static long fineTick(Duration window) {
        return Retention.ofWindow(window).tickMillis();
    }

    private static long coarseTick(Duration window) {
        for (int parts = COARSE_TICKS; parts <= MOST_COARSE_TICKS; parts++) {
            if (window.toMillis() % parts == 0) {
                return window.toMillis() / parts;
            }
        }
        return fineTick(window);
    }

    Duration tick() {
        return Duration.ofMillis(retention.tickMillis());
    }

    Duration lateness() {
        return Duration.ofMillis(retention.latenessMillis());
    }

    /** W + L in ticks. */
    long ticks() {
        return (retention.windowMillis() + retention.latenessMillis()) / retention.tickMillis();
    }

    /** For the summary. */
    String describe() {
        String rounded = askedLateness == null || askedLateness.equals(lateness())
                ? ""
                : " (" + Amount.text(askedLateness) + " rounded up to whole ticks)";
        return "window " + Amount.text(window) + ", lateness " + Amount.text(lateness()) + rounded + ", tick "
                + Amount.text(tick());
    }
}
