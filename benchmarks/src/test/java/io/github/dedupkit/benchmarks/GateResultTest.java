package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

class GateResultTest {
    private static final GateInterval CHANGE = new GateInterval(Math.log(1.1), Math.log(1.08), Math.log(1.12));

    private static GateResult result(GateVerdict counted, GateVerdict timed, boolean invalid) {
        GateFinding count = new GateFinding("lost/narrow", "events", counted, 0, 12, null);
        GateFinding timing = new GateFinding("narrow-batch", "ns/event", timed, 40, 44, CHANGE);
        GateSample sample = new GateSample(0, GateTiming.CONTROL, GateSide.BASE, 1, new GateFigures(1, 2, 3, 4));
        GateRounds.Outcome timings = new GateRounds.Outcome(10, invalid, CHANGE, List.of(timing), List.of(sample));
        return new GateResult("a<b", "head", GateSettings.of(0.05), List.of(count), timings, 90);
    }

    @ParameterizedTest
    @CsvSource({
        "UNCHANGED, UNCHANGED, false, 0, OK",
        "IMPROVED, IMPROVED, false, 0, OK",
        "CHANGED, NOISY, false, 0, OK",
        "NEW, REMOVED, false, 0, OK",
        "UNCHANGED, REGRESSION, false, 1, REGRESSION",
        "REGRESSION, UNCHANGED, false, 1, REGRESSION",
        "UNCHANGED, REGRESSION, true, 2, INVALID",
        "UNCHANGED, UNCHANGED, true, 2, INVALID",
        "REGRESSION, UNCHANGED, true, 1, REGRESSION",
    })
    void exitCodes(GateVerdict counted, GateVerdict timed, boolean invalid, int code, String verdict) {
        GateResult result = result(counted, timed, invalid);
        assertEquals(code, result.exitCode());
        assertEquals(verdict, result.verdict());
        assertTrue(GateMarkdown.of(result).startsWith("## Performance gate: " + verdict + "\n"));
    }

    @Test
    void markdownShowsWhatHasChanged() {
        String text = GateMarkdown.of(result(GateVerdict.REGRESSION, GateVerdict.REGRESSION, false));
        assertTrue(
                text.contains("| narrow-batch | 40.0000 ns/event | 44.0000 ns/event |"
                        + " +10.0 % (+8.0 % to +12.0 %) | REGRESSION |"),
                text);
        assertTrue(text.contains("| lost/narrow | 0.00000 events | 12.0000 events |  | REGRESSION |"), text);
        assertTrue(text.contains("| 0 of 1 | | | | unchanged |"), text);
    }

    @Test
    void filesForPrograms(@TempDir Path directory) throws Exception {
        GateFiles.write(result(GateVerdict.UNCHANGED, GateVerdict.REGRESSION, false), directory);
        assertEquals(
                List.of(GateSample.HEADER, "0,control,base,1,1.000,2.000,3.000,4.000"),
                Files.readAllLines(directory.resolve("gate.csv")));
        try (JsonParser json =
                new JsonFactory().createParser(directory.resolve("gate.json").toFile())) {
            while (json.nextToken() != null) {} // well-formed
        }
        String json = Files.readString(directory.resolve("gate.json"));
        assertTrue(json.contains("\"exit_code\" : 1"), json);
        assertTrue(json.contains("\"worse_lower\" : 0.08"), json);
        Document junit = junit(directory);
        assertEquals(2, junit.getElementsByTagName("testcase").getLength());
        assertEquals(1, junit.getElementsByTagName("failure").getLength());
        assertEquals(0, junit.getElementsByTagName("error").getLength());
    }

    @Test
    void anInvalidRunFailsNoTimingAndPassesNone(@TempDir Path directory) throws Exception {
        GateFiles.write(result(GateVerdict.UNCHANGED, GateVerdict.REGRESSION, true), directory);
        Document junit = junit(directory);
        assertEquals(0, junit.getElementsByTagName("failure").getLength());
        assertEquals(1, junit.getElementsByTagName("error").getLength());
    }

    private static Document junit(Path directory) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(directory.resolve("gate-junit.xml").toFile());
    }

    @Test
    void aSampleIsReadAsItWasWritten() throws IOException {
        GateSample sample =
                new GateSample(17, GateTiming.CAFFEINE_BATCH, GateSide.HEAD, 2, new GateFigures(1.5, 2.25, 3, 4.125));
        assertEquals("17,caffeine-batch,head,2,1.500,2.250,3.000,4.125", sample.csv());
        assertEquals(sample, GateSample.parse(sample.csv()));
    }
}
