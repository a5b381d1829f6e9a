package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchAmountTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1e9, 1000000000",
        "1.1e9, 1100000000",
        "1_000_000, 1000000",
        "9223372036854775807, 9223372036854775807"
    })
    void counts(String text, long count) {
        assertEquals(count, BenchAmount.count("--events", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1.5", "1e-3", "1e19", "1e999999999", "x", "1 0"})
    void noCounts(String text) {
        BenchException refused = assertThrows(BenchException.class, () -> BenchAmount.count("--events", text));
        assertEquals(
                "--events " + text + " is no whole number above 0; give one such as 1e9 or 1_000_000",
                refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "0s, 0, 0ms",
        "250ms, 250, 250ms",
        "90s, 90000, 90s",
        "120s, 120000, 2m",
        "24h, 86400000, 1d",
        "1500ms, 1500, 1.5s"
    })
    void durations(String text, long millis, String shown) {
        Duration duration = BenchAmount.duration("--window", text);
        assertEquals(Duration.ofMillis(millis), duration);
        assertEquals(shown, BenchAmount.text(duration));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "h", "1", "1.5h", "-1h", "1 h", "1w", "9223372036854775807d", "99999999999999999999s"})
    void noDurations(String text) {
        BenchException refused = assertThrows(BenchException.class, () -> BenchAmount.duration("--window", text));
        assertEquals(
                "--window " + text + " is no duration; give a whole number and ms, s, m, h or d, such as 24h",
                refused.getMessage());
    }

    @Test
    void rates() {
        assertEquals(0.0864, BenchAmount.millisPerEvent("--rate", "1e9/d"), 1e-18);
        assertEquals(0.1, BenchAmount.millisPerEvent("--rate", "10_000/s"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "/d", "5/", "5/y", "d/5", "5/d/d"})
    void noRates(String text) {
        assertThrows(BenchException.class, () -> BenchAmount.millisPerEvent("--rate", text));
    }
}
