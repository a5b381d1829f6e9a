package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.testkit.BrokenTiers.BrokenTier;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The contract of tiers as run on a broken tier. Not a test by its name: {@link BrokenTiersTest} runs it. */
@ExtendWith(BrokenTierContract.Resolver.class)
final class BrokenTierContract extends TieredStoreContract {
    private static final long RACES = 600;
    private static final long HISTORIES = 12;

    private final BrokenTier broken;

    BrokenTierContract(BrokenTier broken) {
        this.broken = broken;
    }

    @Override
    ReplaySafeStore tier(NearTier near, ReplaySafeStore far, StoreConfig config) {
        return broken.maker().make(near, far, config);
    }

    @Override
    protected NearTier near(StoreConfig config) {
        return new FakeDurableStorage(config).open();
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return TieredDeduplicationStoreContractTest.guarantees();
    }

    @Override
    long scale(String property, long standard) {
        return switch (property) {
            case "dedup.test.races" -> RACES;
            case "dedup.test.histories" -> HISTORIES;
            default -> standard;
        };
    }

    /** Finds the tier by the name in the run's parameters. */
    static final class Resolver implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == BrokenTier.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return BrokenTiers.named(
                    context.getConfigurationParameter(BrokenContract.STORE).orElseThrow());
        }
    }
}
