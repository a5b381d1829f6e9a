package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Other JVMs: what they print, and how they fail. */
class BenchForkTest {
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

    private static String run(String... arguments) throws InterruptedException {
        List<String> options = List.of("-Xmx32m", "-Ddedup.test=yes", "-XX:+ExitOnOutOfMemoryError");
        return BenchFork.run(Echo.class, options, List.of(arguments));
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
