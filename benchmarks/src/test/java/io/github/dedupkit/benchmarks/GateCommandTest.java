package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateCommandTest {
    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    @TempDir
    Path directory;

    private int gate(String... arguments) {
        return BenchMain.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    private void usage(String message, String... arguments) {
        assertEquals(GateResult.USAGE, gate(arguments), err.toString());
        assertTrue(err.toString().contains(message), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void aBaseIsRequired() {
        usage("--base=REV|JAR", "gate");
    }

    @Test
    void optionsThatAreNone() {
        usage("--fast", "gate", "--base", "HEAD", "--fast");
    }

    @Test
    void aBudgetIsADuration() {
        usage("--budget six is no duration", "gate", "--base", "HEAD", "--budget", "six");
    }

    @Test
    void aThresholdIsAShare() {
        usage("--threshold 5.0 is out of bounds", "gate", "--base", "HEAD", "--threshold", "5");
    }

    @Test
    void aBaseThatIsNothing() throws IOException {
        usage(
                "--base no-such-revision is neither a jar",
                "gate",
                "--base",
                "no-such-revision",
                "--out",
                directory.toString());
        assertFalse(Files.exists(directory.resolve("gate.json")));
    }

    @Test
    void anOutThatCannotBeWritten() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        usage("--out " + file, "gate", "--base", "HEAD", "--out", file.toString());
    }

    @Test
    void aBaseThatIsNoLibraryCannotBeRun() throws IOException {
        Path empty = directory.resolve("dedup-empty.jar");
        new JarOutputStream(Files.newOutputStream(empty), new Manifest()).close();
        Files.writeString(directory.resolve("gate.json"), "of an earlier run");
        assertEquals(
                GateResult.INVALID,
                gate("gate", "--base", empty.toString(), "--out", directory.toString(), "--budget", "1s"));
        assertTrue(err.toString().contains("nothing links against base"), err.toString());
        assertFalse(Files.exists(directory.resolve("gate.json")));
        try (var left = Files.list(directory)) {
            assertEquals(List.of(empty), left.toList());
        }
    }

    @Test
    void aRevisionThatDoesNotBuild() throws Exception {
        Path repository = Files.createDirectory(directory.resolve("repository"));
        Files.writeString(repository.resolve("pom.xml"), "<project>this is not a project</project>");
        git(repository, "init", "-q");
        git(repository, "add", "pom.xml");
        git(repository, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "-m", "broken");
        Path work = Files.createDirectory(directory.resolve("work"));
        BenchException refusal;
        try (BenchDirectory run = BenchDirectory.in(work)) {
            GateLibrary library = new GateLibrary(repository, work, run);
            refusal = assertThrows(BenchException.class, () -> library.find("--base", "HEAD"));
        }
        assertEquals(BenchException.FAILED, refusal.exitCode());
        assertTrue(String.valueOf(refusal.getMessage()).contains("does not build, see "), refusal.getMessage());
        try (var left = Files.list(work)) {
            assertTrue(left.allMatch(path -> path.toString().endsWith(".log")), "sources were left behind");
        }
    }

    private static void git(Path repository, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        assertEquals(
                0,
                new ProcessBuilder(command)
                        .directory(repository.toFile())
                        .inheritIO()
                        .start()
                        .waitFor());
    }

    @Test
    void jarsAreFoundAsFilesAndInDirectories() throws IOException {
        Path jar = Files.createFile(directory.resolve("one.jar"));
        Path libraries = Files.createDirectory(directory.resolve("lib"));
        Path api = Files.createFile(libraries.resolve("dedup-api-1.jar"));
        Files.createFile(libraries.resolve("dedup-api-1-sources.jar"));
        Files.createFile(libraries.resolve("guava-1.jar"));
        try (BenchDirectory run = BenchDirectory.in(directory)) {
            GateLibrary library = new GateLibrary(directory, directory, run);
            assertEquals(List.of(jar, api), library.find("--base", jar + File.pathSeparator + libraries));
        }
    }

    @Test
    void aRealForkAgainstTheRealLibrary() throws IOException {
        List<Path> library = GateClassPath.library();
        try (BenchDirectory run = BenchDirectory.in(directory)) {
            GateForks forks = new GateForks(run, library, List.of());
            Optional<GateFigures> hashing = forks.measure(GateTiming.KEY_HASHING, GateSide.BASE);
            assertTrue(hashing.orElseThrow().least() > 1, hashing.toString());
            assertTrue(hashing.get().least() <= hashing.get().median(), hashing.toString());
            assertEquals(Optional.empty(), forks.measure(GateTiming.KEY_HASHING, GateSide.HEAD));
            assertTrue(forks.measure(GateTiming.CONTROL, GateSide.HEAD).isPresent(), "the control needs no library");
        }
    }

    @Test
    void recordsRoundsAndEvaluatesThem() throws IOException {
        assertEquals(
                BenchException.USAGE,
                gate(
                        "gate-record",
                        "--rounds",
                        "0",
                        "--out",
                        directory.resolve("x").toString()));
        Path file = directory.resolve("pairs.csv");
        GateRecordCommand recorder = new GateRecordCommand();
        recorder.rounds = 40;
        long[] turn = {0};
        try (var csv = Files.newBufferedWriter(file)) {
            recorder.record(
                    (timing, side) -> {
                        double time = 100 + turn[0]++ * 7 % 3;
                        return Optional.of(new GateFigures(time, time, time, time));
                    },
                    csv);
        }
        assertEquals(
                GateResult.OK,
                gate("gate-evaluate", file.toString(), "--runs", "40", "--recordings", "3"),
                err::toString);
        assertTrue(out.toString().contains("40 recorded rounds; blocks of 8"), out.toString());
        Files.writeString(file, "not,a,recording\n");
        assertEquals(BenchException.USAGE, gate("gate-evaluate", file.toString()));
    }

    /** Both are refused before anything is measured, and the first recording stays. */
    @Test
    void whereARecordingCannotBe() throws IOException {
        Path first = Files.writeString(directory.resolve("first.csv"), "an hour's work");
        Path nowhere = directory.resolve("none").resolve("pairs.csv");
        BenchCommands.assertRefused("--out " + first + " cannot be made", "gate-record", "--out", first.toString());
        BenchCommands.assertRefused("--out " + nowhere + " cannot be made", "gate-record", "--out", nowhere.toString());
        BenchCommands.assertRefused(nowhere + " cannot be read", "gate-evaluate", nowhere.toString());
        assertEquals("an hour's work", Files.readString(first));
    }

    @Test
    void whatCannotBeEvaluated() throws IOException {
        String file = Files.writeString(directory.resolve("empty.csv"), GateSample.HEADER + "\n")
                .toString();
        BenchCommands.assertRefused("--block 8 does not fit 0 recorded rounds", "gate-evaluate", file);
        BenchCommands.assertRefused("--threshold 5.0 is out of bounds", "gate-evaluate", file, "--threshold", "5");
    }
}
