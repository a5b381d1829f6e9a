package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is told to end leaves nothing: no process, no directory. */
class BenchDirectoryTest {
    /** What a shell says of a process that SIGTERM has ended. */
    private static final int TERMINATED = 128 + 15;

    @TempDir
    Path directory;

    @Test
    void memory() throws Exception {
        assertNothingIsLeft(1, "memory", "--tier", "fingerprint_narrow", "--keys", "5e7");
    }

    /** The memory's process has a server. */
    @Test
    void memoryOfAServer() throws Exception {
        HotPathServers.require(HotPathTier.REDIS_SADD);
        assertNothingIsLeft(2, "memory", "--tier", "redis_sadd", "--keys", "5e6");
    }

    @Test
    void coldstart() throws Exception {
        assertNothingIsLeft(1, "coldstart", "--tier", "wide", "--keys", "5e7", "--rounds", "1");
    }

    /** JMH starts the process. */
    @Test
    void hotPath() throws Exception {
        assertNothingIsLeft(1, "hot-path", "--tier", "fingerprint_narrow", "--retained", "3e6");
    }

    /** Within the day, which is first and has no process of its own. */
    @Test
    void quick() throws Exception {
        assertNothingIsLeft(0, "--quick", "--out", directory.resolve("out").toString());
    }

    /** While it counts. The jar names the classes of this build. */
    @Test
    void gate(@TempDir Path elsewhere) throws Exception {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        GateClassPath.library().stream()
                                .map(element -> element.toUri().toString())
                                .collect(Collectors.joining(" ")));
        Path jar = elsewhere.resolve("library.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        assertNothingIsLeft(1, "gate", "--base", jar.toString(), "--out", directory.toString());
    }

    @Test
    void gateRecord(@TempDir Path elsewhere) throws Exception {
        assertNothingIsLeft(
                1, "gate-record", "--out", elsewhere.resolve("pairs.csv").toString());
    }

    private void assertNothingIsLeft(int processes, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djmh.ignoreLock=true",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                BenchMain.class.getName()));
        command.addAll(List.of(arguments));
        Process run = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<ProcessHandle> descendants = new ArrayList<>();
        try {
            // All processes are there, and there is something to delete.
            BenchProcesses.await(
                    () -> !run.isAlive() || (run.descendants().count() >= processes && !names().isEmpty()));
            assertTrue(run.isAlive(), "it ended by itself");
            run.descendants().forEach(descendants::add);
            run.destroy();
            assertTrue(run.waitFor(1, TimeUnit.MINUTES), "it does not end");
            assertEquals(TERMINATED, run.exitValue());
            assertEquals(
                    List.of(),
                    descendants.stream().filter(ProcessHandle::isAlive).toList());
            assertEquals(List.of(), names());
        } finally {
            descendants.forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
    }

    private List<String> names() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void itGoesWhenClosed() throws IOException {
        Path path;
        try (BenchDirectory made = BenchDirectory.temporary()) {
            path = made.path();
            Files.createFile(Files.createDirectory(path.resolve("inner")).resolve("file"));
        }
        assertFalse(Files.exists(path));
    }
}
