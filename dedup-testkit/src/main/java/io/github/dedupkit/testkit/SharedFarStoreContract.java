package io.github.dedupkit.testkit;

/** The contract of tiers, run on three of them that take turns before one far store: together they keep it as one does. */
public abstract class SharedFarStoreContract extends TieredStoreContract {
    private static final int TIERS = 3;

    /** Creates the contract. */
    protected SharedFarStoreContract() {}

    @Override
    protected final StoreFixture fixture(StoreConfig config) {
        return new TierFixture(config, TIERS, 0);
    }
}
