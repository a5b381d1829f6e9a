package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.util.ArrayList;
import java.util.List;

/** The fingerprint table keeps the contract: one that refuses when it is full. */
class FingerprintDeduplicationStoreContractTest extends DeduplicationStoreContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return FingerprintFixture.refusing(Width.NARROW, config);
    }

    @Override
    protected List<Retention> retentions() {
        List<Retention> retentions = new ArrayList<>(super.retentions());
        retentions.addAll(FingerprintFixture.oddRetentions());
        return retentions;
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FingerprintFixture.refusing(Width.NARROW, 7.617018127348274E-12);
    }
}
