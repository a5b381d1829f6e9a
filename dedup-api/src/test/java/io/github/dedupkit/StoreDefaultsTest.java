package io.github.dedupkit;

import static io.github.dedupkit.Refusals.assertIllegalArgument;
import static io.github.dedupkit.Refusals.assertNullNamed;
import static io.github.dedupkit.Refusals.none;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the interfaces do themselves: pass a key on as its two halves, name a null, and confirm before they mark. */
class StoreDefaultsTest {
    private static final DedupKey KEY = DedupKey.ofBits(1, 2);

    private final List<String> calls = new ArrayList<>();
    private final ReplaySafeStore store = new Recorder();

    @Test
    void keysArePassedOnAsTheirHalves() {
        assertEquals(Verdict.FIRST_SEEN, store.markSeen(KEY, 3));
        assertEquals(Verdict.FIRST_SEEN, store.markSeen(KEY, 3, 4));
        assertTrue(store.mightContain(KEY, 3));
        store.confirm(KEY, 3, 4);
        store.forget(KEY, 3, 4);
        assertEquals(List.of("mark 1 2 3 0", "mark 1 2 3 4", "look 1 2 3", "confirm 1 2 3 4", "forget 1 2 3 4"), calls);
    }

    @Test
    void aNullKeyIsNamed() {
        assertNullNamed("key", () -> store.markSeen(none(), 3));
        assertNullNamed("key", () -> store.markSeen(none(), 3, 4));
        assertNullNamed("key", () -> store.mightContain(none(), 3));
        assertNullNamed("key", () -> store.confirm(none(), 3, 4));
        assertNullNamed("key", () -> store.forget(none(), 3, 4));
        assertEquals(List.of(), calls);
    }

    @Test
    void confirmAndMarkConfirmsFirst() {
        EventBatch done = new EventBatch(1);
        done.add(1, 2, 3, 4);
        EventBatch next = new EventBatch(2);
        store.confirmAndMark(done, next);
        assertEquals(List.of("confirm 1", "mark 0"), calls);
        assertNullNamed("done", () -> store.confirmAndMark(none(), next));
        assertNullNamed("next", () -> store.confirmAndMark(done, none()));
        assertIllegalArgument(
                "done and next are the same batch; alternate between two", () -> store.confirmAndMark(next, next));
        assertEquals(2, calls.size());
    }

    @Test
    void exceptionsKeepMessageAndCause() {
        Exception cause = new Exception("underneath");
        for (RuntimeException e :
                List.of(new StoreUnavailableException("m", cause), new CorruptSnapshotException("m", cause))) {
            assertEquals("m", e.getMessage());
            assertEquals(cause, e.getCause());
        }
        assertEquals("m", new StoreUnavailableException("m").getMessage());
        assertEquals("m", new CorruptSnapshotException("m").getMessage());
    }

    /** Writes down what arrives. */
    private final class Recorder implements ReplaySafeStore {
        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            calls.add("mark " + keyHigh + " " + keyLow + " " + timestamp + " " + origin);
            return Verdict.FIRST_SEEN;
        }

        @Override
        public void markSeen(EventBatch batch) {
            calls.add("mark " + batch.size());
        }

        @Override
        public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
            return calls.add("look " + keyHigh + " " + keyLow + " " + timestamp);
        }

        @Override
        public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
            calls.add("confirm " + keyHigh + " " + keyLow + " " + timestamp + " " + origin);
        }

        @Override
        public void confirm(EventBatch batch) {
            calls.add("confirm " + batch.size());
        }

        @Override
        public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
            calls.add("forget " + keyHigh + " " + keyLow + " " + timestamp + " " + origin);
        }

        @Override
        public void forget(EventBatch batch) {
            calls.add("forget " + batch.size());
        }

        @Override
        public Guarantees guarantees() {
            throw new UnsupportedOperationException();
        }

        @Override
        public StoreStats stats() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            calls.add("close");
        }
    }
}
