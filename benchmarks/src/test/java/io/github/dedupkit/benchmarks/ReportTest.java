package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.dedupkit.benchmarks.ReportFigure.Better;
import io.github.dedupkit.benchmarks.ReportFigure.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures as text, Markdown and JSON, and the files that they go to. */
class ReportTest {
    private static final Source TABLE = new Source("memory", "table", "10 \"keys\" | all", "./dedup bench memory");
    private static final Source MAP = new Source("memory", "map", "10 keys", "./dedup bench memory");
    private static final List<ReportFigure> FIGURES = List.of(
            TABLE.figure("heap", 12.345, "bytes/key", Better.LOWER),
            TABLE.figure("measured", 1e-4, 5e-5, 2e-4, "per look-up", Better.LOWER),
            MAP.figure("heap", 168, "bytes/key", Better.LOWER));

    @TempDir
    Path directory;

    private static Report report() {
        return new Report(Instant.parse("2026-01-02T03:04:05Z"), 7, "./dedup bench", ReportEnvironment.now(), FIGURES);
    }

    @Test
    void text() {
        assertEquals(
                List.of(
                        "subject  setting          heap [bytes/key]       measured [per look-up]",
                        "table    10 \"keys\" | all              12.3  1.00e-04 (5.00e-05 to 2.00e-04)",
                        "map      10 keys                       168                                -"),
                ReportTable.text(FIGURES).lines().map(ReportTest::narrowed).toList());
    }

    /** The head of the last column is right-aligned to its widest cell. */
    private static String narrowed(String line) {
        return line.startsWith("subject") ? line.replaceAll(" {2,}measured", "       measured") : line;
    }

    @Test
    void numbers() {
        assertEquals("0", ReportTable.number(0));
        assertEquals("1.00", ReportTable.number(1));
        assertEquals("12.3", ReportTable.number(12.345));
        assertEquals("-12.3", ReportTable.number(-12.345));
        assertEquals("1,234,568", ReportTable.number(1_234_567.8));
        assertEquals("0.00123", ReportTable.number(0.0012345));
        assertEquals("1.23e-04", ReportTable.number(0.00012345));
        assertEquals("1.23e+09", ReportTable.number(1.2345e9));
        assertThrows(IllegalArgumentException.class, () -> MAP.figure("heap", Double.NaN, "bytes/key", Better.LOWER));
    }

    @Test
    void markdown() {
        List<String> lines = report().markdown().lines().toList();
        assertEquals("# Benchmarks of 2026-01-02T03:04:05Z", lines.get(0));
        assertTrue(lines.contains("`./dedup bench` took 7 seconds."));
        assertTrue(lines.contains("| suite | subject | setting | figure | value | unit | better | command |"));
        assertTrue(
                lines.contains("| memory | table | 10 \"keys\" \\| all | measured | 1.00e-04 (5.00e-05 to 2.00e-04) |"
                        + " per look-up | lower | `./dedup bench memory` |"));
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("- processors: ")));
    }

    /** As docs/benchmarks/README.md describes it. */
    @Test
    void json() throws IOException {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(report().json())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    names.add(parser.currentName());
                } else if (token.isScalarValue()) {
                    values.add(parser.getText());
                }
            }
        }
        assertEquals(List.of("schema", "started", "seconds", "command", "environment"), names.subList(0, 5));
        int figures = names.indexOf("figures");
        assertEquals(
                List.of("suite", "subject", "setting", "figure", "value", "unit", "better", "command"),
                names.subList(figures + 1, figures + 9));
        assertEquals(List.of("value", "low", "high", "unit"), names.subList(figures + 13, figures + 17));
        assertEquals(List.of("dedupkit-bench/1", "2026-01-02T03:04:05Z", "7", "./dedup bench"), values.subList(0, 4));
        assertTrue(values.contains("10 \"keys\" | all"));
        assertTrue(values.contains("12.345"));
    }

    @Test
    void theEnvironment() {
        Map<String, String> begun = ReportEnvironment.now().entries();
        assertEquals(String.valueOf(Runtime.getRuntime().availableProcessors()), begun.get("processors"));
        assertTrue(begun.containsKey("java") && begun.containsKey("os"), begun::toString);
        Map<String, String> ended = ReportEnvironment.now().ended().entries();
        assertEquals(begun.containsKey("load_before"), ended.containsKey("load_after"));
        assertTrue(ended.keySet().containsAll(begun.keySet()));
    }

    @Test
    void theRevision() throws Exception {
        assertEquals(Optional.empty(), ReportEnvironment.revision(directory.resolve("none")));
        Path sources = Files.createDirectory(directory.resolve("sources"));
        git(sources, "init", "-q");
        assertEquals(Optional.empty(), ReportEnvironment.revision(sources)); // no commit yet
        Files.writeString(sources.resolve("file"), "text");
        git(sources, "add", "file");
        git(sources, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "first");
        String clean = ReportEnvironment.revision(sources).orElseThrow();
        assertTrue(clean.matches("[0-9a-f]{40,64}"), clean);
        Files.writeString(sources.resolve("file"), "other text");
        assertEquals(
                clean + ", with changes", ReportEnvironment.revision(sources).orElseThrow());
    }

    private static void git(Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        Process git = new ProcessBuilder(command)
                .directory(directory.toFile())
                .inheritIO()
                .start();
        assertEquals(0, git.waitFor(), command::toString);
    }

    @Test
    void aDirectoryIsThereAtOnceOrNotAtAll() throws IOException {
        Path out = directory.resolve("out");
        try (ReportDirectory unfinished = ReportDirectory.at("--out", out)) {
            Files.writeString(unfinished.file("a"), "text");
            assertFalse(Files.exists(out));
        }
        assertEquals(List.of(), files());
        try (ReportDirectory finished = ReportDirectory.at("--out", out)) {
            Files.writeString(finished.file("a"), "text");
            finished.complete();
        }
        assertEquals(List.of(out), files());
        assertEquals("text", Files.readString(out.resolve("a")));
        BenchException refusal = assertThrows(BenchException.class, () -> ReportDirectory.at("--out", out));
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.endsWith(" exists already; name a directory that does not"), message);
        assertEquals(List.of(out), files());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
