package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.TieredStoreContract;

/** The Caffeine store as a near tier. */
class CaffeineTieredContractTest extends TieredStoreContract {
    @Override
    protected NearTier near(StoreConfig config) {
        return TierFixtures.caffeine(config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return TierFixtures.exact();
    }
}
