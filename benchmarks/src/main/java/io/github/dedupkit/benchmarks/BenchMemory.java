package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** What the system knows of this process and of the machine's memory. */
final class BenchMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MACHINE = Path.of("/proc/meminfo");
    private static final long KIB = 1 << 10;

    private BenchMemory() {}

    /** The most memory the process has had, in bytes; empty where the system is not Linux. */
    static OptionalLong peakBytes() {
        return read(STATUS, "VmHWM:");
    }

    /** The memory that the process has now, in bytes; empty where the system is not Linux. */
    static OptionalLong residentBytes() {
        return read(STATUS, "VmRSS:");
    }

    /** What the machine can still give, in bytes; empty where the system is not Linux. */
    static OptionalLong availableBytes() {
        return read(MACHINE, "MemAvailable:");
    }

    /**
     * Refuses what would drive the machine out of memory.
     *
     * @param what takes the memory: option, value and store
     * @throws BenchException if the machine has less left
     */
    static void requireAvailable(String what, double bytes) {
        OptionalLong available = availableBytes();
        if (available.isPresent() && bytes > available.getAsLong()) {
            throw BenchException.usage(String.format(
                    Locale.ROOT,
                    "%s takes about %,.0f MB of memory, and the machine has %,d MB left; give fewer keys or another store",
                    what,
                    bytes / 1e6,
                    available.getAsLong() / 1_000_000));
        }
    }

    private static OptionalLong read(Path file, String name) {
        try {
            return bytes(Files.readAllLines(file), name);
        } catch (IOException | UnsupportedOperationException e) {
            return OptionalLong.empty();
        }
    }

    /** The value on the line that begins with a name. */
    static OptionalLong bytes(List<String> lines, String name) {
        for (String line : lines) {
            if (line.startsWith(name) && line.endsWith(" kB")) {
                String kib = line.substring(name.length(), line.length() - 3).trim();
                return OptionalLong.of(Long.parseLong(kib) * KIB);
            }
        }
        return OptionalLong.empty();
    }
}
