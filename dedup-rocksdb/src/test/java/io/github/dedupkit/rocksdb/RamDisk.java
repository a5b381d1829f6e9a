package io.github.dedupkit.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Puts a test's directory into memory where the system has a place for that. The contract makes thousands of stores and
 * marks by the ten thousand; a disk that is waited for shows nothing more, as nobody cuts the power.
 */
final class RamDisk implements TempDirFactory {
    private static final Path PLACE = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        return Files.isWritable(PLACE)
                ? Files.createTempDirectory(PLACE, "dedup-rocksdb")
                : Files.createTempDirectory("dedup-rocksdb");
    }
}
