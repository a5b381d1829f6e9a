package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.testkit.NearTierContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** The Caffeine store keeps the whole contract. */
class CaffeineDeduplicationStoreContractTest extends NearTierContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new StoreFixture() {
            @Override
            public DeduplicationStore open() {
                return CaffeineDeduplicationStore.builder(config.retention(), 2 * config.expectedKeys())
                        .clock(config.clock())
                        .listener(config.listener())
                        .build();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                .on(Condition.HEALTHY, "0", "0", "0")
                .on(Condition.PROCESS_CRASH, "0", "every live key once", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, "0", "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, "0", "every live key once", "unconfirmed deliveries")
                .on(Condition.OVER_CAPACITY, "0", "copies of the dropped records, counted", "0")
                .on(Condition.LATE_DATA, "0", "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "0 with a keyed key space", "0", "0")
                .build();
    }
}
