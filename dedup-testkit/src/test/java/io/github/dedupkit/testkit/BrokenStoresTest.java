package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The testkit is itself tested: each test of the contract catches a store that breaks what it tests. */
class BrokenStoresTest {
    private static final int RUNS = 10;

    @TestFactory
    @DisplayName("each broken store is caught, by the tests and with the messages that it should be caught with")
    Stream<DynamicTest> brokenStoresAreCaught() {
        return BrokenStores.all().stream()
                .map(store -> DynamicTest.dynamicTest(store.name(), () -> assertCaught(store)));
    }

    /** Some stores break only when threads meet, so a run or two may miss them; a sound store is never caught. */
    private static void assertCaught(BrokenStore store) {
        List<String> tests =
                store.catches().stream().map(BrokenStore.Catch::test).toList();
        Map<String, String> failures = failures(store, tests);
        for (int run = 2; run <= RUNS && !failures.keySet().containsAll(tests); run++) {
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

    @TestFactory
    @DisplayName("a store that breaks nothing passes the whole contract")
    Stream<DynamicTest> soundStoresPass() {
        return BrokenStores.sound().stream()
                .map(store -> DynamicTest.dynamicTest(
                        store.name(),
                        () -> assertEquals(Map.of(), failures(store, testsOfTheContract()), store.name())));
    }

    @Test
    @DisplayName("each rule, and each test of the contract, has a broken store that it must catch")
    void everyTestHasABrokenStore() {
        Set<String> tests = testsOfTheContract();
        Map<String, Long> storesByTest = BrokenStores.all().stream()
                .flatMap(store -> store.catches().stream())
                .collect(Collectors.groupingBy(BrokenStore.Catch::test, TreeMap::new, Collectors.counting()));
        System.out.println("broken stores by test: " + storesByTest);
        assertEquals(tests, storesByTest.keySet(), "tests of the contract, and tests that must catch a broken store");
        Set<String> rules = tests.stream()
                .filter(test -> test.startsWith("rule"))
                .map(test -> test.replaceAll("^rules?(\\d*).*", "$1"))
                .filter(rule -> !rule.isEmpty())
                .collect(Collectors.toSet());
        assertEquals(Set.of("1", "2", "3", "4", "5", "6", "7", "10", "11", "12"), rules, "rules with tests");
    }

    @Test
    @DisplayName("the names of the broken stores are distinct")
    void namesAreDistinct() {
        List<String> names = BrokenStores.all().stream().map(BrokenStore::name).toList();
        assertEquals(names.size(), Set.copyOf(names).size());
    }

    private static Set<String> testsOfTheContract() {
        return ContractRuns.testsOf(BrokenContract.class);
    }

    private static Map<String, String> failures(BrokenStore store, Collection<String> tests) {
        return ContractRuns.failures(BrokenContract.class, store.name(), tests);
    }
}
