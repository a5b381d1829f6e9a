package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The contract as run on a broken store, on a small scale. Not a test by its name: {@link BrokenStoresTest} runs it, with
 * the store's name as a parameter of the run.
 */
@ExtendWith(BrokenContract.Resolver.class)
final class BrokenContract extends NearTierContract {
    static final String STORE = "dedup.broken-store";

    private static final long RACES = 600;
    private static final long HISTORIES = 12;

    private final BrokenStore broken;

    BrokenContract(BrokenStore broken) {
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

    @Override
    long scale(String property, long standard) {
        return switch (property) {
            case "dedup.test.races" -> RACES;
            case "dedup.test.histories" -> HISTORIES;
            default -> standard;
        };
    }

    /** Finds the store by the name in the run's parameters. */
    static final class Resolver implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == BrokenStore.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            String name = context.getConfigurationParameter(STORE).orElseThrow();
            return BrokenStores.named(name);
        }
    }
}
