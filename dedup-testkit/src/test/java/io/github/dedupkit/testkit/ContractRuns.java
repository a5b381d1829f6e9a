package io.github.dedupkit.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs tests of a contract on a store given by its name, and reads what they report. */
final class ContractRuns {
    private ContractRuns() {}

    /** The names of a contract's tests, but for the long ones, which are others of them with larger numbers. */
    static Set<String> testsOf(Class<?> contract) {
        Set<String> tests = new TreeSet<>();
        for (Class<?> type = contract; type != Object.class; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Test.class) && !method.isAnnotationPresent(Tag.class)) {
                    tests.add(method.getName());
                }
            }
        }
        return tests;
    }

    /** Those of some tests that fail on a store, with what they say. */
    static Map<String, String> failures(Class<?> contract, String store, Collection<String> tests) {
        DiscoverySelector[] selectors =
                tests.stream().map(test -> selectMethod(contract, test)).toArray(DiscoverySelector[]::new);
        List<Event> failed = EngineTestKit.engine("junit-jupiter")
                .configurationParameter(BrokenContract.STORE, store)
                .selectors(selectors)
                .execute()
                .allEvents()
                .failed()
                .list();
        Map<String, String> failures = new LinkedHashMap<>();
        for (Event event : failed) {
            String test =
                    event.getTestDescriptor().getUniqueId().getLastSegment().getValue();
            Throwable thrown = event.getRequiredPayload(TestExecutionResult.class)
                    .getThrowable()
                    .orElseThrow();
            failures.put(test.replaceAll("\\(.*", ""), thrown.toString());
        }
        return failures;
    }
}
