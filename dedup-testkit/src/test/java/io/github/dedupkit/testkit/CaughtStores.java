package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a contract adds to another one is tested: each added test catches a store that breaks what it tests. */
abstract class CaughtStores {
    private static final int RUNS = 10;

    private final Class<?> run;
    private final BrokenStore sound;
    private final List<BrokenStore> broken;
    private final Set<String> added;

    /**
     * @param run the contract, run on a store that is a parameter
     * @param contract the contract itself
     * @param extended what it extends
     */
    CaughtStores(Class<?> run, Class<?> contract, Class<?> extended, BrokenStore sound, List<BrokenStore> broken) {
        this.run = run;
        this.sound = sound;
        this.broken = broken;
        added = ContractRuns.testsOf(contract);
        added.removeAll(ContractRuns.testsOf(extended));
    }

    private Map<String, String> failures(BrokenStore store, Set<String> tests) {
        return ContractRuns.failures(run, store.name(), tests);
    }

    private static Set<String> testsThatCatch(Stream<BrokenStore> stores) {
        return stores.flatMap(store -> store.catches().stream())
                .map(BrokenStore.Catch::test)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @TestFactory
    @DisplayName("each broken store is caught, by the tests and with the messages that it should be caught with")
    Stream<DynamicTest> brokenStoresAreCaught() {
        return broken.stream().map(store -> DynamicTest.dynamicTest(store.name(), () -> assertCaught(store)));
    }

    /** Some stores break only when threads meet, so a run or two may miss them. */
    private void assertCaught(BrokenStore store) {
        Set<String> tests = testsThatCatch(Stream.of(store));
        Map<String, String> failures = failures(store, tests);
        for (int attempt = 2; attempt <= RUNS && !failures.keySet().containsAll(tests); attempt++) {
            failures.putAll(failures(store, tests));
        }
        for (BrokenStore.Catch expected : store.catches()) {
            String message = failures.get(expected.test());
            assertTrue(message != null, expected.test() + " does not catch a store that " + store.name());
            assertTrue(
                    message.contains(expected.message()),
                    () -> expected.test() + " catches a store that " + store.name() + ", but says: " + message);
        }
    }

    @Test
    @DisplayName("a store that breaks nothing passes")
    void theSoundStorePasses() {
        assertEquals(Map.of(), failures(sound, added));
    }

    @Test
    @DisplayName("each added test has a broken store that it must catch, and no other store has its name")
    void everyTestHasABrokenStore() {
        assertEquals(added, testsThatCatch(broken.stream()));
        for (BrokenStore store : broken) {
            assertEquals(store.name(), BrokenStores.named(store.name()).name());
        }
    }
}
