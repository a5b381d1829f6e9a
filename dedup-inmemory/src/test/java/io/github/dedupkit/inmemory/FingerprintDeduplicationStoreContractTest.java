package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The fingerprint table keeps the contract: one that refuses when it is full. */
class FingerprintDeduplicationStoreContractTest extends DeduplicationStoreContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new FingerprintFixture(config, config.expectedKeys(), UnaryOperator.identity());
    }

    @Override
    protected List<Retention> retentions() {
        List<Retention> retentions = new ArrayList<>(super.retentions());
        retentions.add(Retention.builder(Duration.ofSeconds(117)) // as many ticks as an age can hold
                .lateness(Duration.ofSeconds(117))
                .tick(Duration.ofSeconds(1))
                .futureSkew(Duration.ZERO)
                .build());
        retentions.add(Retention.builder(Duration.ofMillis(200)) // the future skew ends inside a tick
                .lateness(Duration.ofMillis(20))
                .tick(Duration.ofMillis(10))
                .futureSkew(Duration.ofMillis(7))
                .build());
        return retentions;
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FingerprintFixture.guarantees(7.105427357601002E-12, "0; marks are refused");
    }
}
