package io.github.dedupkit.rocksdb;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.testkit.BackingStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Without a log, the store keeps the contract; the rules on restarts do not apply to it. */
class RocksDbUnloggedContractTest extends BackingStoreContract {
    @TempDir(factory = RamDisk.class)
    private Path parent;

    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new RocksDbFixture(config, RocksDbDeduplicationStore.Durability.NONE, parent);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                .on(Condition.HEALTHY, "0", "0", "0")
                .on(Condition.PROCESS_CRASH, "0", "every live key once", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, "0", "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, "0", "every live key once", "unconfirmed deliveries")
                .on(
                        Condition.OVER_CAPACITY,
                        "0",
                        "copies of what was in memory when the disk was full",
                        "unconfirmed deliveries")
                .on(Condition.LATE_DATA, "0", "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "0 with a keyed key space", "0", "0")
                .build();
    }
}
