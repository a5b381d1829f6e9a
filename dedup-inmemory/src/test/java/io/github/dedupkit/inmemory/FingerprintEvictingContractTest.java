package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** The fingerprint table keeps the contract, and drops the oldest records when it is full. */
class FingerprintEvictingContractTest extends DeduplicationStoreContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new FingerprintFixture(
                config, config.expectedKeys(), FingerprintDeduplicationStore.Builder::evictOldestWhenFull);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FingerprintFixture.guarantees(7.105427357601002E-12, "copies of the dropped records, counted");
    }
}
