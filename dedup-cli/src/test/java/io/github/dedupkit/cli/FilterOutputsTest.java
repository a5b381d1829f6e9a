package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where {@code dedup filter} puts what it does not keep, and which files it will not write to. */
@Timeout(60)
class FilterOutputsTest {
    private static final Path FULL_DEVICE = Path.of("/dev/full");

    @TempDir
    Path directory;

    @Test
    void duplicatesGoToTheirFileInOrder() throws IOException {
        Path duplicates = Files.writeString(directory.resolve("duplicates"), "from an earlier run\n".repeat(9));
        Run run = Run.dedup("a\nb\na\r\nc\nb\na", "filter", "--duplicates", duplicates.toString());
        assertEquals("a\nb\nc\n", run.out());
        assertEquals("a\r\nb\na", Files.readString(duplicates));
        assertTrue(run.err().startsWith("read 6 = first 3 + replayed 0 + duplicate 3 + late 0 + rejected 0"));
    }

    @Test
    void lateRecordsAreKeptUnlessDiverted() throws IOException {
        String records = "a,100\nb,5000\ne,5000\nf,5001\nc,100\na,100\nd,5000\n";
        List<String> options = List.of("--delimiter=,", "--key=1", "--time=2", "--time-format=epoch-s", "--window=1h");
        Run kept = Run.dedup(records, commandLine(options));
        assertEquals(records, kept.out());
        assertTrue(kept.err().startsWith("read 7 = first 5 + replayed 0 + duplicate 0 + late 2"), kept.err());
        Path late = directory.resolve("late");
        Run diverted = Run.dedup(records, commandLine(options, "--late=" + late));
        assertEquals("a,100\nb,5000\ne,5000\nf,5001\nd,5000\n", diverted.out());
        assertEquals("c,100\na,100\n", Files.readString(late));
        Run csv = Run.dedup("k,t\n" + records, commandLine(options, "--format=csv", "--late=" + late));
        assertEquals("k,t\n" + diverted.out(), csv.out());
        assertEquals("k,t\nc,100\na,100\n", Files.readString(late));
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                arguments("lines", "a,1\nb\na,2\n", "a,1\n", 2, "b\n", "--delimiter=, --key=2 --key=1"),
                arguments("csv", "id,n\na,1\nb\na,2\n", "id,n\na,1\n", 3, "b\n", "--key=n"),
                arguments("ndjson", "{\"n\":1}\n{\"m\":1}\n{\"n\":2}\n", "{\"n\":1}\n", 2, "{\"m\":1}\n", "--key=/n"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedRecordEndsTheRunUnlessSetAside(
            String format, String records, String before, int line, String bad, String options) throws IOException {
        Path in = Files.writeString(directory.resolve("in"), records);
        List<String> all = List.of(("--format=" + format + " " + options).split(" "));
        Run ended = Run.dedup("", commandLine(all, in.toString()));
        assertEquals(1, ended.code());
        assertEquals(before, ended.out());
        assertTrue(ended.err().startsWith("dedup: " + in + ":" + line + ": "), ended.err());
        assertTrue(ended.err().contains("; mend it, or set such records aside with --rejects FILE"), ended.err());
        assertTrue(ended.err().contains("incomplete: read 1 = first 1"), ended.err());

        Path rejects = directory.resolve("rejects");
        Run aside = Run.dedup("", commandLine(all, "--rejects=" + rejects, in.toString()));
        assertEquals(0, aside.code());
        assertEquals(records.replace(bad, ""), aside.out());
        String[] parts = Files.readString(rejects).split("\t", 3);
        assertEquals(in + ":" + line, parts[0]);
        assertEquals(bad, parts[2]);
        assertTrue(ended.err().contains(": " + parts[1] + "; mend it"), parts[1]);
        long records3 = records.lines().count() - (format.equals("csv") ? 1 : 0);
        assertTrue(aside.err().startsWith("read " + records3 + " = "), aside.err());
        assertTrue(aside.err().lines().findFirst().orElseThrow().endsWith(" + rejected 1"), aside.err());
        assertTrue(aside.err().contains(records.length() + " bytes in"), aside.err());
    }

    @Test
    void theHeaderStandsOnceInEveryOutput() throws IOException {
        Path first = Files.writeString(directory.resolve("first"), "id,n\r\na,1\r\nb,2\r\n");
        Path second = Files.writeString(directory.resolve("second"), "id,n\na,3\nc,4");
        Path empty = Files.writeString(directory.resolve("empty"), "");
        Path headerOnly = Files.writeString(directory.resolve("header-only"), "id,n");
        Path duplicates = directory.resolve("duplicates");
        Run run = Run.dedup(
                "",
                "filter",
                "--format=csv",
                "--key=id",
                "--duplicates=" + duplicates,
                empty.toString(),
                headerOnly.toString(),
                first.toString(),
                second.toString());
        assertEquals(0, run.code(), run.err());
        assertEquals("id,n\na,1\r\nb,2\r\nc,4", run.out());
        assertEquals("id,n\na,3\n", Files.readString(duplicates));
        assertTrue(run.err().startsWith("read 4 = first 3"), run.err());
    }

    @Test
    void anotherHeaderIsRefusedAfterWhatCameBefore() throws IOException {
        Path first = Files.writeString(directory.resolve("first"), "id,n\na,1\n");
        Path second = Files.writeString(directory.resolve("second"), "n,id\n1,a\n");
        Run run = Run.dedup("", "filter", "--format=csv", first.toString(), second.toString());
        assertEquals(1, run.code());
        assertEquals("id,n\na,1\n", run.out());
        assertTrue(
                run.err()
                        .startsWith("dedup: " + second + ": its header is \"n,id\", and that of " + first
                                + " is \"id,n\"; give both the same columns, or filter them apart"),
                run.err());
        assertTrue(run.err().contains("incomplete: read 1 = first 1"), run.err());
    }

    /** Every way to name one file twice: nothing is opened, so nothing is emptied. */
    @Test
    void anInputIsNeverAnOutput() throws IOException {
        Path in = Files.writeString(directory.resolve("in"), "a\na\n");
        Path symbolic = Files.createSymbolicLink(directory.resolve("symbolic"), in);
        Path twice = Files.createSymbolicLink(directory.resolve("twice"), symbolic);
        Path hard = Files.createLink(directory.resolve("hard"), in);
        Path roundabout = directory.resolve(".").resolve("in");
        for (Path name : List.of(in, symbolic, twice, hard, roundabout)) {
            for (String option : List.of("--duplicates", "--rejects")) {
                Run run = Run.dedup("", "filter", option, name.toString(), in.toString());
                assertEquals(2, run.code());
                assertEquals(
                        "dedup: " + option + " " + name + " is also the input " + in
                                + ", which would be overwritten while it is read; name another file"
                                + System.lineSeparator(),
                        run.err());
            }
        }
        assertEquals("a\na\n", Files.readString(in));
    }

    @Test
    void outputsAreNeverOneFile() throws IOException {
        Path there = Files.writeString(directory.resolve("there"), "x");
        Path link = Files.createSymbolicLink(directory.resolve("link"), there);
        Path missing = directory.resolve("missing");
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), Path.of("missing"));
        for (Path[] pair : new Path[][] {{there, there}, {there, link}, {missing, missing}, {missing, dangling}}) {
            Run run = Run.dedup("a\n", "filter", "--duplicates", pair[0].toString(), "--rejects", pair[1].toString());
            assertEquals(2, run.code());
            assertTrue(
                    run.err()
                            .startsWith("dedup: --rejects " + pair[1] + " is also --duplicates " + pair[0]
                                    + ", and records of two kinds would mix; name another file"),
                    run.err());
        }
        assertEquals("x", Files.readString(there));
        assertFalse(Files.exists(missing));
    }

