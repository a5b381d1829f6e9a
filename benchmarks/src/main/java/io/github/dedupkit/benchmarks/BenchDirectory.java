package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A directory that a run makes for itself. It goes, with all that is in it, when it is closed, and when this JVM is
 * told to end: then the processes that this JVM has started go first, for they may be writing there. One hook does
 * both, because hooks run side by side.
 */
final class BenchDirectory implements AutoCloseable {
    private final Lock lock = new ReentrantLock();
    private final Thread hook = new Thread(this::end, "end of a run");
    private final Path path;

    private BenchDirectory(Path path) {
        this.path = path;
    }

    /** A new one where the JVM keeps its temporary files. */
    static BenchDirectory temporary() {
        try {
            return watched(Files.createTempDirectory("dedup-bench"));
        } catch (IOException e) {
            throw BenchException.failed("cannot make a directory in " + System.getProperty("java.io.tmpdir") + " (" + e
                    + "); free some room there");
        }
    }

    /** A new one in a directory that can be written to. */
    static BenchDirectory in(Path parent) throws IOException {
        return watched(Files.createTempDirectory(parent, "run-"));
    }

    /**
     * A new one with a name.
     *
     * @throws IOException if it is there already, or cannot be made
     */
    static BenchDirectory create(Path path) throws IOException {
        return watched(Files.createDirectory(path));
    }

    private static BenchDirectory watched(Path path) {
        BenchDirectory directory = new BenchDirectory(path);
        try {
            Runtime.getRuntime().addShutdownHook(directory.hook);
        } catch (IllegalStateException e) {
            BenchFiles.delete(path);
            throw BenchException.failed("this run was told to end; give the command again");
        }
        return directory;
    }

    Path path() {
        return path;
    }

    /** Starts a process that works here. Once this JVM is told to end, no process starts any more. */
    Process start(ProcessBuilder builder) throws IOException {
        lock.lock();
        try {
            return builder.start();
        } finally {
            lock.unlock();
        }
    }

    /** Deletes the directory, unless it was given another name; to be called when no process works in it. */
    @Override
    public void close() {
        lock.lock();
        try {
            BenchFiles.delete(path);
        } finally {
            lock.unlock();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // This JVM is ending, and the hook finds nothing to do.
        }
    }

    /** Keeps the lock: a thread that wants it would go on with what is gone, and so waits for the end of the JVM. */
    @SuppressWarnings("LockNotBeforeTry")
    private void end() {
        lock.lock();
        ProcessHandle.current().children().forEach(BenchFork::end);
        try {
            BenchFiles.delete(path);
        } catch (UncheckedIOException e) {
            System.err.println("dedup: " + path + " could not be deleted (" + e.getCause() + "); delete it yourself");
        }
    }
}
