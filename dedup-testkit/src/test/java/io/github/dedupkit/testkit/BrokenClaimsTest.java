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

/** The testkit is itself tested: each test of the contract of claims catches a store that breaks what it tests. */
class BrokenClaimsTest {
    private static final int RUNS = 10;

    @TestFactory
    @DisplayName("each broken store is caught, by the tests and with the messages that it should be caught with")
    Stream<DynamicTest> brokenStoresAreCaught() {
        return BrokenClaims.all().stream()
                .map(store -> DynamicTest.dynamicTest(store.name(), () -> assertCaught(store)));
    }

    /** Some stores break only when threads meet, so a run or two may miss them; the sound store is never caught. */
    private static void assertCaught(BrokenClaimsStore store) {
        List<String> tests =
                store.catches().stream().map(BrokenStore.Catch::test).toList();
        Map<String, String> failures = failures(store.name(), tests);
        for (int run = 2; run <= RUNS && !failures.keySet().containsAll(tests); run++) {
            failures.putAll(failures(store.name(), tests));
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
    @DisplayName("a store that breaks nothing passes the whole contract")
    void theSoundStorePasses() {
        assertEquals(Map.of(), failures(BrokenClaims.SOUND, testsOfTheContract()));
    }

    @Test
    @DisplayName("each rule, and each test of the contract, has a broken store that it must catch")
    void everyTestHasABrokenStore() {
        Set<String> tests = testsOfTheContract();
        Map<String, Long> storesByTest = BrokenClaims.all().stream()
                .flatMap(store -> store.catches().stream())
                .collect(Collectors.groupingBy(BrokenStore.Catch::test, TreeMap::new, Collectors.counting()));
        System.out.println("broken stores of claims by test: " + storesByTest);
        assertEquals(tests, storesByTest.keySet(), "tests of the contract, and tests that must catch a broken store");
        Set<String> rules = tests.stream()
                .filter(test -> test.matches("rule\\d.*"))
                .map(test -> test.replaceAll("^rule(\\d+).*", "$1"))
                .collect(Collectors.toSet());
        assertEquals(Set.of("6", "7", "8", "9", "10", "11", "12"), rules, "rules with tests");
    }

    @Test
    @DisplayName("the names of the broken stores are distinct")
    void namesAreDistinct() {
        List<String> names =
                BrokenClaims.all().stream().map(BrokenClaimsStore::name).toList();
        assertEquals(names.size(), Set.copyOf(names).size());
    }

    private static Set<String> testsOfTheContract() {
        return ContractRuns.testsOf(BrokenClaimsContract.class);
    }

    private static Map<String, String> failures(String store, Collection<String> tests) {
        return ContractRuns.failures(BrokenClaimsContract.class, store, tests);
    }
}
