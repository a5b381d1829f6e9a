package io.github.dedupkit.testkit;

/** The contract of backing stores is itself tested. */
class BrokenBackingStoresTest extends CaughtStores {
    BrokenBackingStoresTest() {
        super(
                BrokenBackingContract.class,
                BackingStoreContract.class,
                ReplaySafeStoreContract.class,
                BrokenBackingStores.SOUND,
                BrokenBackingStores.all());
    }
}
