package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HotPathRoundsTest {
    @Test
    void anArgumentIsANumber() {
        assertEquals(1, HotPathRounds.number("ROUNDS", "1", 5));
        assertEquals(5, HotPathRounds.number("ROUNDS", "5", 5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "6", "x", "", "1e9", "99999999999999999999"})
    void anythingElseIsRefused(String text) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> HotPathRounds.number("ROUNDS", text, 5));
        assertTrue(
                refusal.toString().endsWith("ROUNDS " + text + " is out of bounds; give a number from 1 to 5"),
                refusal.toString());
    }
}
