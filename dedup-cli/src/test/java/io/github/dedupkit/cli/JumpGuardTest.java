package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which records are believed. The lateness is 10. */
class JumpGuardTest {
    private static final long LATENESS = 10;
    private static final long NOT = Long.MIN_VALUE;

    /** A name, the times of the records, and the same with NOT for those not believed. */
    static Stream<Arguments> histories() {
        return Stream.of(
                arguments("nothing", List.of(), List.of()),
                arguments("one record", List.of(5L), List.of(5L)),
                arguments("in order", List.of(0L, 1L, 5L, 15L, 16L), List.of(0L, 1L, 5L, 15L, 16L)),
                arguments(
                        "stragglers stay as they are",
                        List.of(100L, 101L, 102L, 95L, 60L, 1L),
                        List.of(100L, 101L, 102L, 95L, 60L, 1L)),
                arguments("a gap", List.of(0L, 1L, 500L, 501L, 502L, 503L), List.of(0L, 1L, 500L, 501L, 502L, 503L)),
                arguments("a gap before the last record", List.of(0L, 1L, 500L), List.of(0L, 1L, 500L)),
                arguments("gap after gap", List.of(0L, 50L, 100L, 150L), List.of(0L, 50L, 100L, 150L)),
                arguments("one ahead", List.of(0L, 1L, 900L, 2L, 3L, 4L, 5L), List.of(0L, 1L, NOT, 2L, 3L, 4L, 5L)),
                arguments("ahead, then one more", List.of(0L, 1L, 900L, 2L), List.of(0L, 1L, NOT, 2L)),
                arguments("ahead at the end", List.of(0L, 1L, 900L), List.of(0L, 1L, 900L)),
                arguments(
                        "three ahead in a row",
                        List.of(0L, 1L, 900L, 900L, 901L, 2L, 3L, 4L),
                        List.of(0L, 1L, NOT, NOT, NOT, 2L, 3L, 4L)),
                arguments(
                        "four in a row are believed",
                        List.of(0L, 1L, 900L, 900L, 901L, 902L, 2L, 3L, 4L),
                        List.of(0L, 1L, 900L, 900L, 901L, 902L, 2L, 3L, 4L)),
                arguments(
                        "every other one ahead",
                        List.of(0L, 900L, 1L, 901L, 2L, 902L, 3L, 903L, 4L, 904L, 5L, 6L, 7L),
                        List.of(0L, NOT, 1L, NOT, 2L, NOT, 3L, NOT, 4L, NOT, 5L, 6L, 7L)),
                arguments("ahead at the top", List.of(900L, 1L, 2L, 3L), List.of(NOT, 1L, 2L, 3L)),
                arguments("behind at the top", List.of(1L, 900L, 901L, 902L), List.of(1L, 900L, 901L, 902L)),
                arguments(
                        "ahead and behind at the top",
                        List.of(900L, 1L, 500L, 501L, 502L, 503L),
                        List.of(NOT, 1L, 500L, 501L, 502L, 503L)),
                arguments("two of two", List.of(0L, 500L, 501L, 502L), List.of(0L, 500L, 501L, 502L)),
                arguments("one for it, one against", List.of(0L, 500L, 501L, 1L), List.of(0L, NOT, NOT, 1L)),
                arguments(
                        "two for it, one against",
                        List.of(0L, 500L, 501L, 1L, 502L),
                        List.of(0L, 500L, 501L, 1L, 502L)),
                arguments("a voter may be late by L", List.of(0L, 500L, 490L, 491L), List.of(0L, 500L, 490L, 491L)),
                arguments("and not by more", List.of(0L, 500L, 489L, 489L), List.of(0L, NOT, 489L, 489L)),
                arguments("before 1970", List.of(-900L, -899L, 0L, -898L), List.of(-900L, -899L, NOT, -898L)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("histories")
    void judgesBy(String name, List<Long> times, List<Long> expected) {
        JumpGuard guard = new JumpGuard(LATENESS);
        List<Long> judged = new ArrayList<>();
        for (long time : times) {
            if (guard.passes(time)) {
                judged.add(time);
            } else {
                guard.hold(record(time));
                release(guard, judged);
            }
        }
        guard.end();
        release(guard, judged);
        assertEquals(expected, judged);
        assertEquals(expected.stream().filter(time -> time == NOT).count(), guard.refused());
    }

    /** Three voices of five are certain; so nothing is held longer than five records, and here only until the third. */
    @Test
    void decidesAsSoonAsTheMajorityIsCertain() {
        JumpGuard guard = new JumpGuard(LATENESS);
        guard.hold(record(0));
        guard.hold(record(1));
        guard.hold(record(2));
        assertNull(guard.next());
        guard.hold(record(3));
        assertEquals(record(0), guard.next());
        assertEquals(record(1), guard.next());
        assertEquals(record(2), guard.next());
        assertEquals(record(3), guard.next());
        assertNull(guard.next());
        assertTrue(guard.passes(13));
        assertFalse(guard.passes(24));
        guard.hold(record(24));
        guard.hold(record(13));
        guard.hold(record(25));
        guard.hold(record(13));
        guard.hold(record(26));
        assertNull(guard.next());
        assertFalse(guard.passes(13), "nothing overtakes what is held");
        guard.hold(record(13));
        assertEquals(record(24).disbelieved(), guard.next());
        assertEquals(1, guard.refused());
    }

    private static void release(JumpGuard guard, List<Long> judged) {
        for (HeldRecord held = guard.next(); held != null; held = guard.next()) {
            judged.add(held.believed() ? held.time() : NOT);
        }
    }

    private static final byte[] NO_BYTES = {};

    private static HeldRecord record(long time) {
        return new HeldRecord(NO_BYTES, 0, 0, time, "in", 1, true);
    }
}
