package io.github.dedupkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OutcomeTest {
    @Test
    void bytesAreCopiedInAndOut() {
        byte[] given = {1, 2, 3};
        Outcome result = Outcome.result(given);
        Outcome failure = Outcome.failure(given);
        given[0] = 9;
        result.bytes()[1] = 9;
        failure.bytes()[1] = 9;
        assertArrayEquals(new byte[] {1, 2, 3}, result.bytes());
        assertArrayEquals(new byte[] {1, 2, 3}, failure.bytes());
        assertEquals(3, result.size());
    }

    @Test
    void aFailureHasADescriptionAndAResultHasNone() {
        Outcome failure = Outcome.failure("no such account: Zoë");
        assertTrue(failure.isFailure());
        assertEquals("no such account: Zoë", failure.description());
        assertEquals(failure, Outcome.failure("no such account: Zoë".getBytes(UTF_8)), "as a storage keeps it");
        assertEquals("?", Outcome.failure("\ud800").description(), "an unpaired surrogate");
        assertFalse(Outcome.result(new byte[0]).isFailure());
        Refusals.assertIllegalState(
                "the outcome is a result and has no description; ask isFailure() first",
                () -> Outcome.result(new byte[0]).description());
    }

    @Test
    void equalityIsOfKindAndBytes() {
        Outcome result = Outcome.result(new byte[] {1});
        assertEquals(result, Outcome.result(new byte[] {1}));
        assertEquals(result.hashCode(), Outcome.result(new byte[] {1}).hashCode());
        assertNotEquals(result, Outcome.result(new byte[] {2}));
        assertNotEquals(result, Outcome.failure(new byte[] {1}));
        assertNotEquals(result, "result");
    }

    @Test
    void itsTextShowsNoContent() {
        assertEquals(
                "result of 6 bytes", Outcome.result("secret".getBytes(UTF_8)).toString());
        assertEquals("failure of 6 bytes", Outcome.failure("secret").toString());
    }

    @Test
    void nullIsRefusedByName() {
        Refusals.assertNullNamed("bytes", () -> Outcome.result(Refusals.none()));
        Refusals.assertNullNamed("bytes", () -> Outcome.failure(Refusals.<byte[]>none()));
        Refusals.assertNullNamed("description", () -> Outcome.failure(Refusals.<String>none()));
    }
}
