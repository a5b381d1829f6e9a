package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyReportTest {
    private record Run(int code, String out, String err) {}

    private static Run bench(String arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = BenchMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.split(" ", -1));
        return new Run(code, out.toString(), err.toString());
    }

    @Test
    void aTableOfBatchSizeAgainstFillTimeAndLatency() {
        String text = report().markdown();
        List<String> lines = text.lines().toList();
        assertEquals("### TABLE at 1,000 events per second", lines.get(0));
        assertEquals(
                "| batch | fills in, µs | p50 | p90 | p99 | p99.9 | p99.99 | max | call p50 | call p99.9 | call max |",
                lines.get(2));
        assertEquals("|" + "---:|".repeat(11), lines.get(3));
        assertEquals("| 1 | 0.0 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 | 0.5 | 0.5 | 0.5 |", lines.get(4));
        assertTrue(lines.get(5).startsWith("| 16 | 15,000.0 | 1.0 | 1.0 | 1.0 | "), text);
        assertTrue(lines.get(5).endsWith(" | OVERLOADED"), text);
        assertEquals("### TABLE at 2,000 events per second", lines.get(7));
        assertTrue(text.contains("1,000,000 retained ids (BYTES_16)"), text);
        assertTrue(text.contains("OVERLOADED: "), text);
    }

    @Test
    void oneObjectForPrograms() {
        String json = report().json();
        assertTrue(
                json.startsWith("{\"retained\":1000000,\"id\":\"BYTES_16\",\"threads\":1,\"unit\":\"ns\",\"results\":["
                        + "{\"tier\":\"TABLE\",\"rate\":1000,\"batch\":1,\"overloaded\":false,\"fill\":0,"
                        + "\"latency\":{\"count\":1000,\"p50\":1000,\"p90\":1000,\"p99\":1000,\"p99.9\":1000,"
                        + "\"p99.99\":1000,\"max\":1000},\"call\":{\"count\":1,\"p50\":500,"),
                json);
        assertTrue(json.contains("\"batch\":16,\"overloaded\":true,\"fill\":15000000,"), json);
        assertTrue(json.endsWith("}]}"), json);
        assertFalse(json.contains("\n"), json);
    }

    private static LatencyReport report() {
        LatencyResult slow = result(1_000, 16);
        slow.overload();
        return new LatencyReport(1_000_000, HotPathId.BYTES_16, List.of(result(1_000, 1), slow, result(2_000, 1)));
    }

    private static LatencyResult result(long rate, int batch) {
        Histogram latencies = new Histogram(3);
        latencies.recordValueWithCount(1_000, 1_000);
        Histogram calls = new Histogram(3);
        calls.recordValue(500);
        return new LatencyResult("TABLE", rate, batch, latencies, calls);
    }

    @Test
    void aSmallRun() {
        Run run = bench("latency --rate 1e6,2e6 --batch 64,256 --retained 20_000 --time 10ms --tier fingerprint_wide"
                + " --id bytes_16 --json");
        assertEquals(0, run.code(), run.err());
        for (String point : List.of(
                "\"tier\":\"CONTROL\",\"rate\":1000000,\"batch\":1,",
                "\"tier\":\"FINGERPRINT_WIDE\",\"rate\":1000000,\"batch\":64,",
                "\"tier\":\"FINGERPRINT_WIDE\",\"rate\":2000000,\"batch\":256,")) {
            assertTrue(run.out().contains(point), point + " in " + run.out());
        }
        assertTrue(run.out().contains("\"latency\":{\"count\":65536,"), run.out());
        assertTrue(run.err().contains("latency: FINGERPRINT_WIDE, 2000000/s, batches of 64"), run.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "latency --rate 0; --rate 0 is no whole number above 0",
                "latency --rate fast; --rate fast is no whole number",
                "latency --rate 1e9; --rate 1e9 is out of bounds; give events per second",
                "latency --batch 100; batch 100 does not divide a chunk's 65536 events",
                "latency --batch many; Invalid value for option '--batch'",
                "latency --tier chest; Invalid value for option '--tier'",
                "latency --id chest; Invalid value for option '--id'",
                "latency --retained 1; retained 1 is out of bounds",
                "latency --time 2h; --time 2h is out of bounds",
                "latency --time 5; --time 5 is no duration"
            })
    void badUsage(String arguments, String message) {
        Run run = bench(arguments);
        assertEquals(2, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains(message), run.err());
    }

    @Test
    void aServerThatDoesNotAnswerIsNamed() {
        String before = System.setProperty(HotPathRedisServer.PROPERTY, "redis://127.0.0.1:1");
        try {
            Run run = bench("latency --rate 1e6 --batch 64 --retained 20_000 --time 10ms --tier REDIS_SADD");
            assertEquals(1, run.code(), run.err());
            assertTrue(run.err().contains("REDIS_SADD: no Redis server answers at redis://127.0.0.1:1"), run.err());
            assertTrue(run.err().contains("-Ddedup.bench.redis=redis://HOST:PORT"), run.err());
        } finally {
            if (before == null) {
                System.clearProperty(HotPathRedisServer.PROPERTY);
            } else {
                System.setProperty(HotPathRedisServer.PROPERTY, before);
            }
        }
    }
}
