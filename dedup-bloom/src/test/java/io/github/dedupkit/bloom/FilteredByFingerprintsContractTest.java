package io.github.dedupkit.bloom;

import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintFilterDeduplicationStore;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.util.List;

/** The same with a filter of fingerprints: the store does not know whose filter it has. */
class FilteredByFingerprintsContractTest extends FilteredDeduplicationStoreContractTest {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new StoreFixture() {
            @Override
            public FilteredDeduplicationStore open() {
                return FilteredDeduplicationStore.builder(
                                config.retention(),
                                FingerprintFilterDeduplicationStore.builder(
                                                config.retention(), 2 * config.expectedKeys())
                                        .falseDuplicateProbability(1e-3)
                                        .clock(config.clock())
                                        .build(),
                                CaffeineDeduplicationStore.builder(config.retention(), 2 * config.expectedKeys())
                                        .clock(config.clock())
                                        .listener(config.listener())
                                        .build())
                        .clock(config.clock())
                        .build();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    protected List<Retention> retentions() {
        return List.of(
                BloomStores.retention(12, 1, 1),
                BloomStores.retention(10, 2, 2),
                BloomStores.retention(7, 7, 0),
                BloomStores.retention(1, 1, 0));
    }
}
