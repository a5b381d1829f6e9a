package io.github.dedupkit.rocksdb;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that is torn, cut or flipped: nothing acknowledged goes without a number. */
class RocksDbDamageTest {
    private static final long START = 1_767_225_600_000L;
    private static final int MARKS = 200;
    private static final Retention RETENTION = RocksDbFixture.retention(60, 10, 5);

    @TempDir(factory = RamDisk.class)
    private Path parent;

    private Path written;
    private int tries;

    private static RocksDbDeduplicationStore.Builder builder(Path directory) {
        return RocksDbFixture.builder(directory, RETENTION).clock(new VirtualClock(START));
    }

    /** A store whose process died: every mark is in its log. */
    @BeforeEach
    void writeALog() {
        written = parent.resolve("written");
        RocksDbDeduplicationStore store = builder(written).build();
        for (int i = 0; i < MARKS; i++) {
            store.markSeen(i, i, START, i + 1);
        }
        store.die();
    }

    private Path copy() throws IOException {
        Path copy = parent.resolve("copy-" + tries++);
        RocksDbFixture.copy(written, copy);
        return copy;
    }

    /** The log that is not empty. */
    private static Path log(Path directory) {
        return RocksDbFixture.files(directory).stream()
                .filter(file -> file.toString().endsWith(".log"))
                .max(Comparator.comparing(file -> file.toFile().length()))
                .orElseThrow();
    }

    private static int found(RocksDbDeduplicationStore store) {
        int found = 0;
        for (int i = 0; i < MARKS; i++) {
            found += store.mightContain(i, i, START) ? 1 : 0;
        }
        return found;
    }

    /** What a process leaves that dies while it writes: the write had no answer. */
    @Test
    void anIncompleteWriteAtTheEndIsCutOff() throws IOException {
        byte[] acknowledged;
        try (RocksDbDeduplicationStore store = builder(written).build()) {
            acknowledged = Files.readAllBytes(written.resolve(Ledger.FILE_NAME));
            store.markSeen(MARKS, MARKS, START, 1);
            store.die();
        }
        for (int cut = 1; cut <= 64; cut += 3) {
            Path copy = copy();
            byte[] bytes = Files.readAllBytes(log(copy));
            Files.write(log(copy), Arrays.copyOf(bytes, bytes.length - cut));
            Files.write(copy.resolve(Ledger.FILE_NAME), acknowledged);
            try (RocksDbDeduplicationStore store = builder(copy).build()) {
                assertEquals(0, store.missing());
                assertEquals(MARKS, found(store), cut + " bytes cut off the unfinished write");
                assertFalse(store.mightContain(MARKS, MARKS, START), "the write itself is gone");
            }
        }
    }

    @Test
    void aTornTailIsCountedAndRefused() throws IOException {
        for (int cut : new int[] {1, 7, 64, 1_000}) {
            Path copy = copy();
            byte[] bytes = Files.readAllBytes(log(copy));
            Files.write(log(copy), Arrays.copyOf(bytes, bytes.length - cut));
            String message = String.valueOf(assertThrows(CorruptSnapshotException.class, builder(copy)::build)
                    .getMessage());
            assertTrue(message.matches("(?s)[1-9]\\d* of " + MARKS + " acknowledged writes .*"), message);
            assertThrows(CorruptSnapshotException.class, builder(copy)::build, "it stays refused");
            try (RocksDbDeduplicationStore store = builder(copy).acceptMissing().build()) {
                assertTrue(message.startsWith(store.missing() + " of "), message + ", and missing " + store.missing());
                assertEquals(0, store.stats().effectiveWindow().toMillis());
                assertEquals(MARKS, found(store), "what may be missing is not proven to be new");
                assertEquals(FIRST_SEEN, store.markSeen(0, 0, START, 99), "open marks are dropped with lost forgets");
            }
            try (RocksDbDeduplicationStore store = builder(copy).build()) {
                assertEquals(DUPLICATE, store.markSeen(0, 0, START, 98), "once accepted, it opens as any store");
            }
        }
    }

    /** RocksDB by itself would open with what stands before the flip. */
    @Test
    void aFlipInTheMiddleOfTheLogIsCountedAndRefused() throws IOException {
        int refusedWithNumber = 0;
        int flips = 24;
        for (int flip = 0; flip < flips; flip++) {
            Path copy = copy();
            byte[] bytes = Files.readAllBytes(log(copy));
            bytes[(int) ((long) bytes.length * flip / flips)] ^= (byte) (1 << (flip % 8));
            Files.write(log(copy), bytes);
            try (RocksDbDeduplicationStore store = builder(copy).build()) {
                for (int i = 0; i < MARKS; i++) {
                    assertEquals(DUPLICATE, store.markSeen(i, i, START, -1), "flip " + flip + " of " + flips);
                }
            } catch (CorruptSnapshotException refused) {
                String message = String.valueOf(refused.getMessage());
                refusedWithNumber += message.matches("(?s)\\d+ of " + MARKS + " acknowledged writes .*") ? 1 : 0;
            }
        }
        System.out.println(
                flips + " flips in the log: " + refusedWithNumber + " refused with the number of what is lost");
        assertTrue(refusedWithNumber >= flips - 2, refusedWithNumber + " of " + flips + " refused with a number");
    }

    /** A block that is damaged is not a key that is missing. */
    @Test
    void aFlipInATableIsNeverAnAbsentKey() throws IOException {
        Path flushed = parent.resolve("flushed");
        try (RocksDbDeduplicationStore store = builder(flushed)
                .durability(RocksDbDeduplicationStore.Durability.NONE)
                .build()) {
            for (int i = 0; i < MARKS; i++) {
                store.markSeen(i, i, START);
            }
        }
        written = flushed;
        int flips = 60;
        for (int flip = 0; flip < flips; flip++) {
            Path copy = copy();
            for (Path file : RocksDbFixture.files(copy)) {
                if (file.toString().endsWith(".sst")) {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[(int) ((long) bytes.length * flip / flips)] ^= 0x10;
                    Files.write(file, bytes);
                }
            }
            try (RocksDbDeduplicationStore store = builder(copy).build()) {
                for (int i = 0; i < MARKS; i++) {
                    assertEquals(DUPLICATE, store.markSeen(i, i, START), "flip " + flip + " of " + flips);
                }
            } catch (CorruptSnapshotException refused) {
                assertTrue(String.valueOf(refused.getMessage()).matches("(?s).*\\d.*"), refused.getMessage());
            }
        }
    }
}