    @Test
    void theNullDeviceMayBeNamedTwice() {
        assumeTrue(Files.exists(Path.of("/dev/null")), "no /dev/null");
        Run run = Run.dedup("a\na\n", "filter", "-q", "--duplicates=/dev/null", "--rejects=/dev/null");
        assertEquals(new Run(0, "a\n", ""), run);
    }

    @Test
    void aDirectoryIsNoOutput() throws IOException {
        Path other = Files.writeString(directory.resolve("other"), "x");
        Run run = Run.dedup("a\n", "filter", "--duplicates=" + other, "--rejects=" + directory);
        assertEquals(1, run.code());
        assertTrue(run.err().startsWith("dedup: --rejects " + directory + " is a directory; name a file"), run.err());
        assertEquals("x", Files.readString(other));
    }

    @Test
    void aPlaceThatCannotBeWrittenToIsTold() throws IOException {
        Run run = Run.dedup("a\n", "filter", "--duplicates=" + directory.resolve("none/file"));
        assertEquals(1, run.code());
        assertEquals("", run.out());
        assertTrue(
                run.err().startsWith("dedup: --duplicates " + directory.resolve("none/file") + " cannot be made"),
                run.err());
        Path locked = Files.writeString(directory.resolve("locked"), "x");
        assertTrue(locked.toFile().setWritable(false));
        assumeFalse(Files.isWritable(locked), "this user may write every file");
        Run refused = Run.dedup("a\n", "filter", "--duplicates=" + locked);
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("may not be written by this user; change its mode"), refused.err());
    }

    /** A full disk under one output: the others hold all that was judged. */
    @Test
    void aFullDiskUnderOneOutputLeavesTheOthersWhole() throws IOException {
        assumeTrue(Files.isWritable(FULL_DEVICE), "/dev/full is a Linux device");
        Run run = Run.dedup("a\nb\na\n", "filter", "--duplicates=/dev/full");
        assertEquals(1, run.code());
        assertEquals("a\nb\n", run.out());
        assertTrue(run.err().startsWith("dedup: cannot write to /dev/full: "), run.err());
        assertTrue(run.err().contains("incomplete: read 3 = first 2 + replayed 0 + duplicate 1"), run.err());
    }

    private static String[] commandLine(List<String> options, String... more) {
        return Stream.of(List.of("filter"), options, List.of(more))
                .flatMap(List::stream)
                .toArray(String[]::new);
    }
}
