package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.TieredStoreContract;
import java.util.ArrayList;
import java.util.List;

/** The fingerprint table as a near tier. */
class FingerprintTieredContractTest extends TieredStoreContract {
    @Override
    protected NearTier near(StoreConfig config) {
        return TierFixtures.fingerprints(config);
    }

    @Override
    protected List<Retention> retentions() {
        List<Retention> retentions = new ArrayList<>(super.retentions());
        retentions.addAll(FingerprintFixture.oddRetentions());
        return retentions;
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return TierFixtures.approximate(4.320099833421409E-12);
    }
}
