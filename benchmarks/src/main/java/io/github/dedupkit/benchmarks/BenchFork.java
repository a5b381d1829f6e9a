package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Runs a class of this program in a JVM of its own, so that nothing is measured that ran before. */
final class BenchFork {
    private static final int SECONDS_TO_END = 5;

    private BenchFork() {}

    /**
     * Waits for the end of the other JVM. Its standard error is this one's.
     *
     * @param directory where its temporary files go
     * @param main has a main method; it prints its result, or what went wrong, to standard output
     * @return what it printed
     * @throws BenchException if it ended with another exit code than 0, with what it printed last
     * @throws InterruptedException if this thread is interrupted; the other JVM is then ended
     */
    static String run(BenchDirectory directory, Class<?> main, List<String> jvmOptions, List<String> arguments)
            throws InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(options(directory));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            return run(directory, main.getSimpleName() + " " + String.join(" ", arguments), command);
        } catch (IOException e) {
            throw BenchException.failed("cannot run another JVM: " + e.getMessage());
        }
    }

    /** What every JVM of a run is given: its temporary files go with the run, and it knows the server. */
    static List<String> options(BenchDirectory directory) {
        String tmpdir = "-Djava.io.tmpdir=" + directory.path();
        String redis = System.getProperty(HotPathRedisServer.PROPERTY);
        return redis == null ? List.of(tmpdir) : List.of(tmpdir, "-D" + HotPathRedisServer.PROPERTY + "=" + redis);
    }

    private static String run(BenchDirectory directory, String name, List<String> command)
            throws IOException, InterruptedException {
        Path output = directory.path().resolve("output"); // no pipe: waiting for one cannot be interrupted
        Process process = directory.start(new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT));
        try {
            int code = process.waitFor();
            String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
            if (code != 0) {
                String last = text.substring(text.lastIndexOf('\n') + 1);
                throw BenchException.failed(
                        name + " ended with exit code " + code + (last.isEmpty() ? "" : ": " + last));
            }
            return text;
        } finally {
            end(process.toHandle());
        }
    }

    /** Gives a process time to end what it has started, such as a server; then ends by force what is left of both. */
    static void end(ProcessHandle process) {
        List<ProcessHandle> all =
                Stream.concat(Stream.of(process), process.descendants()).toList();
        process.destroy();
        try {
            process.onExit().get(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // By force, below.
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** Runs what a forked JVM is for; ends the JVM if it fails, with the reason as the last line of standard output. */
    static void child(Child child) {
        try {
            System.out.println(child.run());
        } catch (Exception e) {
            System.out.println(e instanceof BenchException ? e.getMessage() : e);
            System.exit(BenchException.FAILED);
        }
    }

    /** What a forked JVM is for. */
    @FunctionalInterface
    interface Child {
        /** Measures; returns what the parent is to read. */
        String run() throws Exception;
    }
}
