package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** What the system knows of this process. */
final class BenchMemory {
    private static final String PEAK = "VmHWM:";
    private static final long KIB = 1 << 10;

    private BenchMemory() {}

    /** The most memory the process has had, in bytes; empty where the system is not Linux. */
    static OptionalLong peakBytes() {
        try {
            return peakBytes(Files.readAllLines(Path.of("/proc/self/status")));
        } catch (IOException | UnsupportedOperationException e) {
            return OptionalLong.empty();
        }
    }

    static OptionalLong peakBytes(List<String> status) {
        for (String line : status) {
            if (line.startsWith(PEAK) && line.endsWith(" kB")) {
                String kib = line.substring(PEAK.length(), line.length() - 3).trim();
                return OptionalLong.of(Long.parseLong(kib) * KIB);
            }
        }
        return OptionalLong.empty();
    }
}
