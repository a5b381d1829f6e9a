package io.github.dedupkit;

import static io.github.dedupkit.Refusals.assertIllegalArgument;
import static io.github.dedupkit.Refusals.assertIllegalState;
import static io.github.dedupkit.Refusals.assertNullNamed;
import static io.github.dedupkit.Refusals.none;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adding, judging, copying and clearing; and the retry token, which lasts as long as the items. */
class EventBatchTest {
    private static final KeySpace SPACE = KeySpace.trusted("billing/orders");
    private static final UUID ID = UUID.fromString("018f3c2a-7b1d-7abc-8def-0123456789ab");

    private final EventBatch batch = new EventBatch(16);

    @Test
    void everyFormOfAnIdIsAdded() {
        byte[] bytes = "order-1".getBytes(UTF_8);
        byte[] padded = "..order-1".getBytes(UTF_8);
        DedupKey text = SPACE.key("order-1");
        assertAdded(0, text, 10, 0, batch.add(SPACE, "order-1", 10));
        assertAdded(1, text, 11, -5, batch.add(SPACE, "order-1", 11, -5));
        assertAdded(2, text, 12, 0, batch.add(SPACE, bytes, 12));
        assertAdded(3, text, 13, 6, batch.add(SPACE, bytes, 13, 6));
        assertAdded(4, text, 14, 7, batch.add(SPACE, padded, 2, 7, 14, 7));
        assertAdded(5, SPACE.key(ID), 15, 0, batch.add(SPACE, ID, 15));
        assertAdded(6, SPACE.key(ID), 16, 8, batch.add(SPACE, ID, 16, 8));
        assertAdded(7, SPACE.key(9), 17, 0, batch.add(SPACE, 9, 17));
        assertAdded(8, SPACE.key(9), 18, 10, batch.add(SPACE, 9, 18, 10));
        assertAdded(9, SPACE.key(ID), 19, 11, batch.add(SPACE.key(ID), 19, 11));
        assertAdded(10, DedupKey.ofBits(-1, 1), Long.MAX_VALUE, 12, batch.add(-1, 1, Long.MAX_VALUE, 12));
        assertAdded(11, DedupKey.ofBits(-1, 1), Long.MAX_VALUE, 12, batch.add(batch, 10));
        assertEquals(12, batch.size());
        assertAdded(12, DedupKey.ofBits(0, 0), 0, 0, batch.add(0, 0, 0, 0));
    }

    @Test
    void notesLastAsLongAsTheItems() {
        batch.add(SPACE, 1, 10);
        batch.add(SPACE, 2, 10);
        assertEquals(-1, batch.confirmedAt(0));
        batch.noteConfirmed(1, 0);
        assertEquals(-1, batch.confirmedAt(0), "noted of another item");
        assertEquals(0, batch.confirmedAt(1));
        batch.noteConfirmed(1, Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, batch.confirmedAt(1));
        batch.clear();
        batch.add(SPACE, 3, 10);
        batch.add(batch, 0);
        assertEquals(-1, batch.confirmedAt(0));
        assertEquals(-1, batch.confirmedAt(1), "noted of an item before");
        assertIllegalArgument(
                "timestamp -1 is negative; note the record's own, or nothing", () -> batch.noteConfirmed(0, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.noteConfirmed(2, 10));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.confirmedAt(2));
    }

    @Test
    void isUnjudgedUntilJudged() {
        for (int i = 0; i < 5; i++) {
            batch.add(SPACE, i, i);
        }
        for (Verdict verdict : Verdict.values()) {
            batch.judge(2, verdict);
            assertEquals(verdict, batch.verdict(2));
            assertEquals(Verdict.UNJUDGED, batch.verdict(1));
            assertEquals(Verdict.UNJUDGED, batch.verdict(3));
        }
        batch.judge(0, Verdict.FIRST_SEEN);
        batch.judge(1, Verdict.FIRST_SEEN);
        batch.judge(2, Verdict.DUPLICATE);
        batch.judge(3, Verdict.TOO_LATE);
        assertEquals("EventBatch[5 of 16: 2 FIRST_SEEN, 1 DUPLICATE, 1 TOO_LATE, 1 UNJUDGED]", batch.toString());
    }

