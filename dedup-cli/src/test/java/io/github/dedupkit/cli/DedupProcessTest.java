package io.github.dedupkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process: exit codes, signals, pipes, devices and small heaps. */
@Timeout(600)
class DedupProcessTest {
    private static final Path FULL_DEVICE = Path.of("/dev/full");

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void killWhatIsLeft() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void exitCodes() throws Exception {
        Path file = Files.writeString(directory.resolve("in"), "a\na\n");
        assertEquals(0, run("filter", file.toString()));
        assertEquals("a\n", Files.readString(out()));
        assertEquals(1, run("filter", directory.toString()));
        assertEquals("", Files.readString(out()));
        assertEquals(2, run("filter", "--bogus"));
        assertEquals(2, run());
        assertEquals(0, run("--version"));
    }

    @Test
    void terminatedPrintsTotals() throws Exception {
        Process process = start(List.of(), "filter");
        BufferedReader output = feedAndAwait(process);
        process.toHandle().destroy(); // SIGTERM; Process.destroy would close the pipes as well
        requireTotals(process, output, 143);
    }

    @Test
    void interruptedPrintsTotals() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell to send SIGINT with");
        Process process = start(List.of(), "filter");
        BufferedReader output = feedAndAwait(process);
        assumeTrue(!ignoresInterrupts(process), "this build was started with SIGINT ignored, and so are its children");
        Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -INT " + process.pid()).start();
        processes.add(kill);
        assertEquals(0, kill.waitFor());
        requireTotals(process, output, 130);
    }

    /** The reader of a pipe goes away while there is more than a pipe holds. */
    @Test
    void closedPipe() throws Exception {
        Path file = manyLines(500_000);
        Process process = start(List.of(), "filter", file.toString());
        BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        assertEquals("line 0", output.readLine());
        output.close();
        assertEquals(141, process.waitFor());
        assertEquals("", Files.readString(err()));
    }

    /** A signal while the output is stuck: nobody reads the pipe. Ends, and does not claim a record's border. */
    @Test
    void terminatedWhileTheOutputIsStuck() throws Exception {
        Path file = manyLines(100_000);
        Process process = start(List.of(), "filter", file.toString());
        assertEquals('l', process.getInputStream().read());
        process.toHandle().destroy();
        assertEquals(143, process.waitFor());
        String said = Files.readString(err());
        assertTrue(said.startsWith("dedup: interrupted while writing") || said.startsWith("interrupted: read "), said);
    }

    @Test
    void fullDevice() throws Exception {
        assumeTrue(Files.isWritable(FULL_DEVICE), "/dev/full is a Linux device");
        Path file = Files.writeString(directory.resolve("in"), "a\nb\n");
        assertEquals(1, run(FULL_DEVICE, List.of(), "filter", file.toString()));
        assertTrue(
                Files.readString(err()).startsWith("dedup: cannot write to standard output: "),
                Files.readString(err()));
        assertTrue(Files.readString(err()).contains("incomplete: read "), Files.readString(err()));
        assertEquals(1, run(FULL_DEVICE, List.of(), "--help"));
        assertEquals(1, run(FULL_DEVICE, List.of(), "demo", "--events", "10000"));
    }

    /** What the shell has redirected is known by its file, under whatever name; neither file changes. */
    @Test
    void redirectedStreamsAreNeverTheSameFile() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/stdout")), "this system has no names for the standard streams");
        Path in = Files.writeString(directory.resolve("in"), "a\na\n");
        Path link = Files.createLink(directory.resolve("link"), in);
        assertEquals(
                2,
                finish(new ProcessBuilder(command(List.of(), "filter", in.toString()))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(link.toFile()))));
        assertTrue(
                Files.readString(err()).startsWith("dedup: standard output is also the input " + in),
                Files.readString(err()));
        assertEquals(
                2,
                finish(new ProcessBuilder(command(List.of(), "filter", "--rejects", link.toString()))
                        .redirectInput(in.toFile())
                        .redirectOutput(out().toFile())));
        assertTrue(
                Files.readString(err()).startsWith("dedup: --rejects " + link + " is also the input standard input"),
                Files.readString(err()));
        assertEquals(2, run(out(), List.of(), "filter", "--duplicates", out().toString(), in.toString()));
        assertTrue(
                Files.readString(err()).startsWith("dedup: --duplicates " + out() + " is also standard output"),
                Files.readString(err()));
        assertEquals("a\na\n", Files.readString(in));
    }

    /** More memory than the JVM may use is refused with the flag that allows it. */
    @Test
    void memoryBeyondTheJvmsLimit() throws Exception {
        Path file = manyLines(100);
        assertEquals(2, run(out(), List.of("-XX:MaxDirectMemorySize=8m"), "filter", "--memory=8m", file.toString()));
        Matcher refusal = Pattern.compile("dedup: --memory 8m is more than the 7864320 bytes that Java may use for it"
                        + " outside its heap; allow it with DEDUP_JAVA_OPTS=(-XX:MaxDirectMemorySize=\\d+m)\n")
                .matcher(Files.readString(err()));
        assertTrue(refusal.matches(), Files.readString(err()));
        assertEquals(0, run(out(), List.of(refusal.group(1)), "filter", "--memory=8m", file.toString()));
        for (String limit : List.of("2m", "8m", "20m")) {
            assertEquals(0, run(out(), List.of("-XX:MaxDirectMemorySize=" + limit), "filter", file.toString()));
        }
    }

    /** Distinct lines without end: stops before the heap is full, and what was written is right. */
    @Test
    void smallHeap() throws Exception {
        Path file = manyLines(200_000);
        assertEquals(1, run(out(), List.of("-Xmx32m"), "filter", "--store", "caffeine", file.toString()));
        String said = Files.readString(err());
        assertTrue(said.startsWith("dedup: there are more than "), said);
        assertTrue(said.contains("DEDUP_JAVA_OPTS=-Xmx8g"), said);
        List<String> written = Files.readAllLines(out());
        assertTrue(written.size() > 20_000, written.size() + " lines");
        for (int i = 0; i < written.size(); i++) {
            assertEquals("line " + i, written.get(i));
        }
    }

    @Test
    void aLineThatTheHeapCannotHold() throws Exception {
        Path file = directory.resolve("zeros");
        try (OutputStream zeros = Files.newOutputStream(file)) {
            zeros.write("a\nb\n".getBytes(UTF_8));
            for (int mib = 0; mib < 40; mib++) {
                zeros.write(new byte[1 << 20]);
            }
        }
        assertEquals(1, run(out(), List.of("-Xmx32m"), "filter", file.toString()));
        String said = Files.readString(err());
        assertTrue(said.startsWith("dedup: " + file + ": line 3 has more than "), said);
        assertTrue(said.contains("DEDUP_JAVA_OPTS=-Xmx8g"), said);
        assertEquals("a\nb\n", Files.readString(out()));
        assertEquals(0, run(out(), List.of("-Xmx256m"), "filter", file.toString()));
        assertEquals(Files.size(file), Files.size(out()));
    }

    @Test
    void aDirectoryAsStandardInput() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell to redirect with");
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "exec \"$@\" < /", "sh"));
        command.addAll(command(List.of(), "filter"));
        assertEquals(1, finish(new ProcessBuilder(command).redirectOutput(out().toFile())));
        assertTrue(Files.readString(err()).contains("standard input: "), Files.readString(err()));
    }

    @Test
    void demoInASmallHeap() throws Exception {
        assertEquals(0, run(out(), List.of("-Xmx96m"), "demo", "--events", "200000"));
        assertTrue(Files.readString(out()).contains("L  lost"), Files.readString(out()));
        assertEquals("", Files.readString(err()));
    }

    /** Gives three lines and a half, and reads what is written of them: now the process waits for more. */
    private BufferedReader feedAndAwait(Process process) throws IOException {
        BufferedWriter input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), UTF_8));
        input.write("a\nb\na\nunfinished");
        input.flush();
        BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        assertEquals("a", output.readLine());
        assertEquals("b", output.readLine());
        return output;
    }

    private void requireTotals(Process process, BufferedReader output, int code) throws Exception {
        assertEquals(code, process.waitFor());
        assertEquals(null, output.readLine(), "the unfinished line was written");
        assertEquals(
                "interrupted: read 3 = first 2 + replayed 0 + duplicate 1 + late 0 + rejected 0",
                Files.readString(err()).lines().findFirst().orElseThrow());
    }

    /** Linux tells; elsewhere nothing is known, and the test runs. */
    private static boolean ignoresInterrupts(Process process) throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.exists(status)) {
            return false;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("SigIgn:")) {
                return (Long.parseUnsignedLong(line.substring(7).trim(), 16) & 2) != 0;
            }
        }
        return false;
    }

    private Path manyLines(int count) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("line ").append(i).append('\n');
        }
        return Files.writeString(directory.resolve("many"), text);
    }

    private int run(String... arguments) throws Exception {
        return run(out(), List.of(), arguments);
    }

    private int run(Path output, List<String> options, String... arguments) throws Exception {
        return finish(new ProcessBuilder(command(options, arguments)).redirectOutput(output.toFile()));
    }

    private int finish(ProcessBuilder builder) throws Exception {
        Process process = builder.redirectError(err().toFile()).start();
        processes.add(process);
        process.getOutputStream().close();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "does not end");
        return process.exitValue();
    }

    private Process start(List<String> options, String... arguments) throws IOException {
        Process process = new ProcessBuilder(command(options, arguments))
                .redirectError(err().toFile())
                .start();
        processes.add(process);
        return process;
    }

    private static List<String> command(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(DedupMain.class.getName());
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private Path out() {
        return directory.resolve("stdout");
    }

    private Path err() {
        return directory.resolve("stderr");
    }
}
