package io.github.dedupkit.inmemory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** A file that is replaced by a new one as a whole, or not at all, whenever the process dies or the power goes. */
final class ReplacedFile implements AutoCloseable {
    /*
     * The new content goes to a file of its own beside the old one, whose name no other writer uses. Its writer keeps
     * it locked, and a lock ends with its process: so whoever comes next can tell what a dead writer left, and
     * removes it.
     */
    private static final String SUFFIX = ".snapshot-tmp";

    private final Path file;
    private final Path directory;
    private final Path temporary;
    private final FileChannel channel;

    /**
     * Begins to replace a file, which need not exist.
     *
     * @throws IOException if no file can be made beside it
     */
    ReplacedFile(Path file) throws IOException {
        this.file = file.toAbsolutePath();
        Path parent = this.file.getParent();
        if (parent == null || Files.isDirectory(this.file)) {
            throw new FileSystemException(this.file.toString(), null, "is a directory; name a file in it");
        }
        directory = parent;
        removeAbandoned();
        temporary = Files.createTempFile(directory, prefix(), SUFFIX);
        channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            channel.close();
            throw new FileSystemException(temporary.toString(), null, "another process has locked it; try again");
        }
    }

    /** Where the new content goes. */
    FileChannel channel() {
        return channel;
    }

    /** Puts the new content, made durable before, in place of the old. */
    void commit() throws IOException {
        channel.force(true);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory();
    }

    /** Removes the new content unless it was committed. */
    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(temporary);
        } finally {
            channel.close();
        }
    }

    /** Makes the new name durable, where the system lets a directory be opened. */
    private void forceDirectory() throws IOException {
        FileChannel opened;
        try {
            opened = FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            return; // Windows, which needs no such thing
        }
        try (opened) {
            opened.force(true);
        }
    }

    private void removeAbandoned() throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, this::isTemporary)) {
            for (Path entry : entries) {
                removeIfAbandoned(entry);
            }
        }
    }

    private static void removeIfAbandoned(Path entry) throws IOException {
        try (FileChannel left = FileChannel.open(entry, StandardOpenOption.WRITE)) {
            if (tryLock(left) != null) {
                Files.deleteIfExists(entry);
            }
        } catch (NoSuchFileException | AccessDeniedException e) {
            // removed by its writer meanwhile, or another user's
        }
    }

    private boolean isTemporary(Path entry) {
        String name = String.valueOf(entry.getFileName());
        return name.startsWith(prefix())
                && name.endsWith(SUFFIX)
                && name.substring(prefix().length(), name.length() - SUFFIX.length())
                        .matches("\\d+");
    }

    private String prefix() {
        return "." + file.getFileName() + ".";
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // a writer in this process
        }
    }
}
