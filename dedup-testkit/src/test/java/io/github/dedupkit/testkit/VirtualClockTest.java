package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VirtualClockTest {
    @Test
    void movesOnlyWhenToldTo() {
        VirtualClock clock = new VirtualClock(1_000);
        assertEquals(1_000, clock.millis());
        assertEquals(Instant.ofEpochMilli(1_000), clock.instant());
        clock.advance(Duration.ofSeconds(2));
        assertEquals(3_000, clock.millis());
        clock.advance(Duration.ofSeconds(-1));
        assertEquals(2_000, clock.millis());
        clock.set(7);
        assertEquals(7, clock.millis());
        clock.yieldOneReadingIn(1);
        assertEquals(7, clock.millis());
    }
}
