package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Where figures were taken, as far as the machine tells. What it does not tell is left out. */
final class ReportEnvironment {
    /** The directory of the project, as the launcher knows it. */
    static final String ROOT = "dedup.root";

    private static final Path CPUS = Path.of("/proc/cpuinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final Path CGROUP = Path.of("/sys/fs/cgroup");
    private static final int GIT_SECONDS = 20;

    private final Map<String, String> entries = new LinkedHashMap<>();

    private ReportEnvironment() {}

    /** The machine, the JVM and the sources, at the beginning of a run. */
    static ReportEnvironment now() {
        ReportEnvironment found = new ReportEnvironment();
        found.put("cpu", lineOf(CPUS, "model name"));
        found.put("processors", Optional.of(String.valueOf(Runtime.getRuntime().availableProcessors())));
        found.put("memory", lineOf(MEMORY, "MemTotal"));
        found.put("os", Optional.of(property("os.name") + " " + property("os.version") + " " + property("os.arch")));
        found.put(
                "java",
                Optional.of(
                        property("java.vm.name") + " " + property("java.vm.version") + ", " + property("java.vendor")));
        found.put("container_cpu_max", text(CGROUP.resolve("cpu.max")));
        found.put("container_memory_max", text(CGROUP.resolve("memory.max")));
        found.put("transparent_huge_pages", text(HUGE_PAGES));
        found.put("glibc_tunables", Optional.ofNullable(System.getenv("GLIBC_TUNABLES")));
        found.put("revision", revision(Path.of(System.getProperty(ROOT, ""))));
        found.put("load_before", text(LOAD));
        return found;
    }

    /** The same, and what has changed since: to be called at the end of the run. */
    ReportEnvironment ended() {
        ReportEnvironment ended = new ReportEnvironment();
        ended.entries.putAll(entries);
        ended.put("load_after", text(LOAD));
        return ended;
    }

    /** Names and values, in the order in which they are told. */
    Map<String, String> entries() {
        return new LinkedHashMap<>(entries);
    }

    private void put(String name, Optional<String> value) {
        value.filter(text -> !text.isBlank()).ifPresent(text -> entries.put(name, text));
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> lineOf(Path file, String name) {
        return text(file)
                .flatMap(text -> text.lines()
                        .filter(line -> line.startsWith(name))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst());
    }

    /** The commit, and whether the working tree differs from it. */
    static Optional<String> revision(Path directory) {
        return git(directory, "rev-parse", "HEAD")
                .flatMap(commit -> git(directory, "status", "--porcelain")
                        .map(changes -> changes.isEmpty() ? commit : commit + ", with changes"));
    }

    private static Optional<String> git(Path directory, String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        try {
            Process git = new ProcessBuilder(command)
                    .directory(directory.toAbsolutePath().toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (InputStream output = git.getInputStream()) {
                String text = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
                return git.waitFor(GIT_SECONDS, TimeUnit.SECONDS) && git.exitValue() == 0
                        ? Optional.of(text)
                        : Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty(); // no git here
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
