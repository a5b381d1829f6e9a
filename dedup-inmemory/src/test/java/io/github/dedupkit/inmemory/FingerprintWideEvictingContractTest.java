package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.NearTierContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;

/** The wide fingerprint table keeps the contract of a near tier, and drops the oldest records when it is full. */
class FingerprintWideEvictingContractTest extends NearTierContract {
    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return FingerprintFixture.evicting(Width.WIDE, config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return FingerprintFixture.evicting(Width.WIDE, 4.320099833421409E-12);
    }
}
