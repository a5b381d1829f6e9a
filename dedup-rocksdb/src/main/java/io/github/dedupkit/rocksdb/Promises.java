package io.github.dedupkit.rocksdb;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Scope;

/** What the store promises, by durability. */
final class Promises {
    private static final String OPEN = "unconfirmed deliveries";
    private static final String REFUSES = "0; refuses while the disk is full";
    private static final String FORGETS = "copies of what was in memory when the disk was full";

    private Promises() {}

    static Guarantees of(RocksDbDeduplicationStore.Durability durability) {
        return switch (durability) {
            case SYNC -> of(Guarantees.Durability.POWER_CUT, "0", "0", REFUSES);
            case WAL -> of(Guarantees.Durability.PROCESS_CRASH, "0", "copies of what was not synced", REFUSES);
            case NONE -> of(Guarantees.Durability.NONE, "every live key once", "every live key once", FORGETS);
        };
    }

    private static Guarantees of(
            Guarantees.Durability durability, String afterCrash, String afterPowerCut, String overCapacity) {
        return Guarantees.builder(durability, Scope.PROCESS, Atomicity.STORE)
                .on(Condition.HEALTHY, "0", "0", "0")
                .on(Condition.PROCESS_CRASH, "0", afterCrash, OPEN)
                .on(Condition.POWER_CUT, "0", afterPowerCut, OPEN)
                .on(Condition.FAILOVER, "0", "every live key once", OPEN)
                .on(Condition.OVER_CAPACITY, "0", overCapacity, FORGETS.equals(overCapacity) ? OPEN : "0")
                .on(Condition.LATE_DATA, "0", "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "0 with a keyed key space", "0", "0")
                .build();
    }
}
