package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** The fingerprint table keeps the contract while it grows from next to nothing. */
class FingerprintGrowingContractTest extends DeduplicationStoreContract {
    private static final int TIMES = 1 << 7;

    @Override
    protected StoreFixture fixture(StoreConfig config) {
        long started = Math.max(1, config.expectedKeys() / TIMES);
        return new FingerprintFixture(
                config, started, builder -> builder.maximumBytes(Math.max(1L << 16, started * 12 * TIMES)));
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FingerprintFixture.guarantees(9.094947017729282E-10, "0; marks are refused");
    }
}
