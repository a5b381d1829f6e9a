package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a class of this program in a JVM of its own, so that nothing is measured that ran before. */
final class BenchFork {
    private static final int SECONDS_TO_END = 5;

    private BenchFork() {}

    /**
     * Waits for the end of the other JVM. Its standard error is this one's.
     *
     * @param main has a main method; it prints its result, or what went wrong, to standard output
     * @return what it printed
     * @throws BenchException if it ended with another exit code than 0, with what it printed last
     * @throws InterruptedException if this thread is interrupted; the other JVM is then ended
     */
    static String run(Class<?> main, List<String> jvmOptions, List<String> arguments) throws InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        String redis = System.getProperty(HotPathRedisServer.PROPERTY);
        if (redis != null) {
            command.add("-D" + HotPathRedisServer.PROPERTY + "=" + redis);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            return run(main.getSimpleName() + " " + String.join(" ", arguments), new ProcessBuilder(command));
        } catch (IOException e) {
            throw BenchException.failed("cannot start another JVM: " + e.getMessage());
        }
    }

    private static String run(String name, ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Thread end = new Thread(() -> end(process));
        Runtime.getRuntime().addShutdownHook(end); // a signal to this JVM alone would leave the other one behind
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.waitFor();
            if (code != 0) {
                String last = text.substring(text.lastIndexOf('\n') + 1);
                throw BenchException.failed(
                        name + " ended with exit code " + code + (last.isEmpty() ? "" : ": " + last));
            }
            return text;
        } finally {
            end(process);
            removeHook(end);
        }
    }

    /** Gives the other JVM time to end a server that it has started. */
    private static void end(Process process) {
        process.destroy();
        try {
            process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // This JVM is ending, and the hook runs.
        }
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
