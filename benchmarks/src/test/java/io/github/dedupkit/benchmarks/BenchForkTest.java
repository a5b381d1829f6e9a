package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Other JVMs: what they print, how they fail, and how they are ended. */
class BenchForkTest {
    private static final String STARTED = "started";
    private static final String ENDED = "ended";

    /** Prints its options, or fails as it is asked to. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) {
            BenchFork.child(() -> switch (arguments[0]) {
                case "refuse" -> throw BenchException.failed("there is no " + arguments[1]);
                case "fill" -> String.valueOf(new byte[Integer.MAX_VALUE - 8].length);
                default -> System.getProperty("dedup.test") + " " + String.join(",", arguments);
            });
        }
    }

    /** Starts a process, and never ends; if asked to, it ends the process when it is told to end itself. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(System.getProperty("java.io.tmpdir"));
            Process process = new ProcessBuilder("sleep", "600").start();
            if (arguments[0].equals("gentle")) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    process.destroy();
                    assertDoesNotThrow(() -> Files.createFile(directory.resolve(ENDED)));
                }));
            }
            Path pid = Files.writeString(directory.resolve("pid"), String.valueOf(process.pid()));
            Files.move(pid, directory.resolve(STARTED), StandardCopyOption.ATOMIC_MOVE);
            process.waitFor();
        }
    }

    private static String run(String... arguments) throws InterruptedException {
        List<String> options = List.of("-Xmx32m", "-Ddedup.test=yes", "-XX:+ExitOnOutOfMemoryError");
        try (BenchDirectory directory = BenchDirectory.temporary()) {
            return BenchFork.run(directory, Echo.class, options, List.of(arguments));
        }
    }

    /** A JVM that has started a process is given the time to end it; one that does not care is not believed. */
    @ParameterizedTest
    @CsvSource({"gentle, true", "careless, false"})
    void aChildThatHasAChild(String manner, boolean ends) throws Exception {
        try (BenchDirectory directory = BenchDirectory.temporary()) {
            FutureTask<String> run =
                    new FutureTask<>(() -> BenchFork.run(directory, Parent.class, List.of(), List.of(manner)));
            Thread runner = new Thread(run);
            runner.start();
            Path started = directory.path().resolve(STARTED);
            BenchProcesses.await(() -> Files.exists(started) || run.isDone());
            assertFalse(run.isDone(), manner);
            ProcessHandle grandchild =
                    ProcessHandle.of(Long.parseLong(Files.readString(started))).orElseThrow();
            runner.interrupt();
            ExecutionException failure = assertThrows(ExecutionException.class, run::get);
            assertInstanceOf(InterruptedException.class, failure.getCause());
            assertEquals(ends, Files.exists(directory.path().resolve(ENDED)));
            BenchProcesses.await(() -> !grandchild.isAlive());
        }
    }

    /** A run that is given a server gives it to its JVMs. */
    @Test
    void theOptionsOfEveryJvm() {
        try (BenchDirectory directory = BenchDirectory.temporary()) {
            String tmpdir = "-Djava.io.tmpdir=" + directory.path();
            String before = System.setProperty(HotPathRedisServer.PROPERTY, "redis://there:1");
            try {
                assertEquals(List.of(tmpdir, "-Ddedup.bench.redis=redis://there:1"), BenchFork.options(directory));
            } finally {
                if (before == null) {
                    System.clearProperty(HotPathRedisServer.PROPERTY);
                } else {
                    System.setProperty(HotPathRedisServer.PROPERTY, before);
                }
            }
        }
    }

    @Test
    void whatItPrints() throws InterruptedException {
        assertEquals("yes a b,c", run("a b", "c"));
    }

    @Test
    void aRefusal() {
        BenchException refusal = assertThrows(BenchException.class, () -> run("refuse", "room"));
        assertEquals("Echo refuse room ended with exit code 1: there is no room", refusal.getMessage());
        assertEquals(BenchException.FAILED, refusal.exitCode());
    }

    @Test
    void noMemory() {
        String message = String.valueOf(
                assertThrows(BenchException.class, () -> run("fill")).getMessage());
        assertTrue(message.startsWith("Echo fill ended with exit code 3"), message);
        assertTrue(message.contains("OutOfMemoryError"), message);
    }
}
