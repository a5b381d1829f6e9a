package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract of backing stores as run on a broken one. Not a test by its name: {@link BrokenBackingStoresTest} runs it. */
@ExtendWith(BrokenContract.Resolver.class)
final class BrokenBackingContract extends BackingStoreContract {
    private final BrokenStore broken;

    BrokenBackingContract(BrokenStore broken) {
        this.broken = broken;
    }

    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return broken.fixture(config);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return broken.guarantees();
    }
}
