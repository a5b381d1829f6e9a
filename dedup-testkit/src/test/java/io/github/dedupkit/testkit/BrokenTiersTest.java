package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.testkit.BrokenTiers.BrokenTier;
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

/** The contract of tiers is itself tested: each of its tests catches a tier that falls into the trap. */
class BrokenTiersTest {
    private static final int RUNS = 10;

    private static Map<String, String> failures(BrokenTier tier, Set<String> tests) {
        return ContractRuns.failures(BrokenTierContract.class, tier.name(), tests);
    }

    @TestFactory
    @DisplayName("each broken tier is caught, by the tests and with the messages that it should be caught with")
    Stream<DynamicTest> brokenTiersAreCaught() {
        return BrokenTiers.all().stream().map(tier -> DynamicTest.dynamicTest(tier.name(), () -> assertCaught(tier)));
    }

    /** Some tiers break only when threads meet, so a run or two may miss them. */
    private static void assertCaught(BrokenTier tier) {
        Set<String> tests =
                tier.catches().stream().map(BrokenStore.Catch::test).collect(Collectors.toCollection(TreeSet::new));
        Map<String, String> failures = failures(tier, tests);
        for (int run = 2; run <= RUNS && !failures.keySet().containsAll(tests); run++) {
            failures.putAll(failures(tier, tests));
        }
        for (BrokenStore.Catch expected : tier.catches()) {
            String message = failures.get(expected.test());
            assertTrue(message != null, expected.test() + " does not catch a tier that " + tier.name());
            assertTrue(
                    message.contains(expected.message()),
                    () -> expected.test() + " catches a tier that " + tier.name() + ", but says: " + message);
        }
    }

    @Test
    @DisplayName("a tier that breaks nothing passes the whole contract")
    void theSoundTierPasses() {
        assertEquals(Map.of(), failures(BrokenTiers.SOUND, ContractRuns.testsOf(BrokenTierContract.class)));
    }

    @Test
    @DisplayName("each test of tiers has a broken tier that it must catch, and names are distinct")
    void everyTestHasABrokenTier() {
        Set<String> tests = ContractRuns.testsOf(BrokenTierContract.class);
        tests.removeAll(ContractRuns.testsOf(BrokenContract.class));
        Set<String> caught = BrokenTiers.all().stream()
                .flatMap(tier -> tier.catches().stream())
                .map(BrokenStore.Catch::test)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(tests, caught);
        List<String> names = BrokenTiers.all().stream().map(BrokenTier::name).toList();
        assertEquals(names.size(), Set.copyOf(names).size());
    }
}
