package io.github.dedupkit;

import static io.github.dedupkit.Refusals.assertIllegalState;
import static io.github.dedupkit.Refusals.assertNullNamed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The states of a hasher: a key is there after {@code hash} and {@code end}, and never after a refusal. */
class KeyHasherTest {
    private static final String NO_KEY =
            "no id was hashed, or an id in parts was not ended; call hash(...) or end() first";
    private static final String NOT_BEGUN = "part(...) before begin(); call begin(), part(...), end()";
    private static final String NO_PART = "an id in parts needs one part at least; call begin(), part(...), end()";
    private static final UUID ID = UUID.fromString("018f3c2a-7b1d-7abc-8def-0123456789ab");
    private static final KeySpace SPACE = KeySpace.trusted("billing/orders");

    private final KeyHasher hasher = SPACE.hasher();

    @Test
    void givesTheKeysOfTheKeySpace() {
        assertSame(hasher, hasher.hash("order-1"));
        assertKey(SPACE.key("order-1"));
        assertKey(SPACE.key("order-1"));
        assertSame(hasher, hasher.hash("order-1".getBytes(UTF_8)));
        assertKey(SPACE.key("order-1"));
        assertSame(hasher, hasher.hash(ID));
        assertKey(SPACE.key(ID));
        assertSame(hasher, hasher.hash(42));
        assertKey(SPACE.key(42));
    }

    @Test
    void isReusable() {
        DedupKey parts = hasher.begin().part("a").part(ID).part(7).end().key();
        assertKey(parts);
        hasher.hash("in between".repeat(100));
        assertKey(hasher.begin()
                .part("a".getBytes(UTF_8))
                .part(ID)
                .part(".....".getBytes(UTF_8), 5, 0)
                .end()
                .key());
        assertEquals(parts, hasher.begin().part("a").part(ID).part(7).end().key());
        assertEquals(
                parts,
                SPACE.hasher()
                        .begin()
                        .part("xaz".getBytes(UTF_8), 1, 1)
                        .part(ID)
                        .part(7)
                        .end()
                        .key());
    }

    @Test
    void beginDropsWhatWasNotEnded() {
        DedupKey expected = hasher.begin().part("b").end().key();
        hasher.begin().part("a");
        assertEquals(expected, hasher.begin().part("b").end().key());
        hasher.begin().part("a").hash("b");
        assertKey(SPACE.key("b"));
        assertIllegalState(NOT_BEGUN, () -> hasher.part("c"));
    }

    @Test
    void hasNoKeyBeforeOneIsHashed() {
        assertNoKey();
        hasher.begin();
        assertNoKey();
        hasher.begin().part("a");
        assertNoKey();
        hasher.end();
        assertKey(hasher.key());
        hasher.begin();
        assertNoKey();
    }

    @Test
    void partsNeedABeginAndOnePart() {
        for (Executable part : List.<Executable>of(
                () -> hasher.part("a"),
                () -> hasher.part(new byte[1]),
                () -> hasher.part(new byte[1], 0, 1),
                () -> hasher.part(ID),
                () -> hasher.part(1))) {
            assertIllegalState(NOT_BEGUN, part);
            hasher.hash("a");
            assertIllegalState(NOT_BEGUN, part);
            hasher.begin().part("a").end();
            assertIllegalState(NOT_BEGUN, part);
            assertNoKey();
        }
        assertIllegalState(NO_PART, hasher::end);
        assertIllegalState(NO_PART, () -> hasher.begin().end());
        assertIllegalState(NO_PART, () -> hasher.hash("a").end());
        assertIllegalState(NO_PART, () -> hasher.begin().part("a").end().end());
        assertNoKey();
    }

