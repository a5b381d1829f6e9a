package io.github.dedupkit.rocksdb;

import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.rocksdb.RocksDbDeduplicationStore.Durability;
import io.github.dedupkit.testkit.DurableFixture;
import io.github.dedupkit.testkit.StoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory that outlives its store. A crash ends the store without what a close writes. */
final class RocksDbFixture implements DurableFixture {
    static final KeySpace KEYS = KeySpace.trusted("dedupkit/contract");
    private static final long MEMORY_BYTES = 16 << 20;

    private final StoreConfig config;
    private final Durability durability;
    private final Path directory;
    private @Nullable RocksDbDeduplicationStore open;

    RocksDbFixture(StoreConfig config, Durability durability, Path parent) {
        this.config = config;
        this.durability = durability;
        try {
            directory = Files.createTempDirectory(parent, "store");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RocksDbDeduplicationStore.Builder builder(Path directory, Retention retention) {
        return RocksDbDeduplicationStore.builder(directory, KEYS, retention).memoryBytes(MEMORY_BYTES);
    }

    static Retention retention(int windowSeconds, int latenessSeconds, int skewSeconds) {
        return Retention.builder(Duration.ofSeconds(windowSeconds))
                .lateness(Duration.ofSeconds(latenessSeconds))
                .tick(Duration.ofSeconds(1))
                .futureSkew(Duration.ofSeconds(skewSeconds))
                .build();
    }

    @Override
    public RocksDbDeduplicationStore open() {
        RocksDbDeduplicationStore store = builder(directory, config.retention())
                .durability(durability)
                .clock(config.clock())
                .listener(config.listener())
                .build();
        open = store;
        return store;
    }

    @Override
    public void crash() {
        if (open != null) {
            open.die();
        }
    }

    @Override
    public void damage(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Path> files = files(directory);
        Path hit = files.get(random.nextInt(files.size()));
        try {
            byte[] bytes = Files.readAllBytes(hit);
            if (bytes.length > 0) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                Files.write(hit, bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files of a store, in order of their names. */
    static List<Path> files(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Override
    public void close() {
        crash();
        try {
            if (Files.exists(directory)) {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
