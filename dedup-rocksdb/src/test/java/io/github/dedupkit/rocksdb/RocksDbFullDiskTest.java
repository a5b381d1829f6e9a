package io.github.dedupkit.rocksdb;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.rocksdb.RocksDbDeduplicationStore.Durability;
import io.github.dedupkit.testkit.VirtualClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The system refuses writes, as it does when the disk is full. The limit is one of each file's size, so there is room again
 * once the log that has reached it was read back: the store goes on by itself.
 */
class RocksDbFullDiskTest {
    private static final long START = 1_767_225_600_000L;
    private static final int BATCH = 64;
    private static final int FAILURES = 2;

    /** Of 512 bytes: RocksDB unpacks a library of 17 MB first. */
    private static final int BLOCKS = 48_000;

    @TempDir
    private Path directory;

    /** Runs in a JVM of its own, which may not write large files. */
    static final class Limited {
        private Limited() {}

        public static void main(String[] arguments) {
            RocksDbDeduplicationStore store = RocksDbFixture.builder(
                            Path.of(arguments[0], "store"), RocksDbFixture.retention(60, 10, 5))
                    .durability(Durability.valueOf(arguments[1]))
                    .memoryBytes(256 << 20) // memtables larger than the limit, so that one log reaches it
                    .clock(new VirtualClock(START))
                    .build();
            EventBatch batch = new EventBatch(BATCH);
            EventBatch nothing = new EventBatch(1);
            byte[] position = new byte[RocksDbDeduplicationStore.MOST_POSITION_BYTES]; // fills the log
            long answered = 0;
            int failures = 0;
            while (failures < FAILURES || answered % 10 != 0) {
                fill(batch, answered, 0);
                boolean done = false;
                boolean failed = false;
                while (!done) {
                    try {
                        store.confirmAndMark(nothing, batch, position);
                        done = true;
                    } catch (StoreUnavailableException e) {
                        assertEquals(UNJUDGED, batch.verdict(0), "nothing is answered that was not written");
                        if (!failed) {
                            System.out.println(e.getMessage());
                        }
                        failed = true;
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                    }
                }
                failures += failed ? 1 : 0;
                answered++;
                for (int i = 0; i < BATCH; i++) { // without origin: a mark that came back would lose the event
                    assertEquals(FIRST_SEEN, batch.verdict(i), "batch " + answered + ", submitted again: " + failed);
                }
            }
            StoreStats stats = store.stats();
            assertEquals(answered * BATCH, stats.answered(), stats.toString());
            assertTrue(stats.thrown() >= (long) FAILURES * BATCH, stats.toString());
            for (long number = 0; number < answered; number++) {
                fill(batch, number, 1);
                store.markSeen(batch);
                for (int i = 0; i < BATCH; i++) {
                    assertEquals(DUPLICATE, batch.verdict(i), "batch " + number + " of " + answered);
                }
            }
            store.close();
            System.out.println(failures + " failures, " + answered + " batches");
        }

        private static void fill(EventBatch batch, long number, long origin) {
            batch.clear();
            for (int i = 0; i < BATCH; i++) {
                batch.add(RocksDbFixture.KEYS.key(number * BATCH + i), START, origin);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SYNC", "WAL"})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no limit on the size of a process's files")
    void theStoreGoesOnWhenThereIsRoomAgain(Durability durability) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f " + BLOCKS + " && exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(Limited.class.getName());
        command.add(directory.toString());
        command.add(durability.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        assertTrue(printed.contains("goes on by itself when it can write again"), printed);
    }
}
