package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations, sizes and counts, as read and as printed. */
class AmountTest {
    @ParameterizedTest
    @CsvSource({"1ms, 1", "500ms, 500", "90s, 90000", "15m, 900000", "24h, 86400000", "30d, 2592000000"})
    void durations(String text, long millis) {
        assertEquals(Duration.ofMillis(millis), Amount.duration("--window", text));
    }

    @ParameterizedTest
    @CsvSource({"1k, 1024", "512m, 536870912", "4g, 4294967296", "4G, 4294967296", "2t, 2199023255552"})
    void sizes(String text, long bytes) {
        assertEquals(bytes, Amount.bytes("--memory", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "h", "1", "0s", "-1h", "+1h", "1.5h", "1 h", "1H", "1w", "1h30m", "1sec", "٣h"})
    void noDurations(String text) {
        assertRefused(
                "--window " + text + " is no duration; give a whole number above 0 and ms, s, m, h or d",
                () -> Amount.duration("--window", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999999999999999s", "9223372036854775807ms1", "9223372036854775807d"})
    void durationsThatDoNotFit(String text) {
        assertRefused("--window " + text + " is no duration", () -> Amount.duration("--window", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "g", "1024", "0m", "-1g", "1.5g", "4gb", "9223372036854775807t"})
    void noSizes(String text) {
        assertRefused(
                "--memory " + text + " is no size; give a whole number above 0 and k, m, g or t",
                () -> Amount.bytes("--memory", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1e6", "1k", "many", "99999999999999999999"})
    void noCounts(String text) {
        assertRefused(
                "--expected " + text + " is no number of keys; give 1 or more", () -> Amount.count("--expected", text));
    }

    @Test
    void counts() {
        assertEquals(5_000_000, Amount.count("--expected", "5000000"));
    }

    @ParameterizedTest
    @CsvSource({"1ms, 1ms", "90s, 90s", "60s, 1m", "1440s, 24m", "24h, 1d", "3600000ms, 1h", "1500ms, 1500ms"})
    void durationsAsPrinted(String text, String printed) {
        assertEquals(printed, Amount.text(Amount.duration("--window", text)));
    }

    @Test
    void sizesAsPrinted() {
        assertEquals("512m", Amount.text(512L << 20));
        assertEquals("1025 bytes", Amount.text(1025));
        assertEquals("0 bytes", Amount.text(0));
        assertEquals("0ms", Amount.text(Duration.ZERO));
    }

    private static void assertRefused(String message, Runnable parse) {
        CliException refusal = assertThrows(CliException.class, parse::run);
        assertEquals(ExitCode.USAGE, refusal.exitCode());
        assertEquals(
                message,
                refusal.text()
                        .substring(0, Math.min(message.length(), refusal.text().length())));
    }
}
