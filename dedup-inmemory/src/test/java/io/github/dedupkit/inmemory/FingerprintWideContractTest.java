package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.NearTierContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.util.ArrayList;
import java.util.List;

/** The wide fingerprint table keeps the contract of a near tier: one that refuses when it is full. */
class FingerprintWideContractTest extends NearTierContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return FingerprintFixture.refusing(Width.WIDE, config);
    }

    @Override
    protected List<Retention> retentions() {
        List<Retention> retentions = new ArrayList<>(super.retentions());
        retentions.addAll(FingerprintFixture.oddRetentions());
        return retentions;
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FingerprintFixture.refusing(Width.WIDE, 4.320099833421409E-12);
    }
}
