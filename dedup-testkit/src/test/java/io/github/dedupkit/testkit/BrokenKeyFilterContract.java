package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract of filters as run on a broken one. Not a test by its name: {@link BrokenKeyFiltersTest} runs it. */
@ExtendWith(BrokenContract.Resolver.class)
final class BrokenKeyFilterContract extends KeyFilterContract {
    private final BrokenStore broken;

    BrokenKeyFilterContract(BrokenStore broken) {
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
