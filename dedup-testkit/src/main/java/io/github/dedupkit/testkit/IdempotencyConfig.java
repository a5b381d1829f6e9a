package io.github.dedupkit.testkit;

import java.util.Objects;

/**
 * What a contract test asks of the idempotency store under test.
 *
 * @param wallClock the wall clock of its storage, which serves the fence alone
 * @param nanoTime the clock of its leases and retentions, and the monotonic clock of its holders
 * @param maximumRecords the number of records it must have room for; a test of rule 6 goes beyond
 * @param maximumOutcomeBytes the most bytes of an outcome
 */
public record IdempotencyConfig(
        VirtualClock wallClock, VirtualNanoTime nanoTime, long maximumRecords, int maximumOutcomeBytes) {
    /**
     * Validates that nothing is null.
     *
     * @param wallClock the wall clock of its storage
     * @param nanoTime the clock of its leases and retentions
     * @param maximumRecords the number of records it must have room for
     * @param maximumOutcomeBytes the most bytes of an outcome
     * @throws NullPointerException naming the component that is null
     */
    public IdempotencyConfig {
        Objects.requireNonNull(wallClock, "wallClock");
        Objects.requireNonNull(nanoTime, "nanoTime");
    }
}
