package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The contract of claims as run on a broken store, on a small scale. Not a test by its name: {@link BrokenClaimsTest} runs it,
 * with the store's name as a parameter of the run; without one the store is sound.
 */
@ExtendWith(BrokenClaimsContract.Resolver.class)
final class BrokenClaimsContract extends IdempotencyStoreContract {

    private static final long RACES = 2_000;
    private static final long HISTORIES = 60;
    private static final long WATCH_MILLIS = 200;

    private final BrokenClaimsStore broken;

    BrokenClaimsContract(BrokenClaimsStore broken) {
        this.broken = broken;
    }

    @Override
    protected IdempotencyFixture fixture(IdempotencyConfig config) {
        return new FakeIdempotencyStorage(config, broken.opener());
    }

    @Override
    protected Durability expectedDurability() {
        return Durability.PROCESS_CRASH;
    }

    @Override
    protected Scope expectedScope() {
        return Scope.PROCESS;
    }

    @Override
    long scale(String property, long standard) {
        return switch (property) {
            case "dedup.test.claim-races" -> RACES;
            case "dedup.test.claim-histories" -> HISTORIES;
            case "dedup.test.watch-millis" -> WATCH_MILLIS;
            default -> standard;
        };
    }

    /** Finds the store by the name in the run's parameters. */
    static final class Resolver implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == BrokenClaimsStore.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return BrokenClaims.named(
                    context.getConfigurationParameter(BrokenContract.STORE).orElse(BrokenClaims.SOUND));
        }
    }
}
