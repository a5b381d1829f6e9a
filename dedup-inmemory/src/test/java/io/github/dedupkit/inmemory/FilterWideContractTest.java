package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.KeyFilterContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.util.List;

/** The filter with its longest fingerprints keeps the contract, with all the ticks that there is then room for. */
class FilterWideContractTest extends KeyFilterContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new StoreFixture() {
            @Override
            public DeduplicationStore open() {
                return FilterStores.builder(FilterWidth.BITS_32, config.retention(), config.expectedKeys())
                        .clock(config.clock())
                        .listener(config.listener())
                        .build();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    protected List<Retention> retentions() {
        return FilterStores.retentions(FilterWidth.BITS_32);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FilterStores.guarantees(2.233311533927918E-9);
    }
}
