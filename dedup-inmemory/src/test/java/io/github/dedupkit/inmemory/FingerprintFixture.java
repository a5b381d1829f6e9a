package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.util.function.UnaryOperator;

/** Opens fingerprint tables for a contract. */
record FingerprintFixture(
        StoreConfig config, long expectedKeys, UnaryOperator<FingerprintDeduplicationStore.Builder> configured)
        implements StoreFixture {
    @Override
    public DeduplicationStore open() {
        return configured
                .apply(FingerprintDeduplicationStore.builder(config.retention(), expectedKeys))
                .clock(config.clock())
                .listener(config.listener())
                .buildNarrow();
    }

    @Override
    public void close() {}

    /** What every fingerprint table promises, but for what its builder decides. */
    static Guarantees guarantees(double probability, String overCapacity) {
        String lost = "false duplicates at the stated probability";
        return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                .falseDuplicateProbability(probability)
                .on(Condition.HEALTHY, lost, "0", "0")
                .on(Condition.PROCESS_CRASH, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, lost, "every live key once", "unconfirmed deliveries")
                .on(
                        Condition.OVER_CAPACITY,
                        "false duplicates at up to 6 times the stated probability",
                        overCapacity,
                        "0")
                .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "as when healthy, with a keyed key space", "0", "0")
                .build();
    }
}
