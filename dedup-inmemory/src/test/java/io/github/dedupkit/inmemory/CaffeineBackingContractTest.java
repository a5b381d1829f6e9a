package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.BackingStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** The Caffeine store can stand behind a filter. */
class CaffeineBackingContractTest extends BackingStoreContract {
    private final CaffeineDeduplicationStoreContractTest caffeine = new CaffeineDeduplicationStoreContractTest();

    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return caffeine.fixture(config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return caffeine.expectedGuarantees();
    }
}
