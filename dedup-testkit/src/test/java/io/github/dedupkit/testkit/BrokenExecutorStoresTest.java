package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.github.dedupkit.testkit.BrokenExecutorStores.Broken;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The executor's contract is itself tested: it catches stores that break what the executor rests on. */
class BrokenExecutorStoresTest {
    private static final int RUNS = 10;

    @TestFactory
    @DisplayName("each broken store is caught, with the message that it should be caught with")
    Stream<DynamicTest> brokenStoresAreCaught() {
        return BrokenExecutorStores.all().stream()
                .map(broken -> DynamicTest.dynamicTest(broken.toString(), () -> assertCaught(broken)));
    }

    /** Some stores break only when threads meet, so a run or two may miss them. */
    private static void assertCaught(Broken broken) {
        List<String> failures = failures(broken);
        for (int run = 2; run <= RUNS && failures.isEmpty(); run++) {
            failures = failures(broken);
        }
        assertEquals(1, failures.size(), "not caught: a store that " + broken);
        String message = failures.get(0);
        assertTrue(message.contains(broken.message()), () -> "a store that " + broken + " is caught with: " + message);
    }

    private static List<String> failures(Broken broken) {
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter(BrokenRunsContract.STORE, broken.toString())
                .selectors(selectMethod(BrokenRunsContract.class, broken.test()))
                .execute()
                .allEvents()
                .failed()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().toString())
                .toList();
    }

    @Test
    void namesAreDistinct() {
        List<String> names =
                BrokenExecutorStores.all().stream().map(Broken::toString).toList();
        assertEquals(names.size(), Set.copyOf(names).size());
    }
}
