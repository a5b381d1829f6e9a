package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** The fingerprint table keeps the contract while it grows from next to nothing. */
class FingerprintGrowingContractTest extends DeduplicationStoreContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return FingerprintFixture.growing(Width.NARROW, config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FingerprintFixture.refusing(Width.NARROW, 9.74978320300579E-10);
    }
}
