package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.NearTier;

/** The tier keeps the contract with exact stores on both sides. */
class TieredDeduplicationStoreContractTest extends TieredStoreContract {
    @Override
    protected NearTier near(StoreConfig config) {
        return new FakeDurableStorage(config).open();
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return guarantees();
    }

    /** What a tier of two fake durable stores promises. */
    static Guarantees guarantees() {
        return Guarantees.builder(
                        Guarantees.Durability.PROCESS_CRASH, Guarantees.Scope.PROCESS, Guarantees.Atomicity.STORE)
                .on(Condition.HEALTHY, "0", "0", "0")
                .on(Condition.PROCESS_CRASH, "0", "0", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, "0", "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, "0", "every live key once", "unconfirmed deliveries")
                .on(Condition.OVER_CAPACITY, "0", "0; refuses", "0")
                .on(Condition.LATE_DATA, "0", "0; answered TOO_LATE, or DUPLICATE if recalled", "0")
                .on(Condition.HOSTILE_KEYS, "0 with a keyed key space", "0", "0")
                .build();
    }
}
