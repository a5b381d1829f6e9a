package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * What this JVM runs, taken apart: our library, of which the gate has two builds, and the rest, which it has once. A fork
 * runs from copies, which no build replaces under it.
 */
final class GateClassPath {
    /** The modules of the library that are measured, each with a class of its own. */
    static final Map<String, Class<?>> MODULES =
            Map.of("dedup-api", DedupKey.class, "dedup-inmemory", CaffeineDeduplicationStore.class);

    private GateClassPath() {}

    /** The jars, or directories, of the library in this JVM. */
    static List<Path> library() {
        return MODULES.values().stream().map(GateClassPath::source).distinct().toList();
    }

    /** Everything else. */
    static List<Path> harness() {
        Set<Path> all = new LinkedHashSet<>();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            addWithManifest(Path.of(element).toAbsolutePath().normalize(), all);
        }
        all.removeAll(library());
        return List.copyOf(all);
    }

    /** The directory or jar that a class was loaded from. */
    static Path source(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(type + " comes from no file", e);
        }
    }

    /** A jar may name others, relative to itself. */
    private static void addWithManifest(Path element, Set<Path> all) {
        if (!Files.exists(element) || !all.add(element) || Files.isDirectory(element)) {
            return;
        }
        try (JarFile jar = new JarFile(element.toFile())) {
            Manifest manifest = jar.getManifest();
            String named =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (named != null) {
                for (String relative : named.trim().split(" +", -1)) {
                    URI other = element.toUri().resolve(relative);
                    addWithManifest(Path.of(other).normalize(), all);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(element + " on the class path is no jar that can be read", e);
        }
    }

    /**
     * Copies jars and directories into a new directory, away from what their manifests name.
     *
     * @return the copies
     */
    static List<Path> copy(List<Path> elements, Path into) throws IOException {
        Files.createDirectories(into);
        List<Path> copies = new ArrayList<>();
        for (Path element : elements) {
            Path to = into.resolve(copies.size() + "-" + element.getFileName());
            if (Files.isDirectory(element)) {
                Files.walkFileTree(element, new TreeCopier(element, to));
            } else {
                Files.copy(element, to);
            }
            copies.add(to);
        }
        return copies;
    }

    private static final class TreeCopier extends SimpleFileVisitor<Path> {
        private final Path from;
        private final Path to;

        TreeCopier(Path from, Path to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            Files.createDirectories(to.resolve(from.relativize(directory)));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
        }
    }
}
