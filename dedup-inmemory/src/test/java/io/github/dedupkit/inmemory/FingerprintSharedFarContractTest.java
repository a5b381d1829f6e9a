package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.testkit.SharedFarStoreContract;
import io.github.dedupkit.testkit.StoreConfig;

/** Fingerprint tables as the near tiers of one far store. */
class FingerprintSharedFarContractTest extends SharedFarStoreContract {
    @Override
    protected NearTier near(StoreConfig config) {
        return TierFixtures.fingerprints(config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return TierFixtures.approximate(4.320099833421409E-12);
    }
}