    @Test
    void clearForgetsItemsVerdictsAndOrigins() {
        batch.add(SPACE, "a", 1, 1);
        batch.judge(0, Verdict.DUPLICATE);
        batch.clear();
        assertEquals(0, batch.size());
        assertEquals("EventBatch[0 of 16]", batch.toString());
        assertThrows(IndexOutOfBoundsException.class, () -> batch.verdict(0));
        assertEquals(0, batch.add(SPACE, "b", 2));
        assertEquals(Verdict.UNJUDGED, batch.verdict(0));
        assertEquals(0, batch.origin(0));
        assertFalse(batch.hasOrigins());
    }

    @Test
    void knowsWhetherItemsHaveOrigins() {
        assertOrigins(false, true);
        batch.add(SPACE, "a", 1, 7);
        assertOrigins(true, true);
        batch.add(SPACE, "b", 1);
        assertOrigins(true, false);
        batch.clear();
        assertOrigins(false, true);
        batch.add(SPACE, "a", 1);
        assertOrigins(false, false);
        batch.add(SPACE, "a", 1, Long.MIN_VALUE);
        assertOrigins(true, false);
    }

    @Test
    void aRefusedItemChangesNothing() {
        batch.add(SPACE, "a", 1);
        String before = batch.toString();
        KeySpace timed = KeySpace.timeOrdered("n", TimeLayout.UUID_V7);
        for (Executable refused : List.<Executable>of(
                () -> batch.add(SPACE, "\ud83d", 1, 5),
                () -> batch.add(timed, "x", 1, 5),
                () -> batch.add(timed, 7, 1, 5),
                () -> batch.add(timed, new UUID(0, 0), 1, 5),
                () -> batch.add(timed, new byte[3], 1, 5),
                () -> batch.add(SPACE, new byte[3], 2, 2, 1, 5),
                () -> batch.add(SPACE, new byte[3], -1, 1, 1, 5),
                () -> batch.add(batch, 1),
                () -> batch.add(batch, -1),
                () -> batch.add(SPACE, "b", -1, 5))) {
            assertThrows(RuntimeException.class, refused);
            assertEquals(before, batch.toString());
            assertFalse(batch.hasOrigins());
        }
        assertAdded(1, SPACE.key("b"), 2, 0, batch.add(SPACE, "b", 2));
        String words = "timestamp -1 is negative; give epoch milliseconds, 0 or more";
        assertIllegalArgument(words, () -> batch.add(SPACE, "b", -1));
        assertIllegalArgument(words, () -> batch.add(SPACE, new byte[1], -1));
        assertIllegalArgument(words, () -> batch.add(SPACE, ID, -1));
        assertIllegalArgument(words, () -> batch.add(SPACE, 1, -1));
        assertIllegalArgument(words, () -> batch.add(SPACE.key(1), -1, 1));
        assertIllegalArgument(words, () -> batch.add(1, 1, -1, 1));
    }

