package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.KeyFilterContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.time.Duration;
import java.util.List;

/** The filter keeps the contract, with as many ticks as it can tell apart and with few. */
class FilterContractTest extends KeyFilterContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new StoreFixture() {
            @Override
            public DeduplicationStore open() {
                return FingerprintFilterDeduplicationStore.builder(config.retention(), config.expectedKeys())
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
        return List.of(
                FingerprintTables.retention(12, 1, 1),
                FingerprintTables.retention(10, 4, 2),
                FingerprintTables.retention(11, 10, 1),
                FingerprintTables.retention(23, 0, 0),
                FingerprintTables.retention(1, 0, 0),
                FingerprintTables.retention(1, 1, 0),
                Retention.builder(Duration.ofMillis(200))
                        .lateness(Duration.ofMillis(20))
                        .tick(Duration.ofMillis(20))
                        .futureSkew(Duration.ofMillis(7))
                        .build());
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FilterStores.guarantees(8.64088535308838E-7);
    }
}
