package io.github.dedupkit.bloom;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.KeyFilterContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The ring of Bloom filters keeps the contract: one that refuses when it is full. */
class BloomDeduplicationStoreContractTest extends KeyFilterContract {
    private static final String LOST = "false duplicates at the stated probability";

    /** Opens stores that a test configures. */
    static StoreFixture fixture(StoreConfig config, UnaryOperator<BloomDeduplicationStore.Builder> configured) {
        return new StoreFixture() {
            @Override
            public DeduplicationStore open() {
                return configured
                        .apply(BloomDeduplicationStore.builder(config.retention(), config.expectedKeys()))
                        .clock(config.clock())
                        .listener(config.listener())
                        .build();
            }

            @Override
            public void close() {}
        };
    }

    /** What every ring promises, but for what its builder decides. */
    static Guarantees guarantees(String lostOverCapacity, String admittedOverCapacity) {
        return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                .falseDuplicateProbability(0.000001)
                .on(Condition.HEALTHY, LOST, "0", "0")
                .on(Condition.PROCESS_CRASH, LOST, "every live key once", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, LOST, "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, LOST, "every live key once", "unconfirmed deliveries")
                .on(Condition.OVER_CAPACITY, lostOverCapacity, admittedOverCapacity, "0")
                .on(Condition.LATE_DATA, LOST, "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "as when healthy, with a keyed key space", "0", "0")
                .build();
    }

    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return fixture(config, UnaryOperator.identity());
    }

    @Override
    protected List<Retention> retentions() {
        List<Retention> retentions = new ArrayList<>(super.retentions());
        retentions.addAll(BloomStores.oddRetentions());
        return retentions;
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return guarantees(LOST, "0; marks are refused");
    }
}
