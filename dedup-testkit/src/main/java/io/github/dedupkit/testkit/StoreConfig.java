package io.github.dedupkit.testkit;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.Retention;
import java.util.Objects;

/**
 * What a contract test asks of the store under test.
 *
 * @param retention how long it remembers
 * @param clock its clock, or the clock of its server
 * @param expectedKeys the number of live keys it must have room for; a test of rule 6 goes beyond
 * @param listener its observer
 */
public record StoreConfig(Retention retention, VirtualClock clock, long expectedKeys, DeduplicationListener listener) {
    /**
     * Validates that nothing is null.
     *
     * @param retention how long it remembers
     * @param clock its clock, or the clock of its server
     * @param expectedKeys the number of live keys it must have room for; a test of rule 6 goes beyond
     * @param listener its observer
     * @throws NullPointerException naming the component that is null
     */
    public StoreConfig {
        Objects.requireNonNull(retention, "retention");
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(listener, "listener");
    }
}
