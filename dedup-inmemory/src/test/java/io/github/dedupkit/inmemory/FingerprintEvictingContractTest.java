package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** The fingerprint table keeps the contract, and drops the oldest records when it is full. */
class FingerprintEvictingContractTest extends DeduplicationStoreContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return FingerprintFixture.evicting(Width.NARROW, config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FingerprintFixture.evicting(Width.NARROW, 7.617018127348274E-12);
    }
}
