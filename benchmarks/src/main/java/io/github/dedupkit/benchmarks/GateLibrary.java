package io.github.dedupkit.benchmarks;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the library that is given as jars, or builds it from a revision: the library's modules alone, in a directory of
 * its own, where nothing of the working tree or of its git data is touched.
 *
 * @param root the project's directory, and git's
 * @param work a directory for logs, and what was built before
 * @param run a directory within it, for sources
 */
record GateLibrary(Path root, Path work, BenchDirectory run) {
    private static final long MOST_MINUTES = 10;

    /**
     * Finds jars or builds them.
     *
     * @param option that names them, for messages
     * @param given files or directories of jars, or a revision
     * @throws BenchException a usage error if it is neither, a failure if the revision does not build
     */
    List<Path> find(String option, String given) throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String element : given.split(File.pathSeparator, -1)) {
            Path path = Path.of(element);
            if (Files.isDirectory(path)) {
                jars.addAll(jarsIn(path));
            } else if (Files.isRegularFile(path) && element.endsWith(".jar")) {
                jars.add(path);
            }
        }
        if (!jars.isEmpty()) {
            return jars;
        }
        return build(revision(option, given));
    }

    /** The library's own jars: those of others come with the benchmarks. */
    private static List<Path> jarsIn(Path directory) throws IOException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "dedup-*.jar")) {
            found.forEach(jars::add);
        }
        jars.removeIf(
                jar -> jar.toString().endsWith("-sources.jar") || jar.toString().endsWith("-javadoc.jar"));
        Collections.sort(jars);
        return jars;
    }

    private String revision(String option, String given) throws IOException {
        Path log = log("git");
        boolean named =
                run(log, root, "git", "rev-parse", "--verify", "--quiet", "--end-of-options", given + "^{commit}");
        List<String> said = Files.readAllLines(log);
        if (!named || said.isEmpty()) {
            throw BenchException.usage(
                    option + " " + given + " is neither a jar, nor a directory with dedup-*.jar, nor a"
                            + " revision that git knows in " + root + "; give one of them, such as origin/main");
        }
        return said.get(0);
    }

    /** Builds a revision, unless it was built before. */
    private List<Path> build(String revision) throws IOException {
        Path built = work.resolve("built").resolve(revision);
        if (!Files.isDirectory(built)) {
            Path sources = Files.createTempDirectory(run.path(), "sources-");
            Path log = log("build-" + revision);
            Path tar = sources.resolve("sources.tar");
            boolean done = run(log, root, "git", "archive", "--output", tar.toString(), revision)
                    && run(log, sources, "tar", "-xf", tar.toString())
                    && (maven(log, sources, "-o") || maven(log, sources, "-B"));
            if (!done) {
                throw BenchException.failed("the library of " + revision + " does not build, see " + log
                        + "; give another revision, or jars");
            }
            publish(sources, built);
        }
        return jarsIn(built);
    }

    /** First as if there were no network; a second time with it, if that was not enough. */
    private boolean maven(Path log, Path sources, String network) throws IOException {
        String modules = modulesIn(sources).collect(Collectors.joining(","));
        return run(
                log, sources, "mvn", "-B", "-ntp", "-q", network, "-Ddedup.launcher", "-pl", modules, "-am", "package");
    }

    /** A revision may be older than a module. */
    private static Stream<String> modulesIn(Path sources) {
        return GateClassPath.MODULES.keySet().stream()
                .filter(module -> Files.isDirectory(sources.resolve(module)))
                .sorted();
    }

    /** Whole or not at all. */
    private void publish(Path sources, Path built) throws IOException {
        Path next = Files.createTempDirectory(run.path(), "built-");
        for (String module : modulesIn(sources).toList()) {
            List<Path> jars = jarsIn(sources.resolve(module).resolve("target/launcher"));
            if (jars.size() != 1) {
                throw BenchException.failed("the build of " + module + " has left " + jars.size()
                        + " jars in target/launcher, expected one; give jars instead of a revision");
            }
            Files.copy(jars.get(0), next.resolve(module + ".jar"));
        }
        Files.createDirectories(built.getParent());
        Files.move(next, built);
    }

    private Path log(String name) throws IOException {
        return Files.createDirectories(work).resolve(name + ".log");
    }

    private boolean run(Path log, Path directory, String... command) throws IOException {
        Process process;
        try {
            process = run.start(new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.to(log.toFile()))
                    .redirectInput(Redirect.from(new File("/dev/null"))));
        } catch (IOException e) {
            throw BenchException.failed(
                    command[0] + " cannot be started (" + e.getMessage() + "); install it, or give jars");
        }
        try {
            if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
                throw BenchException.failed(
                        command[0] + " has not ended within " + MOST_MINUTES + " minutes, see " + log);
            }
            return process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BenchException.failed("interrupted");
        } finally {
            process.destroy();
        }
    }
}
