package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryRunnerTest {
    private static final Retention RETENTION = Retention.builder(Duration.ofMinutes(1))
            .lateness(Duration.ofSeconds(10))
            .tick(Duration.ofSeconds(1))
            .build();
    private static final KeySpace KEY_SPACE = KeySpace.trusted("dedupkit/histories");
    private static final int STEPS = 150;
    private static final int HANDFUL = 8;

    private static HistoryRunner runner(String store) {
        BrokenStore broken = BrokenStores.named(store);
        return new HistoryRunner(RETENTION, broken::fixture, KEY_SPACE::key, ContractSupport.START);
    }

    private static List<Step> history(long seed) {
        var options = new HistoryGenerator.Options(true, seed % 2 == 0, true, STEPS);
        return new HistoryGenerator(seed, RETENTION, options, ContractSupport.START).generate();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ignores the origin",
                "confirms without comparing the origin",
                "forgets without comparing the origin",
                "extends the window with each duplicate",
                "does not log the watermark",
                "looks up a whole batch before it records any of it"
            })
    @DisplayName("a planted bug is found and shrunk to a handful of steps that still show it")
    void aPlantedBugShrinksToAHandfulOfSteps(String store) {
        HistoryRunner runner = runner(store);
        for (long seed = 1; seed <= 50; seed++) {
            List<Step> steps = history(seed);
            if (runner.run(steps).violation() != null) {
                List<Step> few = runner.shrink(steps);
                System.out.println("a store that " + store + ": found with seed " + seed + ", shrunk from "
                        + steps.size() + " to " + few.size() + " steps");
                assertNotNull(runner.run(few).violation(), "what is left still fails");
                assertTrue(few.size() <= HANDFUL, few.size() + " steps: " + few);
                return;
            }
        }
        fail("not found in 50 histories");
    }

    @Test
    void aSoundStoreHasNoViolation() {
        HistoryRunner runner = runner("breaks nothing");
        for (long seed = 1; seed <= 20; seed++) {
            HistoryRunner.Report report = runner.run(history(seed));
            assertNull(report.violation(), "seed " + seed);
            assertEquals(0, report.lost());
            assertTrue(report.newKeys() > 0);
        }
    }

    @Test
    void theSameSeedGivesTheSameHistoryAndTheSameRun() {
        assertEquals(history(3), history(3));
        assertTrue(!history(3).equals(history(4)));
        HistoryRunner runner = runner("breaks nothing");
        assertEquals(runner.run(history(3)), runner.run(history(3)));
    }

    @Test
    void anExceptionOfTheStoreIsAViolation() {
        HistoryRunner.Report report =
                runner("takes a null batch without naming it").run(history(1));
        assertNull(report.violation());
        HistoryRunner throwing = new HistoryRunner(
                RETENTION,
                config -> new FakeDurableStorage(config, (storage, c) -> new FakeDurableStore(storage, c) {
                    @Override
                    void makeRoom() {
                        throw new UnsupportedOperationException("planted");
                    }
                }),
                KEY_SPACE::key,
                ContractSupport.START);
        String violation = throwing.run(history(1)).violation();
        assertTrue(String.valueOf(violation).contains("planted"), violation);
    }
}
