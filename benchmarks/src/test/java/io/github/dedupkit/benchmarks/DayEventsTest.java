package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.dedupkit.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the truth to the contract, in every order that threads may keep: nothing is late, and no verdict is open. */
class DayEventsTest {
    private static final int EVENTS = 200_000;

    /** The contract's rules 2 and 4, for certain verdicts only. */
    private static final class Model {
        private final DayEvents events;
        private final Retention retention;
        private final Map<Long, Long> recorded = new HashMap<>();
        private long watermark;
        private long duplicates;
        private long stale;
        private long late;
        private long widest;

        Model(DayPlan plan) {
            events = new DayEvents(plan);
            retention = plan.retention();
        }

        void judge(long event) {
            long truth = events.truth(event);
            long timestamp = events.timestamp(event);
            assertTrue(timestamp >= watermark - retention.latenessMillis(), () -> event + " is late");
            late += timestamp < watermark ? 1 : 0;
            watermark = Math.max(watermark, timestamp);
            Long mark = recorded.get(DayEvents.key(truth));
            long apart = mark == null ? Long.MAX_VALUE : Math.abs(timestamp - mark);
            if (truth < 0) {
                assertTrue(apart <= retention.windowMillis(), () -> event + " is no duplicate: " + apart);
                duplicates++;
                widest = Math.max(widest, apart);
            } else {
                long border = retention.windowMillis() + retention.tickMillis();
                assertTrue(apart > border, () -> event + " is not first seen: " + apart);
                assertEquals(truth != event, mark != null, () -> event + " only claims to be stale");
                stale += mark == null ? 0 : 1;
                recorded.put(truth, timestamp);
            }
        }
    }

    static Stream<Arguments> plans() {
        Retention shortest = Retention.builder(Duration.ofMillis(2_000))
                .lateness(Duration.ofMillis(2_000))
                .futureSkew(Duration.ZERO)
                .tick(Duration.ofMillis(500))
                .build();
        return Stream.of(
                arguments("most disorder", plan(DayPlans.seconds(1, 1), 0.05, 0.02, 16, Duration.ofMillis(250))),
                arguments("default disorder", plan(DayPlans.seconds(1, 1), 0.05, 0.02, 64, null)),
                arguments("a short lateness", plan(DayPlans.millis(1_000, 200), 0.05, 0.02, 64, null)),
                arguments("no disorder", plan(DayPlans.seconds(2, 1), 0.05, 0.02, 64, Duration.ZERO)),
                arguments("lateness as long as the window", plan(shortest, 0.05, 0.02, 64, Duration.ofMillis(1_200))),
                arguments("mostly duplicates", plan(DayPlans.seconds(1, 1), 0.8, 0.1, 64, Duration.ofMillis(500))),
                arguments("mostly stale", plan(DayPlans.seconds(1, 1), 0.3, 0.6, 1, Duration.ofMillis(500))),
                arguments(
                        "a tick of its own",
                        plan(Retention.ofWindow(Duration.ofMillis(1_200)), 0.05, 0.02, 32, Duration.ofMillis(5))));
    }

    private static DayPlan plan(
            Retention retention, double duplicates, double stale, int batch, @Nullable Duration disorder) {
        return new DayPlan(new DayStream(EVENTS, 0.02, duplicates, stale, 7), retention, batch, disorder);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plans")
    void noVerdictIsOpen(String name, DayPlan plan) {
        for (int threads = 1; threads <= 4; threads++) {
            Model model = new Model(plan);
            interleave(plan, threads, model);
            DayStream stream = plan.stream();
            assertEquals(
                    stream.duplicates() * EVENTS, (double) model.duplicates, 0.1 * stream.duplicates() * EVENTS, name);
            assertTrue(model.stale > 0, name);
            assertEquals(!plan.disorder().isZero() || threads > 1, model.late > 0, name);
        }
    }

    @Test
    void duplicatesReachAsFarAsTheyMay() {
        DayPlan plan = DayPlans.small(EVENTS * 8);
        Model model = new Model(plan);
        interleave(plan, 1, model);
        assertTrue(model.widest > 9_900, "only " + model.widest);
    }

    /** All kinds: of the batch, of the window, of an event that was itself stale. */
    @Test
    void everyKindOfEventOccurs() {
        DayPlan plan = DayPlans.small(EVENTS * 8);
        DayEvents events = new DayEvents(plan);
        Map<Long, Long> last = new HashMap<>();
        long ofBatch = 0;
        long ofWindow = 0;
        long ofStale = 0;
        long nearest = Long.MAX_VALUE;
        for (long event = 0; event < plan.stream().events(); event++) {
            long truth = events.truth(event);
            long key = DayEvents.key(truth);
            if (truth >= 0) {
                if (truth != event) {
                    nearest = Math.min(nearest, event - truth);
                }
                last.put(key, event);
            } else {
                long repeated = last.getOrDefault(key, Long.MAX_VALUE);
                boolean near = repeated / plan.batch() == event / plan.batch();
                assertTrue(near || event - repeated >= plan.distance());
                ofBatch += near ? 1 : 0;
                ofWindow += near ? 0 : 1;
                ofStale += repeated != key ? 1 : 0;
            }
        }
        assertTrue(
                ofBatch > 1_000 && ofWindow > 10 * ofBatch && ofStale > 100, ofBatch + " " + ofWindow + " " + ofStale);
        assertTrue(nearest > plan.leastStaleLag() && nearest < plan.leastStaleLag() * 4 / 3, "nearest " + nearest);
    }

    @Test
    void theSeedDecides() {
        DayEvents one = new DayEvents(new DayPlan(DayPlans.stream(1_000, 1), DayPlans.seconds(10, 1), 128, null));
        DayEvents again = new DayEvents(new DayPlan(DayPlans.stream(1_000, 1), DayPlans.seconds(10, 1), 128, null));
        DayEvents other = new DayEvents(new DayPlan(DayPlans.stream(1_000, 2), DayPlans.seconds(10, 1), 128, null));
        boolean differs = false;
        for (long event = 0; event < 1_000; event++) {
            assertEquals(one.truth(event), again.truth(event));
            assertEquals(one.timestamp(event), again.timestamp(event));
            differs |= one.timestamp(event) != other.timestamp(event);
        }
        assertTrue(differs);
    }

    /**
     * Streams as threads might: of an even number of threads, the one that is behind goes on only when all others must wait;
     * of an odd number, each event is a random one's.
     */
    private static void interleave(DayPlan plan, int threads, Model model) {
        SplittableRandom random = new SplittableRandom(threads);
        List<long[]> running = new ArrayList<>(); // next event, end; oldest first
        long batches = (plan.stream().events() + plan.batch() - 1) / plan.batch();
        long next = 0;
        while (next < batches || !running.isEmpty()) {
            long oldest =
                    running.stream().mapToLong(r -> r[0] / plan.batch()).min().orElse(next);
            if (running.size() < threads && next < batches && oldest >= next - plan.lead()) {
                long from = next++ * plan.batch();
                running.add(new long[] {
                    from, Math.min(from + plan.batch(), plan.stream().events())
                });
                continue;
            }
            assertFalse(running.isEmpty());
            int behind = threads % 2 == 0 && running.size() > 1 ? 1 : 0;
            long[] chosen = running.get(behind + random.nextInt(running.size() - behind));
            model.judge(chosen[0]++);
            if (chosen[0] == chosen[1]) {
                running.remove(chosen);
            }
        }
    }
}
