package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Verdict;
import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import io.github.dedupkit.benchmarks.HotPathBenchmark.Events;
import io.github.dedupkit.benchmarks.HotPathBenchmark.Run;
import io.github.dedupkit.benchmarks.HotPathTier.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each tier answers the workload rightly, in each form, or its figures would be about something else. */
class HotPathBenchmarkTest {
    private static final int FEW = 20_000;
    private static final int INVOCATIONS = 2;

    @ParameterizedTest
    @EnumSource(HotPathTier.class)
    void everyTierIsRight(HotPathTier tier) throws Exception {
        HotPathServers.require(tier);
        for (HotPathId id : HotPathId.values()) {
            // One round trip per event is too slow for a test of its own; a pipeline of four is the same code.
            assertRight(run(tier, id, Hash.TRUSTED, tier.memory == Memory.NETWORK ? 4 : 1, FEW, 1));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, KEYED", "16, TRUSTED", "64, KEYED", "256, TRUSTED", "1024, KEYED", "65536, TRUSTED"})
    void everyFormIsRight(int batch, Hash keySpace) throws Exception {
        assertRight(run(HotPathTier.FINGERPRINT_NARROW, HotPathId.STRING_36, keySpace, batch, FEW, 1));
        assertRight(run(HotPathTier.CAFFEINE_STORE, HotPathId.BYTES_16, keySpace, batch, FEW, 1));
    }

    @ParameterizedTest
    @EnumSource(HotPathTier.class)
    void everyTierIsRightForTwoThreads(HotPathTier tier) throws Exception {
        HotPathServers.require(tier);
        int threads = 2;
        Run run = run(tier, HotPathId.BYTES_16, Hash.TRUSTED, 256, 280_000, 30);
        run.open(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> judging = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                Events events = new Events();
                events.open(run, thread, threads);
                judging.add(executor.submit(() -> {
                    judge(run, events, INVOCATIONS);
                    return null;
                }));
            }
            for (Future<?> future : judging) {
                future.get();
            }
        } finally {
            executor.shutdownNow();
        }
        run.close();
    }

    @Test
    void aStoreThatForgetsIsNotMeasured() {
        HotPathSetting setting = setting(FEW);
        HotPathStore forgetful = new HotPathStore(setting, new DirectMappedStore(8_192, HotPathWorkload.WINDOW_MILLIS));
        IllegalStateException refusal =
                assertThrows(IllegalStateException.class, () -> HotPathBenchmark.fill("forgetful", forgetful, setting));
        assertTrue(
                refusal.toString().matches(".*forgetful, .* told 0 new .* \\d{3,} duplicates new, .*"),
                refusal.toString());
    }

    @Test
    void aStoreThatRemembersTooMuchIsNotMeasured() {
        HotPathSetting setting = setting(FEW);
        HotPathSubject presumptuous = batch -> (chunk, from, to, tally) -> {
            for (int i = from; i < to; i++) {
                tally.enter(chunk.duplicates[i], i % 1_000 == 0 || chunk.duplicates[i]);
            }
        };
        IllegalStateException refusal = assertThrows(
                IllegalStateException.class, () -> HotPathBenchmark.fill("presumptuous", presumptuous, setting));
        assertTrue(refusal.toString().matches(".* told \\d\\d new events DUPLICATE .*"), refusal.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "false, FIRST_SEEN, 0, 0, 0",
        "true, DUPLICATE, 0, 0, 0",
        "false, DUPLICATE, 1, 0, 0",
        "true, FIRST_SEEN, 0, 1, 0",
        "false, TOO_LATE, 0, 0, 1",
        "true, TOO_LATE, 0, 0, 1",
        "true, UNJUDGED, 0, 1, 0"
    })
    void wrongVerdictsAreCounted(boolean duplicate, Verdict verdict, long lost, long admitted, long late) {
        HotPathTally tally = new HotPathTally();
        tally.events = 1;
        tally.enter(duplicate, verdict);
        assertEquals(List.of(lost, admitted, late), List.of(tally.lost, tally.admitted, tally.late));
        if (lost + admitted + late == 0) {
            tally.requireRight("right", 0, 0);
        } else {
            assertThrows(IllegalStateException.class, () -> tally.requireRight("wrong", 0, 0));
        }
    }

    @Test
    void falseDuplicatesAreBoundedByTheirProbability() {
        HotPathTally tally = new HotPathTally();
        tally.events = 10_000_000;
        tally.lost = 41;
        tally.requireRight("bloom", 1e-6, 0);
        tally.lost = 42;
        assertThrows(IllegalStateException.class, () -> tally.requireRight("bloom", 1e-6, 0));
    }

    @Test
    void aBatchThatDoesNotDivideAnInvocationIsRefused() {
        Run run = run(HotPathTier.FINGERPRINT_NARROW, HotPathId.STRING_36, Hash.TRUSTED, 100, FEW, 1);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> run.open(1))
                .toString()
                .contains(": batch 100 does not divide"));
    }

    /** A parameter that did not reach the workload would be refused by nobody. */
    @Test
    void everyParameterCounts() {
        assertRefused("duplicates 0.6", run -> run.duplicates = 0.6);
        assertRefused("disorder 0.6", run -> run.disorder = 0.6);
        assertRefused("hot 0.06", run -> run.hot = 0.06);
        assertRefused("latenessTicks 31", run -> run.latenessTicks = 31);
        assertRefused("retained 1 ", run -> run.retained = 1);
        assertRefused("origins CONFIRMED do not fit", run -> run.origins = HotPathOrigins.CONFIRMED);
        assertRefused("lag W_MINUS_G does not fit", run -> {
            run.tier = HotPathTier.GUAVA_BLOOM;
            run.lag = HotPathLag.W_MINUS_G;
        });
    }

    private static void assertRefused(String message, Consumer<Run> change) {
        Run run = run(HotPathTier.FINGERPRINT_NARROW, HotPathId.BYTES_16, Hash.TRUSTED, 256, FEW, 1);
        change.accept(run);
        String refusal =
                assertThrows(IllegalArgumentException.class, () -> run.open(1)).toString();
        assertTrue(refusal.contains(message), refusal);
    }

    private static void assertRight(Run run) throws Exception {
        run.open(1);
        Events events = new Events();
        events.open(run, 0, 1);
        judge(run, events, INVOCATIONS);
        run.close();
    }

    private static void judge(Run run, Events events, int invocations) throws Exception {
        HotPathBenchmark benchmark = new HotPathBenchmark();
        for (int i = 0; i < invocations; i++) {
            events.make(run);
            benchmark.judge(run, events);
            events.settle(run);
        }
    }

    private static HotPathSetting setting(long retained) {
        return new HotPathSetting(HotPathId.BYTES_16, Hash.TRUSTED, new HotPathWorkload(retained, 1, 1));
    }

    private static Run run(HotPathTier tier, HotPathId id, Hash keySpace, int batch, long retained, int latenessTicks) {
        Run run = new Run();
        run.tier = tier;
        run.id = id;
        run.keySpace = keySpace;
        run.batch = batch;
        run.retained = retained;
        run.latenessTicks = latenessTicks;
        run.duplicates = 0.05;
        run.lag = HotPathLag.HALF_WINDOW;
        run.disorder = 0.05;
        run.hot = 0;
        run.origins = HotPathOrigins.KEPT;
        return run;
    }
}
