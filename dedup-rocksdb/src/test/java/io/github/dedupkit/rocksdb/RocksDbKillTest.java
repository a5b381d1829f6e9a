package io.github.dedupkit.rocksdb;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.rocksdb.RocksDbDeduplicationStore.Durability;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process killed with no warning, again and again, on one directory. What it had acknowledged it wrote into a mapped file
 * beside it, which outlives it too. To be killed is no power cut: this does not tell SYNC from WAL.
 */
class RocksDbKillTest {
    private static final long START = 1_767_225_600_000L;
    private static final int BATCH = 64;
    private static final long ASKED_AGAIN = 400;

    @TempDir
    private Path directory;

    private static RocksDbDeduplicationStore open(Path directory, Durability durability, long memoryBytes) {
        return RocksDbFixture.builder(directory.resolve("store"), RocksDbFixture.retention(3_600, 60, 0))
                .durability(durability)
                .memoryBytes(memoryBytes)
                .clock(new VirtualClock(START))
                .build();
    }

    private static MappedByteBuffer oracle(Path directory) throws IOException {
        try (FileChannel file = FileChannel.open(
                directory.resolve("oracle"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            return file.map(MapMode.READ_WRITE, 0, Long.BYTES);
        }
    }

    /** The marks of a batch, of which every second one is confirmed with the next batch; each fifth batch is taken back. */
    private static void fill(EventBatch batch, long number) {
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            long key = number * BATCH + i;
            batch.add(RocksDbFixture.KEYS.key(key), START, key + 1);
        }
    }

    private static boolean isForgotten(long number) {
        return number % 5 == 4;
    }

    /** Runs in a JVM of its own until it is killed: marks batches from the restored position on. */
    static final class Marker {
        private Marker() {}

        public static void main(String[] arguments) throws IOException {
            Path directory = Path.of(arguments[0]);
            RocksDbDeduplicationStore store =
                    open(directory, Durability.valueOf(arguments[1]), Long.parseLong(arguments[2]));
            MappedByteBuffer oracle = oracle(directory);
            long next = store.restoredPosition().map(Marker::number).orElse(0L);
            EventBatch marked = new EventBatch(BATCH);
            EventBatch done = new EventBatch(BATCH);
            System.out.println("ready");
            while (true) {
                done.clear();
                for (int i = 0; i < marked.size() && !isForgotten(next - 1); i += 2) {
                    done.add(marked, i);
                }
                EventBatch fresh = new EventBatch(BATCH);
                fill(fresh, next);
                store.confirmAndMark(done, fresh, bytes(next));
                if (isForgotten(next)) {
                    store.forget(fresh);
                }
                next++;
                oracle.putLong(0, next);
                marked = fresh;
            }
        }

        private static long number(byte[] position) {
            return ByteBuffer.wrap(position).getLong();
        }

        private static byte[] bytes(long number) {
            return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
        }
    }

    @Test
    void acknowledgedMarksOutliveAKilledProcess() throws Exception {
        killAndLook(4, 20_260_101);
    }

    @Test
    @Tag("long")
    void acknowledgedMarksOutliveManyKills() throws Exception {
        killAndLook(Integer.getInteger("dedup.test.long-kills", 200), System.nanoTime());
    }

    private void killAndLook(int kills, long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        long lost = 0;
        for (int kill = 0; kill < kills; kill++) {
            Durability durability = random.nextBoolean() ? Durability.WAL : Durability.SYNC;
            runAndKill(durability, (8L + random.nextInt(56)) << 20, 0, random.nextInt(600));
            long acknowledged = oracle(directory).getLong(0);
            try (RocksDbDeduplicationStore store = open(directory, Durability.WAL, 16 << 20)) {
                assertEquals(0, store.missing());
                long position = store.restoredPosition().map(Marker::number).orElse(-1L);
                assertTrue(position >= acknowledged - 1, "position " + position + " of " + acknowledged);
                lost += countLost(store, Math.max(0, acknowledged - ASKED_AGAIN), acknowledged);
            }
        }
        System.out.println("killed " + kills + " times, seed " + seed + ", "
                + oracle(directory).getLong(0) * BATCH + " marks acknowledged, " + lost + " lost");
        assertEquals(0, lost, "acknowledged and gone; seed " + seed);
    }

    @Test
    void withoutALogAKilledProcessLosesCopiesAndNoEvent() throws Exception {
        runAndKill(Durability.NONE, 8 << 20, 2_000, 100); // enough to fill memtables
        long acknowledged = oracle(directory).getLong(0);
        try (RocksDbDeduplicationStore store = open(directory, Durability.NONE, 16 << 20)) {
            System.out.println("without a log " + store.missing() + " writes of " + acknowledged + " batches lost");
            assertEquals(0, store.stats().effectiveWindow().toMillis(), "what may be missing is said");
            long position = store.restoredPosition().map(Marker::number).orElse(-1L);
            assertTrue(position > 1 && position <= acknowledged, "position " + position + " of " + acknowledged);
            EventBatch copies = new EventBatch(BATCH);
            for (long number = 0; number < position - 1; number++) {
                fillCopies(copies, number);
                store.markSeen(copies);
                for (int i = 0; i < BATCH; i++) {
                    // Its own delivery may come again or not; an open mark would make a good copy a duplicate.
                    Verdict expected = i % 2 == 0 && !isForgotten(number) ? DUPLICATE : FIRST_SEEN;
                    assertEquals(expected, copies.verdict(i), "batch " + number + " before position " + position);
                }
            }
        }
    }

    private static void fillCopies(EventBatch copies, long number) {
        copies.clear();
        for (int i = 0; i < BATCH; i++) {
            copies.add(RocksDbFixture.KEYS.key(number * BATCH + i), START, -1);
        }
    }

    /** Asks about what was acknowledged, as a copy and as the delivery itself. */
    private static long countLost(RocksDbDeduplicationStore store, long from, long to) {
        long lost = 0;
        EventBatch copies = new EventBatch(BATCH);
        EventBatch again = new EventBatch(BATCH);
        for (long number = from; number < to; number++) {
            if (isForgotten(number)) {
                continue;
            }
            fillCopies(copies, number);
            store.markSeen(copies);
            fill(again, number);
            store.markSeen(again);
            for (int i = 0; i < BATCH; i++) {
                lost += copies.verdict(i) == DUPLICATE ? 0 : 1;
                boolean confirmed = i % 2 == 0 && number < to - 1;
                boolean inFlight = i % 2 == 0 && !confirmed; // its confirm may have been written
                lost += inFlight || again.verdict(i) == (confirmed ? DUPLICATE : FIRST_SEEN) ? 0 : 1;
            }
        }
        return lost;
    }

    private void runAndKill(Durability durability, long memoryBytes, long batches, int millis) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Marker.class.getName(),
                        directory.toString(),
                        durability.toString(),
                        Long.toString(memoryBytes)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = process.inputReader()) {
            assertEquals("ready", output.readLine());
            while (oracle(directory).getLong(0) < batches) {
                assertFalse(process.waitFor(10, TimeUnit.MILLISECONDS), "it ended by itself");
            }
            process.waitFor(millis, TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "it was killed");
        }
    }
}
