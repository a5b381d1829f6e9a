package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import javax.management.JMException;
import javax.management.ObjectName;

/** What the tests of the fingerprint table share. */
final class FingerprintTables {
    /** One tick, in milliseconds. */
    static final long TICK = 1_000;

    /** A whole number of ticks: the start of 2026. */
    static final long START = 1_767_225_600_000L;

    private static final KeySpace KEYS = KeySpace.trusted("dedupkit/test");

    private FingerprintTables() {}

    static DedupKey key(long index) {
        return KEYS.key(index);
    }

    /** Origins that wide tables tell apart: up to half of what a tag can hold. */
    static long[] originsApart(int count) {
        BitSet tags = new BitSet();
        return LongStream.iterate(1, origin -> origin + 1)
                .filter(origin -> {
                    int tag = FingerprintTable.tag(origin);
                    boolean isNew = !tags.get(tag);
                    tags.set(tag);
                    return isNew;
                })
                .limit(count)
                .toArray();
    }

    /** A retention of so many ticks. */
    static Retention retention(int window, int lateness, int skew) {
        return Retention.builder(Duration.ofMillis(window * TICK))
                .lateness(Duration.ofMillis(lateness * TICK))
                .tick(Duration.ofMillis(TICK))
                .futureSkew(Duration.ofMillis(skew * TICK))
                .build();
    }

    /** The table in a store: a test of how it grows has to count its lines. */
    static LineTable tableOf(DeduplicationStore store) {
        try {
            Field field = store.getClass().getDeclaredField("table");
            field.setAccessible(true);
            return ((FingerprintTable) field.get(store)).open();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the store keeps its table elsewhere now", e);
        }
    }

    /** What this thread has allocated on the heap. */
    static long allocatedBytes() throws JMException {
        Object[] arguments = {Thread.currentThread().getId()};
        String[] types = {long.class.getName()};
        return (long) ManagementFactory.getPlatformMBeanServer()
                .invoke(new ObjectName("java.lang:type=Threading"), "getThreadAllocatedBytes", arguments, types);
    }

    /** Fails if so many hits have a chance below 1e-9 at so many expected ones, by Chernoff's bound. */
    static void assertNotAbove(double expected, long hits, String what) {
        boolean accident = hits <= expected || hits * Math.log(hits / expected) - hits + expected < Math.log(1e9);
        assertTrue(accident, what + ": " + hits + " are no accident where " + expected + " are expected");
    }

    /** Runs a main class in a JVM of its own, which must end well; returns what it printed. */
    static String fork(Path directory, Class<?> main, List<String> flags, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            int code = process.waitFor();
            String printed = Files.readString(output, StandardCharsets.UTF_8);
            assertEquals(0, code, command + " printed:\n" + printed);
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }

    /** What a thread does. */
    interface ThreadBody {
        void run(int thread) throws Exception;
    }

    /** Runs a body on several threads and rethrows what any of them threw. */
    static void onThreads(int threads, ThreadBody body) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                results.add(pool.submit(() -> {
                    body.run(thread);
                    return null;
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
