package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.time.Duration;
import java.util.List;

/** The filter keeps the contract, with as many ticks as it can tell apart and with few. */
class FilterContractTest extends DeduplicationStoreContract {
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
        String lost = "false duplicates at the stated probability";
        return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                .falseDuplicateProbability(9.355545043945313E-7)
                .on(Condition.HEALTHY, lost, "0", "0")
                .on(Condition.PROCESS_CRASH, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, lost, "every live key once", "unconfirmed deliveries")
                .on(
                        Condition.OVER_CAPACITY,
                        "false duplicates at up to 1.25 times the stated probability",
                        "0; marks are refused",
                        "0")
                .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "as when healthy, with a keyed key space", "0", "0")
                .build();
    }
}
