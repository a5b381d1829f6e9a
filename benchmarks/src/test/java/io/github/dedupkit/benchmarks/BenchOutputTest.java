package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.BenchCommands.Run;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --json}, as docs/benchmarks/README.md describes it. */
class BenchOutputTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "day --events 200_000 --threads 2;"
                        + " events first_seen stale duplicates lost admitted late false_duplicate_probability"
                        + " lost_expected lost_by_chance admitted_expected admitted_by_chance millis ids_per_second"
                        + " store_share store_bytes peak_bytes retained_keys window_millis lateness_millis tick_millis"
                        + " disorder_millis millis_per_event seed store keys threads batch promises",
                "latency --rate 2e6 --batch 64 --retained 20_000 --time 10ms;"
                        + " retained id threads unit least_beyond results",
                "growth --from 1000 --to 50_000 --threads 2;"
                        + " store from to threads batch millis keys_per_second worst_ratio slowest_call_nanos"
                        + " store_bytes peak_bytes lost lost_expected lost_by_chance admitted by_second by_keys",
                "contention --threads 1,2 --seconds 1 --rounds 1 --store wide --batch 16;"
                        + " store keys batch rounds seconds_each wrong results",
                "filter --keys 20_000 --look-ups 1e5 --rounds 1 --tier fingerprint_filter,guava_2 --batch 256;"
                        + " rounds failures results promises"
            })
    void oneObjectOnOneLine(String arguments, String names) throws Exception {
        Run run = BenchCommands.run((arguments + " --json").split(" ", -1));
        assertEquals(0, run.code(), run.err());
        assertEquals(1, run.out().lines().count(), run.out());
        Map<String, @Nullable Object> fields = BenchJsonReader.object(run.out());
        assertEquals(
                List.of(("schema started seconds command environment right " + names).split(" ", -1)),
                List.copyOf(fields.keySet()));
        String name = arguments.substring(0, arguments.indexOf(' '));
        assertEquals("dedupkit-bench-" + name + "/1", fields.get("schema"));
        assertEquals("./dedup bench " + arguments + " --json", fields.get("command"));
        assertEquals(true, fields.get("right"));
        Map<String, @Nullable Object> environment = BenchJsonReader.object(fields, "environment");
        assertTrue(environment.containsKey("java"), environment.toString());
        assertEquals(environment.containsKey("load_before"), environment.containsKey("load_after"));
    }

    @Test
    void whatIsRefusedPrintsNothing() {
        BenchCommands.assertRefused("--threads 0 is out of bounds", "day", "--threads", "0", "--json");
    }
}
