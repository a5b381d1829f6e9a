package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.BenchCommands.Run;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyReportTest {
    @Test
    void aTableOfBatchSizeAgainstFillTimeAndLatency() {
        String text = report().text();
        List<String> lines = text.lines().toList();
        assertEquals("### TABLE at 1,000 events per second", lines.get(0));
        assertEquals(
                "| batch | fills in, µs | events | p50 | p90 | p99 | p99.9 | p99.99 | max | call p50 | call p99.9 |"
                        + " call max |",
                lines.get(2));
        assertEquals("|" + "---:|".repeat(12), lines.get(3));
        assertEquals("| 1 | 0.0 | 40,000 | 1.0 | 1.0 | 1.0 | 1.0 | - | 1.0 | 0.5 | 0.5 | 0.5 |", lines.get(4));
        assertTrue(lines.get(5).startsWith("| 16 | 15,000.0 | 40,000 | 1.0 | 1.0 | 1.0 | "), text);
        assertTrue(lines.get(5).endsWith(" | OVERLOADED"), text);
        assertEquals(
                "Of 40,000 events, so many lie beyond: p50 20,000, p90 4,000, p99 400, p99.9 40, p99.99 4.",
                lines.get(7));
        assertEquals("### TABLE at 2,000 events per second", lines.get(9));
        assertTrue(text.contains("- where fewer than 30 values lie beyond"), text);
        assertTrue(text.contains("1,000,000 retained ids (BYTES_16)"), text);
        assertTrue(text.contains("OVERLOADED: "), text);
        assertFalse(text.contains("helped to forget"), text);
    }

    /** 59 values have 29.5 beyond the median, which is 30. */
    @ParameterizedTest
    @CsvSource({"58, -, 1.0", "59, 1.0, 1.0", "299_999, 1.0, 1.0"})
    void aQuantileOfFewIsNotTold(int count, String median, String max) {
        LatencyResult result = new LatencyResult("TABLE", 1_000, 1);
        IntStream.range(0, count).forEach(i -> result.latency(1_000));
        String text = new LatencyReport(1, HotPathId.BYTES_16, List.of(result)).text();
        String p99Point99 = count >= 295_000 ? "1.0" : "-";
        List<String> cells = List.of(text.lines().toList().get(4).split(" \\| ", -1));
        assertEquals(median, cells.get(3), text);
        assertEquals(p99Point99, cells.get(7), text);
        assertEquals(max, cells.get(8), text);
    }

    @Test
    void aStoppedClockIsTold() {
        LatencyResult helped = result(1_000, 1);
        helped.stop(TimeUnit.SECONDS.toNanos(10));
        assertTrue(new LatencyReport(1, HotPathId.BYTES_16, List.of(helped))
                .text()
                .contains("with the clock stopped, for up to 20.0 % of the time"));
    }

    @Test
    void forPrograms() throws Exception {
        Map<String, @Nullable Object> fields = BenchJsonReader.object(BenchJson.line(report().fields()));
        assertEquals(1_000_000L, fields.get("retained"));
        assertEquals("BYTES_16", fields.get("id"));
        assertEquals("ns", fields.get("unit"));
        List<Map<String, @Nullable Object>> results = BenchJsonReader.objects(fields, "results");
        assertEquals(
                List.of("tier", "rate", "batch", "overloaded", "fill", "stopped", "latency", "call"),
                List.copyOf(results.get(0).keySet()));
        Map<String, @Nullable Object> latency = BenchJsonReader.object(results.get(0), "latency");
        assertEquals(List.of("count", "p50", "p90", "p99", "p99.9", "p99.99", "max"), List.copyOf(latency.keySet()));
        assertEquals(40_000L, latency.get("count"));
        assertEquals(1_000L, latency.get("p99.9"));
        assertNull(latency.get("p99.99"), "of four events");
        assertEquals(1_000L, latency.get("max"));
        assertEquals(true, results.get(1).get("overloaded"));
        assertEquals(15_000_000L, results.get(1).get("fill"));
    }

    private static LatencyReport report() {
        LatencyResult slow = result(1_000, 16);
        slow.call(TimeUnit.SECONDS.toNanos(100));
        return new LatencyReport(1_000_000, HotPathId.BYTES_16, List.of(result(1_000, 1), slow, result(2_000, 1)));
    }

    /** 40,000 events in a microsecond each, and as many calls. */
    private static LatencyResult result(long rate, int batch) {
        LatencyResult result = new LatencyResult("TABLE", rate, batch);
        for (int i = 0; i < 40_000; i++) {
            result.latency(1_000);
            result.call(500);
        }
        return result;
    }

    /** What is shown for a store is shown for the loop without one. */
    @Test
    void aSmallRun() throws Exception {
        Run run = BenchCommands.run(("latency --rate 1e6,2e6 --batch 64,256 --retained 20_000 --time 100ms"
                        + " --tier fingerprint_wide --id bytes_16 --json")
                .split(" ", -1));
        assertEquals(0, run.code(), run.err());
        List<Map<String, @Nullable Object>> results =
                BenchJsonReader.objects(BenchJsonReader.object(run.out()), "results");
        List<String> points = results.stream()
                .map(result -> result.get("tier") + " " + result.get("rate") + " " + result.get("batch"))
                .toList();
        assertEquals(
                Stream.of("CONTROL ", "FINGERPRINT_WIDE ")
                        .flatMap(tier -> Stream.of("1000000 64", "1000000 256", "2000000 64", "2000000 256")
                                .map(tier::concat))
                        .toList(),
                points);
        for (Map<String, @Nullable Object> result : results) {
            long events = Objects.equals(result.get("rate"), 1_000_000L) ? 2 : 4; // in whole chunks
            if (Objects.equals(result.get("overloaded"), false)) {
                assertEquals(
                        events * HotPathWorkload.CHUNK,
                        BenchJsonReader.object(result, "latency").get("count"));
            }
        }
        assertTrue(run.err().contains("latency: FINGERPRINT_WIDE, 2000000/s, batches of 64"), run.err());
    }

    /** A map that expires nothing is helped, and what it is told is right. */
    @Test
    void whatIsHelpedIsRight() throws Exception {
        Run run = BenchCommands.run(
                "latency --rate 1e6 --batch 64 --retained 20_000 --time 100ms --tier concurrent_hash_map --json"
                        .split(" ", -1));
        assertEquals(0, run.code(), run.err());
        List<Map<String, @Nullable Object>> results =
                BenchJsonReader.objects(BenchJsonReader.object(run.out()), "results");
        assertTrue((long) Objects.requireNonNull(results.get(1).get("stopped")) > 100_000, run.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--rate 0; --rate 0 is no whole number above 0",
                "--rate fast; --rate fast is no whole number",
                "--rate 1e9; --rate 1e9 is out of bounds; give events per second",
                "--rate 1e8 --time 1h; --time 1h at --rate 1e8 is 360,000,",
                "--batch 100; batch 100 does not divide a chunk's 65536 events",
                "--batch many; Invalid value for option '--batch'",
                "--tier chest; Invalid value for option '--tier'",
                "--id chest; Invalid value for option '--id'",
                "--retained 1; retained 1 is out of bounds",
                "--retained 1e12; --retained 1e12 is out of bounds; give 2 to 10000000000",
                "--retained 1e19; --retained 1e19 is no whole number",
                "--time 2h; --time 2h is out of bounds",
                "--time 5; --time 5 is no duration"
            })
    void badUsage(String arguments, String message) {
        BenchCommands.assertRefused(message, ("latency " + arguments).split(" ", -1));
    }

    @Test
    void moreEventsThanTheHeapHoldsAreRefused() {
        long heap = Runtime.getRuntime().maxMemory();
        LatencyEvents.requireRoom("--time", heap / 2 / 160);
        BenchException refusal =
                assertThrows(BenchException.class, () -> LatencyEvents.requireRoom("--time", heap / 2 / 160 + 1));
        assertTrue(
                String.valueOf(refusal.getMessage()).contains("or a larger heap by DEDUP_JAVA_OPTS=-Xmx"),
                refusal.getMessage());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the machine's memory is known on Linux only")
    void whatTheMachineHasNoRoomForIsRefused() {
        BenchCommands.assertRefused(
                "--retained 10000000000 in caffeine takes about ",
                "latency",
                "--tier",
                "caffeine",
                "--retained",
                "1e10");
    }

    @Test
    void aServerThatDoesNotAnswerIsNamed() {
        String before = System.setProperty(HotPathRedisServer.PROPERTY, "redis://127.0.0.1:1");
        try {
            Run run = BenchCommands.run(
                    "latency --rate 1e6 --batch 64 --retained 20_000 --time 10ms --tier REDIS_SADD".split(" ", -1));
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
