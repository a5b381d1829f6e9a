package io.github.dedupkit.bloom;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.KeyFilterContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** The ring of Bloom filters keeps the contract, and goes on at a higher probability when it is full. */
class BloomOverfillingContractTest extends KeyFilterContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return BloomDeduplicationStoreContractTest.fixture(config, BloomDeduplicationStore.Builder::overfillWhenFull);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return BloomDeduplicationStoreContractTest.guarantees(
                "false duplicates at a higher probability, stated in the statistics", "0");
    }
}
