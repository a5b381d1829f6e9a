package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Only a duplicate may be skipped; a verdict added later must not be skippable by accident. */
class VerdictTest {
    @ParameterizedTest
    @EnumSource
    void onlyDuplicateIsADuplicate(Verdict verdict) {
        assertEquals(verdict.name().equals("DUPLICATE"), verdict.isDuplicate());
        assertArrayEquals(
                new Verdict[] {Verdict.FIRST_SEEN, Verdict.DUPLICATE, Verdict.TOO_LATE, Verdict.UNJUDGED},
                Verdict.values());
    }
}
