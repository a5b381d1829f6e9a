package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a person sees of a run, and what the system says of it. */
class BenchProgressTest {
    @Test
    void theBarIsDrawnAndRemoved() {
        ByteArrayOutputStream drawn = new ByteArrayOutputStream();
        try (BenchProgress progress =
                BenchProgress.on(new PrintStream(drawn, true, StandardCharsets.UTF_8), 4_000_000)) {
            progress.at(1_000_000);
        }
        String text = drawn.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("25%"), text);
        assertTrue(text.contains("1/4M"), text);
        assertTrue(text.endsWith("\r" + " ".repeat(79) + "\r"), text);
    }

    @Test
    void thePeakIsReadWhereThereIsOne() {
        assertEquals(
                OptionalLong.of(1_048_576),
                BenchMemory.bytes(List.of("Name:\tjava", "VmPeak:\t 9999999 kB", "VmHWM:\t    1024 kB"), "VmHWM:"));
        assertEquals(OptionalLong.empty(), BenchMemory.bytes(List.of("Name:\tjava"), "VmHWM:"));
        boolean known = Files.exists(Path.of("/proc/self/status"));
        assertEquals(known, BenchMemory.peakBytes().orElse(0) > 10_000_000);
    }
}
