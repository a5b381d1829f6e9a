package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A directory of results: found writable before anything is measured, and there with all its files or not at all. */
final class ReportDirectory implements AutoCloseable {
    private final Path directory;
    private final BenchDirectory unfinished;

    private ReportDirectory(Path directory, BenchDirectory unfinished) {
        this.directory = directory;
        this.unfinished = unfinished;
    }

    /**
     * Makes the directory's place ready.
     *
     * @throws BenchException if something is there already, or nothing can be made there
     */
    static ReportDirectory at(String option, Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        if (Files.exists(absolute)) {
            throw BenchException.usage(option + " " + directory + " exists already; name a directory that does not");
        }
        Path unfinished = absolute.resolveSibling(
                absolute.getFileName() + "." + ProcessHandle.current().pid() + ".unfinished");
        try {
            return new ReportDirectory(absolute, BenchDirectory.create(unfinished));
        } catch (IOException e) {
            throw BenchException.usage(option + " " + directory + " cannot be made (" + e
                    + "); name one in a directory that exists and can be written to");
        }
    }

    /** A file of the directory, where it is until the directory is complete. */
    Path file(String name) {
        return unfinished.path().resolve(name);
    }

    /** Gives the directory its name. */
    void complete() {
        try {
            Files.move(unfinished.path(), directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw BenchException.failed("cannot make " + directory + " (" + e + "), has another run just made it?");
        }
    }

    /** Deletes what was not completed. */
    @Override
    public void close() {
        unfinished.close();
    }
}
