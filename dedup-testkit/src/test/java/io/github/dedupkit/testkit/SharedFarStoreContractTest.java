package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;

/** Tiers that share a far store keep the contract with exact stores on both sides. */
class SharedFarStoreContractTest extends SharedFarStoreContract {
    @Override
    protected NearTier near(StoreConfig config) {
        return new FakeDurableStorage(config).open();
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return TieredDeduplicationStoreContractTest.guarantees();
    }
}
