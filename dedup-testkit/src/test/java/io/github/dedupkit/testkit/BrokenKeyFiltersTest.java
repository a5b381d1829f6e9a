package io.github.dedupkit.testkit;

/** The contract of filters is itself tested. */
class BrokenKeyFiltersTest extends CaughtStores {
    BrokenKeyFiltersTest() {
        super(
                BrokenKeyFilterContract.class,
                KeyFilterContract.class,
                DeduplicationStoreContract.class,
                BrokenKeyFilters.SOUND,
                BrokenKeyFilters.all());
    }
}
