package io.github.dedupkit.rocksdb;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.rocksdb.RocksDbDeduplicationStore.Durability;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of format 1, written when the format was made, is read for ever. */
class RocksDbGoldenTest {
    private static final long START = 1_767_225_600_000L;
    private static final Retention RETENTION = RocksDbFixture.retention(60, 10, 5);
    private static final int KEYS = 300;

    @TempDir
    private Path parent;

    private static RocksDbDeduplicationStore open(Path directory, Durability durability) {
        return RocksDbFixture.builder(directory, RETENTION)
                .durability(durability)
                .clock(new VirtualClock(START + 30_000))
                .build();
    }

    /** Key i is marked at START + 100 i with origin i + 1; the even ones are confirmed, tables and log hold a half each. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            Path directory = Path.of(arguments[0]);
            write(directory, Durability.NONE, 0, KEYS / 2);
            write(directory, Durability.WAL, KEYS / 2, KEYS);
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(Path.of(arguments[1])))) {
                for (Path file : RocksDbFixture.files(directory)) {
                    String name = directory.relativize(file).toString();
                    if (!name.startsWith("db/LO")) { // LOCK and LOG
                        zip.putNextEntry(new ZipEntry(name));
                        Files.copy(file, zip);
                    }
                }
            }
        }

        private static void write(Path directory, Durability durability, int from, int to) {
            try (RocksDbDeduplicationStore store = open(directory, durability)) {
                EventBatch batch = new EventBatch(KEYS);
                EventBatch done = new EventBatch(KEYS);
                for (int i = from; i < to; i++) {
                    batch.add(RocksDbFixture.KEYS.key(i), START + 100L * i, i + 1);
                    if (i % 2 == 0) {
                        done.add(batch, batch.size() - 1);
                    }
                }
                store.markSeen(batch);
                batch.clear();
                store.confirmAndMark(done, batch, new byte[] {(byte) (to / 10)});
            }
        }
    }

    @Test
    void aDirectoryOfFormat1IsRead() throws IOException {
        Path directory = parent.resolve("format-1");
        try (InputStream golden = RocksDbGoldenTest.class.getResourceAsStream("/format-1.zip");
                ZipInputStream zip = new ZipInputStream(Objects.requireNonNull(golden))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = directory.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(zip, file);
            }
        }
        try (RocksDbDeduplicationStore store = open(directory, Durability.WAL)) {
            assertArrayEquals(new byte[] {KEYS / 10}, store.restoredPosition().orElseThrow());
            assertEquals(0, store.missing());
            assertEquals(KEYS, store.stats().retainedKeys());
            long[] timestamps = new long[KEYS];
            store.scan((high, low, timestamp) -> timestamps[(int) ((timestamp - START) / 100)] = timestamp);
            for (int i = KEYS - 100; i < KEYS; i++) { // in time still
                assertEquals(START + 100L * i, timestamps[i]);
                assertEquals(
                        i % 2 == 0 ? DUPLICATE : FIRST_SEEN,
                        store.markSeen(RocksDbFixture.KEYS.key(i), START + 100L * i, i + 1));
                assertEquals(DUPLICATE, store.markSeen(RocksDbFixture.KEYS.key(i), START + 100L * i, -1));
            }
        }
    }
}
