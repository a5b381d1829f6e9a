package io.github.dedupkit.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts the JVMs of a gate run: head's benchmarks against either build of the library. */
final class GateForks implements GateMeter {
    /** A fork takes a second or two, on a busy machine many; one that hangs ends the run. */
    private static final long MOST_SECONDS = 180;

    /**
     * What makes forks alike on a busy machine: the compiler does its work before the benchmark goes on, and the heap is
     * there, in huge pages, before it begins.
     */
    private static final List<String> OPTIONS = List.of(
            "-Xbatch",
            "-XX:+UseSerialGC",
            "-Xms128m",
            "-Xmx128m",
            "-Xmn96m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseTransparentHugePages",
            "-XX:MaxDirectMemorySize=512m",
            "-XX:-UsePerfData",
            "-Djmh.ignoreLock=true");

    private final BenchDirectory directory;
    private final Map<GateSide, String> classPaths = new EnumMap<>(GateSide.class);

    /**
     * Copies what is to be run.
     *
     * @param directory for the copies and for what the last fork said
     * @param base the jars of the library before the change
     * @param head and with it
     */
    GateForks(BenchDirectory directory, List<Path> base, List<Path> head) throws IOException {
        this.directory = directory;
        List<Path> harness = GateClassPath.copy(GateClassPath.harness(), file("harness"));
        for (GateSide side : GateSide.values()) {
            List<Path> library = GateClassPath.copy(side == GateSide.BASE ? base : head, file(side.toString()));
            classPaths.put(
                    side,
                    Stream.concat(library.stream(), harness.stream())
                            .map(Path::toString)
                            .collect(Collectors.joining(File.pathSeparator)));
        }
    }

    @Override
    public Optional<GateFigures> measure(GateTiming timing, GateSide side) {
        Optional<List<String>> said = run(side, GateFork.class, timing.method);
        return said.map(lines -> GateFigures.parse(lines.stream()
                .filter(line -> line.startsWith(GateFork.PREFIX))
                .findFirst()
                .orElseThrow(() -> BenchException.failed(timing + " against " + side + " printed no figures"))
                .substring(GateFork.PREFIX.length())));
    }

    /** Counts; the base before the head, which is to read what it has written. */
    List<GateProbe.Line> count(GateSide side) {
        List<GateProbe.Line> lines =
                GateProbe.parse(run(side, GateProbe.class, directory.path().toString(), side.toString())
                        .orElse(List.of()));
        if (lines.isEmpty()) {
            throw BenchException.failed("nothing links against " + side + "; give a library of this project");
        }
        return lines;
    }

    /**
     * Runs a class of the harness.
     *
     * @return what it printed; empty if it says that it does not link
     */
    Optional<List<String>> run(GateSide side, Class<?> main, String... arguments) {
        String what = main.getSimpleName() + " " + String.join(" ", arguments) + " against " + side;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(List.of("-cp", classPaths.get(side), main.getName()));
        command.addAll(List.of(arguments));
        Path log = file("last-fork.log");
        try {
            int status = run(directory.start(
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile())));
            if (status == GateFork.UNLINKED) {
                return Optional.empty();
            }
            List<String> said = Files.readAllLines(log);
            if (status != 0) {
                throw BenchException.failed(what + " ended with exit code " + status + "; it said: "
                        + String.join(" / ", said.subList(0, Math.min(5, said.size()))));
            }
            return Optional.of(said);
        } catch (IOException e) {
            throw BenchException.failed(what + " could not be started: " + e);
        }
    }

    private Path file(String name) {
        return directory.path().resolve(name);
    }

    private static int run(Process fork) {
        try {
            if (fork.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                return fork.exitValue();
            }
            throw BenchException.failed("a fork has not ended within " + MOST_SECONDS
                    + " s, a quiet machine takes two; the library hangs, or the machine is far too busy");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BenchException.failed("interrupted");
        } finally {
            fork.destroyForcibly();
        }
    }
}
