package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.StoreConfig;
import java.time.Duration;

/** Opens near tiers for a contract, and says what they promise in front of the testkit's durable store. */
final class TierFixtures {
    private TierFixtures() {}

    static NearTier caffeine(StoreConfig config) {
        return CaffeineDeduplicationStore.builder(config.retention(), config.expectedKeys())
                .clock(config.clock())
                .build();
    }

    static NearTier fingerprints(StoreConfig config) {
        return FingerprintDeduplicationStore.builder(shorterByATick(config.retention()), config.expectedKeys())
                .clock(config.clock())
                .buildWide();
    }

    private static Retention shorterByATick(Retention far) {
        long tick = far.windowMillis() > far.tickMillis() ? far.tickMillis() : far.tickMillis() / 2;
        long window = far.windowMillis() - tick;
        return Retention.builder(Duration.ofMillis(window))
                .lateness(Duration.ofMillis(Math.min(far.latenessMillis(), window)))
                .tick(Duration.ofMillis(tick))
                .build();
    }

    static Guarantees exact() {
        return guarantees("0", "0", "0 with a keyed key space", 0);
    }

    static Guarantees approximate(double probability) {
        return guarantees(
                "false duplicates at the stated probability",
                "false duplicates at up to 6 times the stated probability",
                "0 with a keyed key space; near tier: as when healthy, with a keyed key space",
                probability);
    }

    private static Guarantees guarantees(String lost, String lostOverCapacity, String lostHostile, double probability) {
        Guarantees.Builder guarantees = Guarantees.builder(Durability.PROCESS_CRASH, Scope.PROCESS, Atomicity.STORE);
        if (probability > 0) {
            guarantees.falseDuplicateProbability(probability);
        }
        return guarantees
                .on(Condition.HEALTHY, lost, "0", "0")
                .on(Condition.PROCESS_CRASH, lost, "0", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.OVER_CAPACITY, lostOverCapacity, "0; refuses", "0")
                .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE, or DUPLICATE if recalled", "0")
                .on(Condition.HOSTILE_KEYS, lostHostile, "0", "0")
                .build();
    }
}
