package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories that a run makes for itself. */
final class BenchFiles {
    private BenchFiles() {}

    /** A new directory where the JVM keeps its temporary files. */
    static Path temporary() {
        try {
            return Files.createTempDirectory("dedup-bench");
        } catch (IOException e) {
            throw BenchException.failed("cannot make a directory in " + System.getProperty("java.io.tmpdir") + " (" + e
                    + "); free some room there");
        }
    }

    /** The bytes of all files in a directory. */
    static long bytes(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a directory and all that is in it. */
    static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
