package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/** Directories and the room for them. */
final class BenchFiles {
    private BenchFiles() {}

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

    /**
     * Refuses what the disk with the temporary files has no room for.
     *
     * @param what takes the room: option, value and store
     * @throws BenchException if the disk has less left
     */
    static void requireRoom(String what, double bytes) {
        Path directory = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            long room = Files.getFileStore(directory).getUsableSpace();
            if (bytes > room) {
                throw BenchException.usage(String.format(
                        Locale.ROOT,
                        "%s takes about %,.0f MB of disk, and %s has %,d MB left; give fewer keys, or name a directory"
                                + " with room by DEDUP_JAVA_OPTS=-Djava.io.tmpdir=DIR",
                        what,
                        bytes / 1e6,
                        directory,
                        room / 1_000_000));
            }
        } catch (IOException e) {
            throw BenchException.failed("cannot ask for the room in " + directory + " (" + e
                    + "); name another directory by DEDUP_JAVA_OPTS=-Djava.io.tmpdir=DIR");
        }
    }

    /** Deletes a directory and all that is in it, if it is there. */
    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
