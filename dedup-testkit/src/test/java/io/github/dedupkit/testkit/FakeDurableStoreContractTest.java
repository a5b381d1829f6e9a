package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;

/** The reference store keeps the whole contract. */
class FakeDurableStoreContractTest extends NearTierContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new FakeDurableStorage(config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FakeDurableStore.GUARANTEES;
    }
}
