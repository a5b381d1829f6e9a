package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;

/** The reference store can stand behind a filter. */
class FakeDurableBackingContractTest extends BackingStoreContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new FakeDurableStorage(config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FakeDurableStore.GUARANTEES;
    }
}
