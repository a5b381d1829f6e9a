package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** Opens fingerprint tables for a contract. */
record FingerprintFixture(
        Width width,
        StoreConfig config,
        long expectedKeys,
        UnaryOperator<FingerprintDeduplicationStore.Builder> configured)
        implements StoreFixture {
    /** A growing table begins at this share of the expected keys. */
    private static final int TIMES = 1 << 7;

    private static final String REFUSES = "0; marks are refused";
    private static final String EVICTS = "copies of the dropped records, counted";

    @Override
    public DeduplicationStore open() {
        FingerprintDeduplicationStore.Builder builder = configured
                .apply(FingerprintDeduplicationStore.builder(config.retention(), expectedKeys))
                .clock(config.clock())
                .listener(config.listener());
        return width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
    }

    /** Tables that refuse. */
    static FingerprintFixture refusing(Width width, StoreConfig config) {
        return new FingerprintFixture(width, config, config.expectedKeys(), UnaryOperator.identity());
    }

    /** Tables that drop the oldest. */
    static FingerprintFixture evicting(Width width, StoreConfig config) {
        return new FingerprintFixture(
                width, config, config.expectedKeys(), FingerprintDeduplicationStore.Builder::evictOldestWhenFull);
    }

    /** Tables that grow from next to nothing. */
    static FingerprintFixture growing(Width width, StoreConfig config) {
        long started = Math.max(1, config.expectedKeys() / TIMES);
        long bytesPerKey = width == Width.NARROW ? 12 : 20;
        return new FingerprintFixture(
                width,
                config,
                started,
                builder -> builder.maximumBytes(Math.max(1L << 16, started * bytesPerKey * TIMES)));
    }

    /** As many ticks as an age can hold, and a future skew that ends inside a tick. */
    static List<Retention> oddRetentions() {
        return List.of(
                Retention.builder(Duration.ofSeconds(117))
                        .lateness(Duration.ofSeconds(117))
                        .tick(Duration.ofSeconds(1))
                        .futureSkew(Duration.ZERO)
                        .build(),
                Retention.builder(Duration.ofMillis(200))
                        .lateness(Duration.ofMillis(20))
                        .tick(Duration.ofMillis(10))
                        .futureSkew(Duration.ofMillis(7))
                        .build());
    }

    static Guarantees refusing(Width width, double probability) {
        return guarantees(width, probability, REFUSES);
    }

    static Guarantees evicting(Width width, double probability) {
        return guarantees(width, probability, EVICTS);
    }

    @Override
    public void close() {}

    /** What every fingerprint table promises, but for what its builder decides. */
    private static Guarantees guarantees(Width width, double probability, String overCapacity) {
        String lost = "false duplicates at the stated probability";
        String admitted =
                width == Width.NARROW ? "0" : "a copy of an unconfirmed mark, with a probability of 1 in 65,535";
        return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                .falseDuplicateProbability(probability)
                .on(Condition.HEALTHY, lost, admitted, "0")
                .on(Condition.PROCESS_CRASH, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, lost, "every live key once", "unconfirmed deliveries")
                .on(
                        Condition.OVER_CAPACITY,
                        "false duplicates at up to 6 times the stated probability",
                        overCapacity,
                        "0")
                .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "as when healthy, with a keyed key space", admitted, "0")
                .build();
    }
}
