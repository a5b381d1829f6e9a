package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.NearTierContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** The wide fingerprint table keeps the contract of a near tier while it grows from next to nothing. */
class FingerprintWideGrowingContractTest extends NearTierContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return FingerprintFixture.growing(Width.WIDE, config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FingerprintFixture.refusing(Width.WIDE, 5.529727786779404E-10);
    }
}
