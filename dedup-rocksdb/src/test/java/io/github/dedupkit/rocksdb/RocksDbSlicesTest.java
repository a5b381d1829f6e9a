package io.github.dedupkit.rocksdb;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slices: what they hold, when they go, and that a key's newest record is its only one, wherever older ones lie. */
class RocksDbSlicesTest {
    private static final long START = 1_767_225_600_000L;
    private static final Retention RETENTION = RocksDbFixture.retention(60, 10, 5);
    private static final long SECOND = 1_000;

    @TempDir(factory = RamDisk.class)
    private Path directory;

    private final VirtualClock clock = new VirtualClock(START);

    private RocksDbDeduplicationStore open() {
        return RocksDbFixture.builder(directory, RETENTION).clock(clock).build();
    }

    private static long[] scanned(RocksDbDeduplicationStore store) {
        Set<Long> keys = new HashSet<>();
        store.scan((high, low, timestamp) -> keys.add(low));
        return keys.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    /** Six windows, a mark a second: never more held than the live span and a slice. */
    @Test
    void whatIsOverIsDroppedWhole() {
        long slice = EventTime.sliceMillis(RETENTION) / SECOND;
        long most = 0;
        try (RocksDbDeduplicationStore store = open()) {
            for (int second = 0; second < 360; second++) {
                clock.set(START + second * SECOND);
                assertEquals(FIRST_SEEN, store.markSeen(second, second, clock.millis()));
                most = Math.max(most, store.stats().retainedKeys());
            }
            assertTrue(most <= 71 + slice, most + " keys held; W + L is 70 seconds, a slice " + slice);
            assertTrue(most >= 71, "a record stays for W + L: " + most);
            long[] live = LongStream.range(289, 360).toArray();
            assertEquals(live.length, scanned(store).length, "a scan visits what is live, and that only");
            assertEquals(live[0], scanned(store)[0]);
            store.die();
        }
        try (RocksDbDeduplicationStore store = open()) {
            assertEquals(DUPLICATE, store.markSeen(350, 350, clock.millis()));
            assertEquals(FIRST_SEEN, store.markSeen(280, 280, clock.millis()), "more than W ago");
        }
    }

    /** An older record in a slice that is still there must not come to light. */
    @Test
    void aForgottenKeyIsNewWhateverOlderRecordItHas() {
        try (RocksDbDeduplicationStore store = open()) {
            assertEquals(FIRST_SEEN, store.markSeen(1, 1, START, 7));
            clock.set(START + 61 * SECOND);
            assertEquals(FIRST_SEEN, store.markSeen(1, 1, clock.millis(), 8), "more than W later");
            store.forget(1, 1, clock.millis(), 7);
            assertEquals(DUPLICATE, store.markSeen(1, 1, clock.millis(), 9), "not the record's origin");
            store.forget(1, 1, clock.millis(), 8);
            assertFalse(store.mightContain(1, 1, START + 55 * SECOND));
            assertEquals(FIRST_SEEN, store.markSeen(1, 1, START + 55 * SECOND, 9), "within W of the older record");
            assertEquals(1, store.stats().retainedKeys());
        }
    }

    /** Dropped with a life of the store, an open mark is no record; it hides none that is made before it in time. */
    @Test
    void aVoidMarkHidesNothing() {
        assertVoidMarkHidesNothing(false);
    }

    /** A filter that was made warm has not seen the void mark, and vouches for the key. */
    @Test
    void aVoidMarkHidesNothingThatIsProvenNew() {
        assertVoidMarkHidesNothing(true);
    }

    private void assertVoidMarkHidesNothing(boolean proven) {
        try (RocksDbDeduplicationStore store = open()) {
            clock.set(START + 20 * SECOND);
            assertEquals(FIRST_SEEN, store.markSeen(1, 1, START + 20 * SECOND, 7));
            store.markSeen(2, 2, START + 20 * SECOND, 0);
            store.die();
        }
        Path log = RocksDbFixture.files(directory).stream()
                .filter(file -> file.toString().endsWith(".log"))
                .findFirst()
                .orElseThrow();
        assertTrue(log.toFile().exists());
        voidOpenMarks();
        try (RocksDbDeduplicationStore store = open()) {
            assertEquals(0, scanned(store).length - 1, "the void mark is not visited");
            long older = START + 11 * SECOND;
            assertEquals(
                    FIRST_SEEN,
                    proven ? store.markNew(1, 1, older, 8) : store.markSeen(1, 1, older, 8),
                    "in an older slice");
            assertEquals(DUPLICATE, store.markSeen(1, 1, START + 20 * SECOND, 9), "the record is found");
            assertEquals(DUPLICATE, store.markSeen(2, 2, START + 20 * SECOND, 9), "confirmed marks stay");
        }
    }

    private void voidOpenMarks() {
        RocksDbFixture.builder(directory, RETENTION)
                .clock(clock)
                .durability(RocksDbDeduplicationStore.Durability.NONE)
                .build()
                .die();
    }

    @Test
    void theKeysAreCountedExactlyAgainAfterAClose() {
        try (RocksDbDeduplicationStore store = open()) {
            EventBatch batch = new EventBatch(100);
            for (int i = 0; i < 100; i++) {
                batch.add(i, i, START + i * 50L, i + 1);
            }
            store.markSeen(batch);
            store.confirm(batch);
            store.forget(1, 1, START, 99);
            assertEquals(100, store.stats().retainedKeys());
        }
        try (RocksDbDeduplicationStore store = open()) {
            assertEquals(100, store.stats().retainedKeys());
            assertTrue(store.stats().bytes().orElseThrow() > 0);
            assertTrue(store.diskBytes() >= 0);
            assertFalse(store.isStalled());
        }
    }

    @Test
    void aProvenMarkIsAMark() {
        try (RocksDbDeduplicationStore store = open()) {
            assertEquals(FIRST_SEEN, store.markNew(1, 1, START, 7));
            assertEquals(FIRST_SEEN, store.markSeen(1, 1, START, 7), "its replay");
            assertEquals(DUPLICATE, store.markSeen(1, 1, START, 8));
            EventBatch batch = new EventBatch(4);
            batch.add(1, 1, START, 9);
            batch.add(2, 2, START, 9);
            batch.add(2, 2, START, 10);
            batch.add(3, 3, START - 11 * SECOND, 9);
            BitSet proven = new BitSet();
            proven.set(1);
            proven.set(3);
            store.markSeen(batch, proven);
            assertEquals(DUPLICATE, batch.verdict(0), "not proven, so it was looked for");
            assertEquals(FIRST_SEEN, batch.verdict(1));
            assertEquals(DUPLICATE, batch.verdict(2), "a repeat of a proven one");
            assertEquals(io.github.dedupkit.Verdict.TOO_LATE, batch.verdict(3), "a proof does not make it early");
            assertEquals(2, proven.cardinality());
            assertEquals(2, scanned(store).length);
        }
    }
}
