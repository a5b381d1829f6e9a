package io.github.dedupkit;

import static io.github.dedupkit.Refusals.assertNullNamed;
import static io.github.dedupkit.Refusals.none;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The books balance by construction: answers add up, and calls are answers and failures. */
class StoreStatsTest {
    @Test
    void booksBalance() {
        StoreStats stats = new StoreStats(
                1, 20, 300, 4_000, 50_000, 600_000, 7, 8, OptionalLong.of(9), Duration.ofMinutes(10), 0.5);
        assertEquals(54_321, stats.answered());
        assertEquals(654_321, stats.calls());
        assertEquals(OptionalLong.of(9), stats.bytes());
        assertEquals(Duration.ofMinutes(10), stats.effectiveWindow());
    }

    @Test
    void nullIsNamed() {
        assertNullNamed("bytes", () -> new StoreStats(0, 0, 0, 0, 0, 0, 0, 0, none(), Duration.ZERO, 0));
        assertNullNamed(
                "effectiveWindow", () -> new StoreStats(0, 0, 0, 0, 0, 0, 0, 0, OptionalLong.empty(), none(), 0));
    }
}
