package io.github.dedupkit.bloom;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.FakeDurableStore;
import io.github.dedupkit.testkit.ReplaySafeStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** A filter in front of a durable store keeps its contract through restarts and crashes, warm or not. */
class FilteredDurableContractTest extends ReplaySafeStoreContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return FilteredStores.overDurable(config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FakeDurableStore.GUARANTEES;
    }
}
