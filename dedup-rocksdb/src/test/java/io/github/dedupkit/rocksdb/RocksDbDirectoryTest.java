package io.github.dedupkit.rocksdb;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.rocksdb.RocksDbDeduplicationStore.Durability;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in a directory is checked before it is used: whose it is, what it was made for, and what it was left with. */
class RocksDbDirectoryTest {
    private static final long START = 1_767_225_600_000L;
    private static final Retention RETENTION = RocksDbFixture.retention(60, 10, 5);

    @TempDir
    private Path parent;

    private final VirtualClock clock = new VirtualClock(START);

    private RocksDbDeduplicationStore.Builder builder(Path directory) {
        return RocksDbFixture.builder(directory, RETENTION).clock(clock);
    }

    private Path directory() {
        return parent.resolve("store");
    }

    private static <T extends RuntimeException> void refuses(
            Class<T> type, RocksDbDeduplicationStore.Builder builder, String... words) {
        String message = String.valueOf(assertThrows(type, builder::build).getMessage());
        for (String word : words) {
            assertTrue(message.contains(word), message + " does not say " + word);
        }
    }

    @Test
    void anotherKeySpaceIsRefused() {
        builder(directory()).build().close();
        KeySpace other = KeySpace.trusted("dedupkit/other");
        refuses(
                CorruptSnapshotException.class,
                RocksDbDeduplicationStore.builder(directory(), other, RETENTION),
                "belong to another key space than KeySpace[dedupkit/other",
                Long.toHexString(other.checkValue()));
        builder(directory()).build().close();
    }

    @Test
    void anotherRetentionIsRefused() {
        builder(directory()).build().close();
        refuses(
                IllegalArgumentException.class,
                RocksDbFixture.builder(directory(), RocksDbFixture.retention(61, 10, 5)),
                "window PT1M,",
                "not with window PT1M1S");
    }

    @Test
    void aStoreThatIsOpenIsRefused() {
        try (RocksDbDeduplicationStore first = builder(directory()).build()) {
            refuses(StoreUnavailableException.class, builder(directory()), "is open already", "only 1 may have");
            assertEquals(FIRST_SEEN, first.markSeen(1, 1, START), "the first goes on");
        }
        try (RocksDbDeduplicationStore second = builder(directory()).build()) {
            assertEquals(DUPLICATE, second.markSeen(1, 1, START));
        }
    }

    @Test
    void foreignFilesAreLeftAlone() throws IOException {
        Files.createDirectory(directory());
        Files.writeString(directory().resolve("notes.txt"), "mine");
        refuses(CorruptSnapshotException.class, builder(directory()), "notes.txt", "an empty directory");
        assertEquals(1, RocksDbFixture.files(directory()).size(), "nothing was made");
    }

    @Test
    void aFileIsNoDirectory() throws IOException {
        Files.writeString(directory(), "mine");
        refuses(
                StoreUnavailableException.class,
                builder(directory()),
                directory().toString(),
                "check the path");
    }

    @Test
    void aMissingPartIsRefused() throws IOException {
        for (String part : new String[] {"DEDUPKIT", "db/CURRENT"}) {
            try (RocksDbDeduplicationStore store = builder(directory()).build()) {
                store.markSeen(1, 1, START);
            }
            Files.delete(directory().resolve(part));
            refuses(CorruptSnapshotException.class, builder(directory()), "1");
            RocksDbFixture.delete(directory());
        }
    }

