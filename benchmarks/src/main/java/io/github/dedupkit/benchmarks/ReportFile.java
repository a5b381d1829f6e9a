package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that a report goes to: found writable before anything is measured, and there at once or not at all. */
final class ReportFile {
    private final Path file;

    private ReportFile(Path file) {
        this.file = file;
    }

    /**
     * Makes sure that the file can be written, and leaves it as it is.
     *
     * @throws BenchException if it cannot
     */
    static ReportFile at(String option, Path file) {
        Path absolute = file.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            throw BenchException.usage(option + " " + file + " is a directory; name a file in it");
        }
        ReportFile found = new ReportFile(absolute);
        try {
            Files.deleteIfExists(Files.createFile(found.temporary()));
        } catch (IOException e) {
            throw BenchException.usage(
                    option + " " + file + " cannot be written (" + e + "); name a file in a directory that can");
        }
        return found;
    }

    private Path temporary() {
        return file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    }

    /**
     * Replaces the file.
     *
     * @throws BenchException if that fails; the file is as it was
     */
    void write(String text) {
        Path temporary = temporary();
        try {
            Files.writeString(temporary, text);
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw BenchException.failed("cannot write " + file + " (" + e + "); is the disk full?");
        }
    }
}
