package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process that dies, or a disk that is full, while a snapshot is written: there is the old file or the new one, whole. */
class SnapshotCrashTest {
    private static final int KILLS = 8;
    private static final int KEYS = 200_000;
    private static final int PER_SNAPSHOT = 100;

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameAFile() {
        file = directory.resolve("table.snapshot");
    }

    private static FingerprintDeduplicationStore.Builder builder() {
        Retention retention = FingerprintTables.retention(60, 10, 5);
        return FingerprintDeduplicationStore.builder(retention, KEYS).clock(new VirtualClock(START));
    }

    private static byte[] position(int marked) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(marked).array();
    }

    private static int position(FingerprintDeduplicationStore store) {
        return ByteBuffer.wrap(store.restoredPosition().orElseThrow()).getInt();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** Runs in a JVM of its own: marks, takes a snapshot, says so, until it is killed. */
    static final class Marker {
        private Marker() {}

        public static void main(String[] arguments) throws IOException {
            Path file = Path.of(arguments[0]);
            FingerprintDeduplicationStore store = Files.exists(file)
                    ? builder().restoreFrom(file).buildNarrow()
                    : builder().buildNarrow();
            int marked = Files.exists(file) ? position(store) : 0;
            while (true) {
                for (int i = 0; i < PER_SNAPSHOT; i++) {
                    store.markSeen(key(marked), START);
                    marked++;
                }
                store.snapshot(file, position(marked));
                System.out.println(marked);
            }
        }
    }

    @Test
    void aKilledProcessLeavesAWholeSnapshot() throws Exception {
        int acknowledged = 0;
        int leftovers = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged = runAndKill(acknowledged, 3 + 7 * kill, kill * 700_000L);
            leftovers += files().size() - 1;
            FingerprintDeduplicationStore store = builder().restoreFrom(file).buildNarrow();
            int marked = position(store);
            assertTrue(marked >= acknowledged, marked + " marks, and " + acknowledged + " were in a snapshot");
            for (int i = 0; i < marked; i++) {
                assertEquals(DUPLICATE, store.markSeen(key(i), START), "key " + i + " of " + marked);
            }
            assertEquals(FIRST_SEEN, store.markSeen(key(marked), START));
        }
        System.out.println("killed " + KILLS + " times, " + leftovers + " times in the middle of a snapshot");
        builder().restoreFrom(file).buildNarrow().snapshot(file, position(0));
        assertEquals(List.of(file), files(), "the next snapshot removes what a killed process has left");
    }

    /** Waits for so many snapshots and a bit, kills, and returns the last position acknowledged. */
    private int runAndKill(int acknowledged, int snapshots, long nanos) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Marker.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int last = acknowledged;
        try (BufferedReader printed =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < snapshots; i++) {
                last = Integer.parseInt(printed.readLine());
            }
            long until = System.nanoTime() + nanos;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            process.toHandle().destroyForcibly(); // unlike the process's own method it leaves what was printed
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "it was killed");
            for (String line = printed.readLine(); line != null; line = printed.readLine()) {
                last = Integer.parseInt(line);
            }
        } finally {
            process.destroyForcibly();
        }
        return last;
    }

    /** Runs in a JVM of its own, which may not write large files. */
    static final class Limited {
        private Limited() {}

        public static void main(String[] arguments) {
            FingerprintNearTier store = builder().buildWide();
            store.markSeen(key(1), START, 1);
            store.confirm(key(1), START, 1);
            IOException failure =
                    assertThrows(IOException.class, () -> store.snapshot(Path.of(arguments[0])), "the disk is full");
            assertEquals(FIRST_SEEN, store.markSeen(key(2), START, 1), "the store serves on");
            System.out.println(failure);
        }
    }

    /** The system refuses the write, as it does when the disk is full. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no limit on the size of a process's files")
    void aFullDiskLeavesTheOldSnapshotAndNoOther() throws Exception {
        builder().buildWide().snapshot(file);
        byte[] before = Files.readAllBytes(file);
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 2000 && exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-XX:-UsePerfData", "-Xshare:auto", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(Limited.class.getName(), file.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        assertTrue(printed.contains("File too large"), printed);
        assertArrayEquals(before, Files.readAllBytes(file));
        assertEquals(List.of(file), files());
    }

    @Test
    void anInterruptLeavesTheOldSnapshotAndNoOther() throws IOException {
        FingerprintNearTier store = builder().buildWide();
        store.snapshot(file);
        byte[] before = Files.readAllBytes(file);
        store.markSeen(key(1), START, 1);
        store.confirm(key(1), START, 1);
        Thread.currentThread().interrupt();
        assertThrows(ClosedByInterruptException.class, () -> store.snapshot(file));
        assertTrue(Thread.interrupted());
        assertArrayEquals(before, Files.readAllBytes(file));
        assertEquals(List.of(file), files());
        store.snapshot(file);
        assertEquals(DUPLICATE, builder().restoreFrom(file).buildWide().markSeen(key(1), START, 2));
    }

    /** Two stores that write one file do not write into each other's. */
    @Test
    void aWriterInTheSameProcessKeepsItsTemporaryFile() throws IOException {
        try (ReplacedFile first = new ReplacedFile(file);
                ReplacedFile second = new ReplacedFile(file)) {
            first.channel().write(ByteBuffer.wrap(new byte[] {1}));
            second.channel().write(ByteBuffer.wrap(new byte[] {2, 2}));
            second.commit();
            first.commit();
        }
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(file), "the last one to end");
        assertEquals(List.of(file), files());
    }

    @Test
    void filesOfOthersAreLeftAlone() throws IOException {
        Path others = directory.resolve(".table.snapshot.old.snapshot-tmp");
        Path abandoned = directory.resolve(".table.snapshot.123.snapshot-tmp");
        Files.write(others, new byte[1]);
        Files.write(abandoned, new byte[1]);
        builder().buildWide().snapshot(file);
        assertTrue(Files.exists(others));
        assertFalse(Files.exists(abandoned));
    }

    @Test
    void aDirectoryIsNotReplaced() {
        FingerprintNearTier store = builder().buildWide();
        FileSystemException refusal = assertThrows(FileSystemException.class, () -> store.snapshot(directory));
        assertTrue(String.valueOf(refusal.getMessage()).contains("is a directory; name a file in it"));
        assertThrows(IOException.class, () -> store.snapshot(directory.resolve("no/such/directory")));
    }
}
