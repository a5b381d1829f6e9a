package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Verdict;
import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import io.github.dedupkit.benchmarks.AllocationBenchmark.IdKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The workload is what the class comment says, or the figures are about something else. */
class AllocationBenchmarkTest {
    private static final int EVENTS = 40_000;

    /** Without origins every other delivery is a copy; with them, fewer. */
    private static final int MOST_DUPLICATES = EVENTS * 3 / 5;

    @ParameterizedTest
    @CsvSource({
        "BYTES_16, TRUSTED",
        "BYTES_16, KEYED",
        "UUID, TRUSTED",
        "UUID, KEYED",
        "LONG, TRUSTED",
        "LONG, KEYED",
        "ASCII_STRING, TRUSTED",
        "ASCII_STRING, KEYED"
    })
    void everyKindOfIdIsJudgedBothWays(IdKind id, Hash hash) {
        AllocationBenchmark benchmark = benchmark(id, hash);
        assertMixed(benchmark::singleCall);
        assertMixed(benchmark::valueForm);
        assertMixed(benchmark::tableCall);
    }

    @ParameterizedTest
    @EnumSource(IdKind.class)
    void batchesHoldBoth(IdKind id) {
        AllocationBenchmark benchmark = benchmark(id, Hash.TRUSTED);
        int duplicates = 0;
        for (int i = 0; i < EVENTS / 256; i++) {
            duplicates += benchmark.batch();
        }
        assertTrue(duplicates > EVENTS / 5 && duplicates < MOST_DUPLICATES, duplicates + " duplicates of " + EVENTS);
        int withTable = 0;
        for (int i = 0; i < EVENTS / 256; i++) {
            withTable += benchmark.tableBatch();
        }
        assertTrue(withTable > EVENTS / 5 && withTable < MOST_DUPLICATES, withTable + " duplicates of " + EVENTS);
    }

    private static void assertMixed(Supplier<Verdict> form) {
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        for (int i = 0; i < EVENTS; i++) {
            counts.merge(form.get(), 1, Integer::sum);
        }
        int duplicates = counts.getOrDefault(Verdict.DUPLICATE, 0);
        assertTrue(duplicates > EVENTS / 5 && duplicates < MOST_DUPLICATES, counts.toString());
        assertEquals(EVENTS, duplicates + counts.getOrDefault(Verdict.FIRST_SEEN, 0), counts.toString());
    }

    private static AllocationBenchmark benchmark(IdKind id, Hash hash) {
        AllocationBenchmark benchmark = new AllocationBenchmark();
        benchmark.id = id;
        benchmark.keySpace = hash;
        benchmark.setUp();
        return benchmark;
    }
}
