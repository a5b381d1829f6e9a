package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.ConsumerHarness.CrashPoint;
import io.github.dedupkit.testkit.ConsumerHarness.Delivery;
import io.github.dedupkit.testkit.ConsumerHarness.Origins;
import io.github.dedupkit.testkit.ConsumerHarness.Report;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsumerHarnessTest {
    private static final long START = ContractSupport.START;
    private static final Retention RETENTION = Retention.ofWindow(Duration.ofHours(1));
    private static final Origins STABLE = (offset, attempt) -> offset + 1;
    private static final int POLL = 16;

    private final VirtualClock clock = new VirtualClock(START + RETENTION.windowMillis());
    private final StoreConfig config = new StoreConfig(RETENTION, clock, 100_000, new Ledger());

    /** A storage whose store dies with the consumer. */
    private Supplier<ReplaySafeStore> dyingStore() {
        FakeDurableStorage storage = new FakeDurableStorage(config);
        return () -> {
            storage.crash();
            return storage.open();
        };
    }

    private Supplier<ReplaySafeStore> survivingStore() {
        ReplaySafeStore store = new FakeDurableStorage(config).open();
        return () -> store;
    }

    private static ConsumerHarness harness(Supplier<ReplaySafeStore> stores, long seed) {
        return ConsumerHarness.of(stores, ConsumerHarness.randomLog(seed, 3_000, RETENTION, START))
                .pollsOf(POLL)
                .crashes(0.1);
    }

    private static void assertOnlyRepeats(Report report) {
        assertEquals(0, report.lost(), report.toString());
        assertEquals(0, report.admitted(), report.toString());
        assertTrue(report.repeated() > 0, report.toString());
        assertTrue(report.repeated() <= report.repeatedBound(), report.toString());
        assertTrue(report.inFlight() <= POLL, report.toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void stableOriginsLoseNothingThoughTheStoreDiesToo(long seed) {
        Report report = harness(dyingStore(), seed).origins(STABLE).run(seed);
        System.out.println("stable origins, the store dies too: " + report);
        assertOnlyRepeats(report);
        assertEquals(EnumSet.allOf(CrashPoint.class), report.crashes().keySet(), "every point was hit");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void stableOriginsLoseNothingOnAStoreThatSurvives(long seed) {
        assertOnlyRepeats(harness(survivingStore(), seed).origins(STABLE).run(seed));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void stableOriginsLoseNothingBehindAFaultyNetwork(long seed) {
        Supplier<ReplaySafeStore> stores = dyingStore();
        AtomicLong restarts = new AtomicLong();
        Report report = harness(
                        () -> {
                            FaultInjectingStore faulty = new FaultInjectingStore(stores.get());
                            faulty.failRandomly(0.15, seed + 1_000 * restarts.getAndIncrement());
                            return faulty;
                        },
                        seed)
                .origins(STABLE)
                .run(seed);
        assertOnlyRepeats(report);
        assertTrue(report.failedPolls() > 20, report.toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anOriginThatChangesOnRedeliveryLosesEvents(long seed) {
        Report perAttempt = harness(dyingStore(), seed)
                .origins((offset, attempt) -> offset * 1_000 + attempt)
                .run(seed);
        System.out.println("the origin changes on redelivery: " + perAttempt);
        assertTrue(perAttempt.lost() > 0, perAttempt.toString());

        SplittableRandom random = new SplittableRandom(seed);
        Report drawn = harness(dyingStore(), seed)
                .origins((offset, attempt) -> random.nextLong())
                .run(seed);
        assertTrue(drawn.lost() > 0, drawn.toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noOriginLosesEvents(long seed) {
        Report report =
                harness(dyingStore(), seed).origins((offset, attempt) -> 0).run(seed);
        System.out.println("no origins: " + report);
        assertTrue(report.lost() > 0, report.toString());
        assertEquals(0, report.repeated(), "what has no origin is not replayed: " + report);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void withoutConfirmThereAreMoreRepeatsAndNothingElse(long seed) {
        Report with = harness(dyingStore(), seed).run(seed);
        Report without = harness(dyingStore(), seed).withoutConfirm().run(seed);
        assertOnlyRepeats(without);
        assertEquals(with.crashes(), without.crashes(), "the crashes do not depend on it");
        assertTrue(without.repeated() > with.repeated(), without + "; with confirm: " + with);
    }

    @Test
    void aStoreThatLosesTheOriginOrTheConfirmIsFound() {
        Report lost = harness(broken("does not log the origin"), 1).run(1);
        assertTrue(lost.lost() > 0, lost.toString());
        Report admitted = harness(broken("does not log a confirm"), 1).run(1);
        assertEquals(0, admitted.lost(), admitted.toString());
        assertTrue(admitted.admitted() > 0, admitted.toString());
    }

    private Supplier<ReplaySafeStore> broken(String name) {
        DurableFixture fixture = (DurableFixture) BrokenStores.named(name).fixture(config);
        return () -> {
            fixture.crash();
            return (ReplaySafeStore) fixture.open();
        };
    }

    @Test
    void withoutCrashesEveryEventIsProcessedOnce() {
        Report report = harness(dyingStore(), 1).crashes(0).withoutConfirm().run(1);
        assertEquals(new Report(3_000, 0, 0, 0, Map.of(), 0, POLL), report);
    }

    @Test
    void theSameSeedGivesTheSameReport() {
        assertEquals(harness(dyingStore(), 7).run(7), harness(dyingStore(), 7).run(7));
    }

    @Test
    void theLogHasCopiesNearAndFar() {
        List<Delivery> log = ConsumerHarness.randomLog(1, 3_000, RETENTION, START);
        long events = log.stream().map(Delivery::key).distinct().count();
        assertTrue(events > 1_500 && events < 2_500, events + " events");
        for (int i = 0; i < log.size(); i++) {
            int first = log.indexOf(log.get(i));
            assertTrue(i - first <= 64, "entry " + i + " is a copy of " + first);
        }
    }

    @Test
    void aStoreThatIsNeverThereEndsTheRun() {
        FaultInjectingStore down = new FaultInjectingStore(new FakeDurableStorage(config).open());
        down.failRandomly(1, 1);
        ConsumerHarness harness = harness(() -> down, 1).crashes(0);
        assertThrows(StoreUnavailableException.class, () -> harness.run(1));
    }

    @Test
    void badSettingsAreRefused() {
        ConsumerHarness harness = harness(dyingStore(), 1);
        for (Runnable bad : Arrays.<Runnable>asList(
                () -> harness.pollsOf(0),
                () -> harness.crashes(-0.1),
                () -> harness.crashes(0.6),
                () -> harness.crashes(Double.NaN))) {
            var refusal = assertThrows(IllegalArgumentException.class, bad::run);
            assertTrue(String.valueOf(refusal.getMessage()).contains("out of bounds"), refusal.toString());
        }
    }
}