    @Test
    void aLaterFormatIsRefused() throws IOException {
        builder(directory()).build().close();
        Path ledger = directory().resolve("DEDUPKIT");
        byte[] bytes = Files.readAllBytes(ledger);
        ByteBuffer identity = ByteBuffer.wrap(bytes);
        identity.putInt(8, 2);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, 76);
        identity.putInt(76, (int) crc.getValue());
        Files.write(ledger, bytes);
        refuses(CorruptSnapshotException.class, builder(directory()), "format 2", "this version reads 1");
    }

    @Test
    void aProcessThatDiedWhileItMadeTheStoreLeavesAnEmptyOne() throws IOException {
        Files.createDirectory(directory());
        Files.writeString(directory().resolve("DEDUPKIT.tmp"), "half");
        builder(directory()).build().close();
        Ledger.create(
                directory().resolve("DEDUPKIT"),
                StoreIdentity.of(RocksDbFixture.KEYS, RETENTION),
                Ledger.State.CREATING,
                Ledger.nothing());
        try (RocksDbDeduplicationStore store = builder(directory()).build()) {
            assertEquals(FIRST_SEEN, store.markSeen(1, 1, START));
        }
    }

    @Test
    void thePositionIsThatOfTheLastWrite() {
        EventBatch done = new EventBatch(2);
        EventBatch next = new EventBatch(2);
        try (RocksDbDeduplicationStore store = builder(directory()).build()) {
            assertTrue(store.restoredPosition().isEmpty());
            done.add(1, 1, START, 7);
            store.markSeen(done);
            next.add(2, 2, START, 8);
            store.confirmAndMark(done, next, new byte[] {1});
            next.clear();
            store.confirmAndMark(done, next, new byte[] {2, 2}); // a position alone
            byte[] long1 = new byte[RocksDbDeduplicationStore.MOST_POSITION_BYTES + 1];
            assertThrows(IllegalArgumentException.class, () -> store.confirmAndMark(done, next, long1));
            assertTrue(store.restoredPosition().isEmpty(), "it is what the directory held when it was opened");
            store.die();
        }
        try (RocksDbDeduplicationStore store = builder(directory()).build()) {
            assertArrayEquals(new byte[] {2, 2}, store.restoredPosition().orElseThrow());
            assertEquals(DUPLICATE, store.markSeen(1, 1, START, 7), "before the position, and confirmed");
            assertEquals(FIRST_SEEN, store.markSeen(2, 2, START, 8), "after it, and redelivered");
        }
    }

    @Test
    void aCheckpointIsAStoreWithoutOpenMarks() throws IOException {
        Path copy = parent.resolve("copy");
        try (RocksDbDeduplicationStore store = builder(directory()).build()) {
            store.markSeen(1, 1, START, 7);
            store.confirm(1, 1, START, 7);
            store.markSeen(2, 2, START, 8);
            store.checkpoint(copy);
            store.forget(2, 2, START, 8);
            assertThrows(FileAlreadyExistsException.class, () -> store.checkpoint(copy));
            assertEquals(
                    RETENTION.windowMillis(), store.stats().effectiveWindow().toMillis());
        }
        try (RocksDbDeduplicationStore restored = builder(copy).build()) {
            assertEquals(Duration.ZERO, restored.stats().effectiveWindow(), "what was marked later is missing");
            assertTrue(restored.mightContain(9, 9, START), "it may be one of them");
            assertEquals(DUPLICATE, restored.markSeen(1, 1, START, 9), "a confirmed mark is a witness");
            assertEquals(FIRST_SEEN, restored.markSeen(2, 2, START, 9), "the forget after the copy is not in it");
            assertEquals(FIRST_SEEN, restored.markSeen(2, 2, START, 9), "a new mark is open as any");
            clock.set(START + 200_000);
            assertEquals(FIRST_SEEN, restored.markSeen(3, 3, clock.millis()));
            assertEquals(
                    RETENTION.windowMillis(), restored.stats().effectiveWindow().toMillis(), "the loss is over");
            assertFalse(restored.mightContain(9, 9, clock.millis()));
        }
        try (RocksDbDeduplicationStore again = builder(copy).build()) {
            assertEquals(DUPLICATE, again.markSeen(3, 3, clock.millis()), "from then on it is a store as any");
        }
    }

    @Test
    void withoutALogACloseKeepsEverything() {
        try (RocksDbDeduplicationStore store =
                builder(directory()).durability(Durability.NONE).build()) {
            store.markSeen(1, 1, START, 7);
        }
        try (RocksDbDeduplicationStore store = builder(directory()).build()) {
            assertEquals(0, store.missing());
            assertEquals(DUPLICATE, store.markSeen(1, 1, START, 9), "an open mark, and no forget is missing");
            assertEquals(
                    RETENTION.windowMillis(), store.stats().effectiveWindow().toMillis());
        }
    }
}
