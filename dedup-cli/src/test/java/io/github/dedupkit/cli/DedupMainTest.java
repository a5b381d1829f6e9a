package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

/** Arguments, help and version. */
class DedupMainTest {
    static Stream<Arguments> refused() {
        return Stream.of(
                arguments(List.of("--bogus"), "Unknown option: '--bogus'", "Try 'dedup --help'."),
                arguments(List.of("fliter"), "Unmatched argument at index 0: 'fliter'", "Try 'dedup --help'."),
                arguments(List.of("filter", "--quite"), "Unknown option: '--quite'", "Try 'dedup filter --help'."),
                arguments(List.of("filter", "-qx"), "Unknown option: '-x'", "Try 'dedup filter --help'."),
                arguments(List.of("demo", "--events"), "Missing required parameter", "Try 'dedup demo --help'."),
                arguments(List.of("demo", "--events=few"), "'few' is not an int", "Try 'dedup demo --help'."),
                arguments(List.of("demo", "--events=9999"), "--events 9999 is out of bounds; give 10000 to", ""),
                arguments(List.of("demo", "--events=20000001"), "is out of bounds; give 10000 to 20000000", ""));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void badUsageIsToldWithAHint(List<String> arguments, String message, String hint) {
        Run run = Run.dedup("", arguments.toArray(new String[0]));
        assertEquals(2, run.code());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("dedup: "), run.err());
        assertTrue(run.err().contains(message), run.err());
        assertTrue(run.err().contains(hint), run.err());
    }

    @Test
    void noArgumentsIsBadUsageAndShowsHelp() {
        Run run = Run.dedup("");
        assertEquals(2, run.code());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("Usage: dedup "), run.err());
        assertTrue(run.err().contains("filter") && run.err().contains("demo"), run.err());
    }

    static Stream<Arguments> helps() {
        return Stream.of(
                arguments(List.of("--help"), List.of("filter", "demo", "Exit codes", "69", "141", "DEDUP_JAVA_OPTS")),
                arguments(
                        List.of("filter", "--help"),
                        List.of("-q, --quiet", "\\n is put", " 0 ", " 1 ", " 2 ", "70", "130", "143", "141")),
                arguments(List.of("filter", "-h", "file"), List.of("Usage: dedup filter")),
                arguments(List.of("demo", "--help"), List.of("--events", "--seed", "500000", "Exit codes")));
    }

    @ParameterizedTest
    @MethodSource("helps")
    void helpIsData(List<String> arguments, List<String> contents) {
        Run run = Run.dedup("", arguments.toArray(new String[0]));
        assertEquals(0, run.code());
        assertEquals("", run.err());
        for (String content : contents) {
            assertTrue(run.out().contains(content), content + " is missing in " + run.out());
        }
        assertTrue(run.out().lines().allMatch(line -> line.length() <= 80), run.out());
    }

    /** A line that picocli would wrap does not stand in the help as it was written. */
    @Test
    void footersAreNotWrapped() {
        requireFooter(DedupCommand.class, "--help");
        requireFooter(FilterCommand.class, "filter", "--help");
        requireFooter(DemoCommand.class, "demo", "--help");
    }

    private static void requireFooter(Class<?> command, String... arguments) {
        List<String> help = Run.dedup("", arguments).out().lines().toList();
        String[] footer = command.getAnnotation(Command.class).footer();
        assertTrue(footer.length > 0);
        for (String line : footer) {
            assertTrue(help.contains(line), line + " is not a line of " + help);
        }
    }

    @Test
    void versionNamesTheJava() {
        for (String[] arguments : new String[][] {{"--version"}, {"filter", "-V"}, {"demo", "--version"}}) {
            Run run = Run.dedup("", arguments);
            assertEquals(0, run.code());
            assertTrue(run.out().startsWith("dedup "), run.out());
            assertTrue(run.out().contains("Java " + System.getProperty("java.version")), run.out());
        }
    }

    @Test
    void helpThatCannotBeWrittenIsAFailure() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        StandardStreams streams =
                new StandardStreams(new ByteArrayInputStream(new byte[0]), full, Run.printStream(err));
        assertEquals(1, DedupMain.run(streams, "--help"));
        assertTrue(Run.text(err).startsWith("dedup: cannot write to standard output"), Run.text(err));
    }

    /** Names that picocli could take for something else; with and without the way around picocli. */
    @Test
    void strangeFileNames(@TempDir Path directory) throws IOException {
        for (String name : List.of("@args", "a b", "'quoted'", "-dash", "a,b")) {
            Path file = Files.writeString(directory.resolve(name), "x\nx\n");
            assertEquals("x\n", Run.dedup("", "filter", file.toString()).out(), name);
            assertEquals("x\n", Run.dedup("", "filter", "--", file.toString()).out(), name);
        }
    }
}
