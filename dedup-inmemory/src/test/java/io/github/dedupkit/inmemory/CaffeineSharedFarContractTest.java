package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.testkit.SharedFarStoreContract;
import io.github.dedupkit.testkit.StoreConfig;

/** Caffeine stores as the near tiers of one far store. */
class CaffeineSharedFarContractTest extends SharedFarStoreContract {
    @Override
    protected NearTier near(StoreConfig config) {
        return TierFixtures.caffeine(config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return TierFixtures.exact();
    }
}