    @Test
    void capacityIsABound() {
        assertEquals(16, batch.capacity());
        for (int i = 0; i < 16; i++) {
            assertFalse(batch.isFull());
            batch.add(SPACE, i, i, 1);
        }
        assertTrue(batch.isFull());
        String words = "the batch is full at its capacity of 16; submit it and clear() it, or create a larger one";
        assertIllegalState(words, () -> batch.add(SPACE, "x", 1));
        assertIllegalState(words, () -> batch.add(1, 1, 1, 1));
        assertIllegalState(words, () -> batch.add(batch, 0));
        assertEquals(16, batch.size());
        assertEquals(15, batch.timestamp(15));
        batch.clear();
        assertFalse(batch.isFull());
        assertEquals(0, batch.add(SPACE, "x", 1));
        assertEquals(1, new EventBatch(1).capacity());
        assertEquals(1 << 16, new EventBatch(EventBatch.MAX_CAPACITY).capacity());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, (1 << 16) + 1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void capacityBounds(int capacity) {
        assertIllegalArgument(
                "capacity " + capacity + " is out of bounds; give 1 to 65536", () -> new EventBatch(capacity));
    }

    @Test
    void indexesAreChecked() {
        batch.add(SPACE, "a", 1);
        List<IntConsumer> reads = List.of(
                batch::verdict,
                batch::keyHigh,
                batch::keyLow,
                batch::timestamp,
                batch::origin,
                i -> batch.judge(i, Verdict.FIRST_SEEN));
        for (IntConsumer read : reads) {
            read.accept(0);
            for (int bad : new int[] {-1, 1, 15, 16, Integer.MAX_VALUE}) {
                assertThrows(IndexOutOfBoundsException.class, () -> read.accept(bad));
            }
        }
    }

    @Test
    void aCopyHasEverythingButTheVerdict() {
        EventBatch source = new EventBatch(3);
        source.add(SPACE, "a", 1, 5);
        source.add(SPACE, "b", 2, 6);
        source.judge(1, Verdict.FIRST_SEEN);
        assertAdded(0, SPACE.key("b"), 2, 6, batch.add(source, 1));
        assertEquals(Verdict.FIRST_SEEN, source.verdict(1));
        assertTrue(batch.hasOnlyOrigins());
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(source, 2));
        source.clear();
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(source, 0));
        assertEquals(1, batch.size());
    }

    @Test
    void theRetryTokenLastsUntilClear() {
        batch.add(SPACE, "a", 1);
        long token = batch.retryToken();
        assertNotEquals(0, token);
        batch.judge(0, Verdict.FIRST_SEEN);
        batch.add(SPACE, "b", 1);
        assertEquals(token, batch.retryToken());
        batch.clear();
        assertNotEquals(token, batch.retryToken());
    }

    @Test
    void retryTokensDoNotRepeat() {
        Set<Long> tokens = new HashSet<>();
        for (int b = 0; b < 10; b++) {
            EventBatch fresh = new EventBatch(1);
            for (int i = 0; i < 10_000; i++) {
                tokens.add(fresh.retryToken());
                fresh.clear();
            }
        }
        assertEquals(100_000, tokens.size());
        assertFalse(tokens.contains(0L));
    }

    @Test
    void nullIsNamed() {
        batch.add(SPACE, "a", 1);
        assertNullNamed("keySpace", () -> batch.add(none(), "a", 1));
        assertNullNamed("keySpace", () -> batch.add(none(), new byte[1], 1));
        assertNullNamed("keySpace", () -> batch.add(none(), new byte[1], 0, 1, 1, 0));
        assertNullNamed("keySpace", () -> batch.add(none(), ID, 1));
        assertNullNamed("keySpace", () -> batch.add(Refusals.<KeySpace>none(), 1L, 1L));
        assertNullNamed("id", () -> batch.add(SPACE, Refusals.<String>none(), 1));
        assertNullNamed("id", () -> batch.add(SPACE, Refusals.<byte[]>none(), 1));
        assertNullNamed("id", () -> batch.add(SPACE, Refusals.<UUID>none(), 1));
        assertNullNamed("bytes", () -> batch.add(SPACE, Refusals.<byte[]>none(), 0, 1, 1, 0));
        assertNullNamed("key", () -> batch.add(Refusals.<DedupKey>none(), 1, 0));
        assertNullNamed("source", () -> batch.add(none(), 0));
        assertNullNamed("verdict", () -> batch.judge(0, none()));
        assertEquals(1, batch.size());
    }

    private void assertAdded(int index, DedupKey key, long timestamp, long origin, int actual) {
        assertEquals(index, actual);
        assertEquals(key, DedupKey.ofBits(batch.keyHigh(index), batch.keyLow(index)));
        assertEquals(timestamp, batch.timestamp(index));
        assertEquals(origin, batch.origin(index));
        assertEquals(Verdict.UNJUDGED, batch.verdict(index));
    }

    private void assertOrigins(boolean any, boolean only) {
        assertEquals(any, batch.hasOrigins());
        assertEquals(only, batch.hasOnlyOrigins());
    }
}