    @Test
    void aRefusedIdLeavesNoKey() {
        for (Executable refused : List.<Executable>of(
                () -> hasher.hash("\ud83d"),
                () -> hasher.hash(Refusals.<String>none()),
                () -> hasher.hash(Refusals.<byte[]>none()),
                () -> hasher.hash(Refusals.<UUID>none()),
                () -> hasher.hash(Refusals.<byte[]>none(), 0, 0),
                () -> hasher.hash(new byte[3], 2, 2),
                () -> hasher.hash(new byte[3], -1, 1),
                () -> hasher.hash(new byte[3], 0, -1))) {
            hasher.hash("the id before");
            assertThrows(RuntimeException.class, refused);
            assertNoKey();
        }
        KeyHasher timed = KeySpace.timeOrdered("n", TimeLayout.UUID_V7).hasher();
        for (Executable refused : List.<Executable>of(
                () -> timed.hash("x"), () -> timed.hash(1), () -> timed.hash(new byte[1]), timed::begin)) {
            timed.hash(ID);
            assertThrows(IllegalArgumentException.class, refused);
            assertIllegalState(NO_KEY, timed::low);
        }
    }

    @Test
    void afterARefusedPartTheIdIsBegunAnew() {
        DedupKey expected = hasher.begin().part("a").part("b").end().key();
        for (Executable refused : List.<Executable>of(
                () -> hasher.part("x\ud83d"),
                () -> hasher.part(Refusals.<String>none()),
                () -> hasher.part(Refusals.<byte[]>none()),
                () -> hasher.part(Refusals.<UUID>none()),
                () -> hasher.part(Refusals.<byte[]>none(), 0, 0),
                () -> hasher.part(new byte[3], 2, 2))) {
            hasher.begin().part("a");
            assertThrows(RuntimeException.class, refused);
            assertIllegalState(NOT_BEGUN, () -> hasher.part("b"));
            assertIllegalState(NO_PART, hasher::end);
            assertNoKey();
            assertEquals(expected, hasher.begin().part("a").part("b").end().key());
        }
    }

    @Test
    void nullIsNamed() {
        assertNullNamed("id", () -> hasher.hash(Refusals.<String>none()));
        assertNullNamed("id", () -> hasher.hash(Refusals.<byte[]>none()));
        assertNullNamed("id", () -> hasher.hash(Refusals.<UUID>none()));
        assertNullNamed("bytes", () -> hasher.hash(Refusals.<byte[]>none(), 0, 0));
        assertNullNamed("part", () -> hasher.begin().part(Refusals.<String>none()));
        assertNullNamed("part", () -> hasher.begin().part(Refusals.<byte[]>none()));
        assertNullNamed("part", () -> hasher.begin().part(Refusals.<UUID>none()));
        assertNullNamed("bytes", () -> hasher.begin().part(Refusals.<byte[]>none(), 0, 0));
    }

    @Test
    void hugePartsDoNotKeepTheirMemory() {
        KeyScratch scratch = new KeyScratch();
        scratch.append("x".repeat(1 << 20));
        scratch.append(new byte[1 << 20], 0, 1 << 20);
        assertEquals(2 << 20, scratch.length());
        scratch.clear();
        assertEquals(0, scratch.length());
        assertEquals(0, scratch.bytes().length);
    }

    @Test
    void aPartLargerThanTheBufferIsWhole() {
        byte[] bytes = new byte[1 << 20];
        bytes[bytes.length - 1] = 1;
        DedupKey one = hasher.begin().part("p").part(bytes).part(5).end().key();
        bytes[bytes.length - 1] = 2;
        DedupKey two = hasher.begin().part("p").part(bytes).part(5).end().key();
        assertEquals(2, List.of(one, two).stream().distinct().count());
        bytes[bytes.length - 1] = 1;
        assertEquals(
                one, SPACE.hasher().begin().part("p").part(bytes).part(5).end().key());
    }

    @Test
    void anOriginIsTheLowerHalfAndNeverZero() {
        assertIllegalState(NO_KEY, hasher::origin);
        hasher.hash("orders/7/42");
        assertEquals(hasher.low(), hasher.origin());
        assertEquals(1, KeyHasher.originOf(0));
        assertEquals(-1, KeyHasher.originOf(-1));
    }

    private void assertKey(DedupKey expected) {
        assertEquals(expected, hasher.key());
        assertEquals(expected.high(), hasher.high());
        assertEquals(expected.low(), hasher.low());
    }

    private void assertNoKey() {
        assertIllegalState(NO_KEY, hasher::key);
        assertIllegalState(NO_KEY, hasher::high);
        assertIllegalState(NO_KEY, hasher::low);
    }
}
