package io.github.dedupkit.benchmarks;

import io.github.dedupkit.Retention;
import java.time.Duration;

/** Plans of small days. */
final class DayPlans {
    private DayPlans() {}

    /** A window of 10 s at 50 events a millisecond, with as much disorder as there may be. */
    static DayPlan small(long events) {
        return new DayPlan(stream(events, 1), seconds(10, 1), 128, null);
    }

    static DayStream stream(long events, long seed) {
        return new DayStream(events, 0.02, 0.05, 0.02, seed);
    }

    static Retention seconds(long window, long lateness) {
        return millis(1_000 * window, 1_000 * lateness);
    }

    static Retention millis(long window, long lateness) {
        return Retention.builder(Duration.ofMillis(window))
                .lateness(Duration.ofMillis(lateness))
                .build();
    }
}
