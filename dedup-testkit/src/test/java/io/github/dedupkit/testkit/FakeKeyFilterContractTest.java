package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;

/** The reference filter keeps the contract. */
class FakeKeyFilterContractTest extends KeyFilterContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new FakeDurableStorage(config, FakeKeyFilter::new);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FakeDurableStore.GUARANTEES;
    }
}
