package io.github.dedupkit.testkit;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The executor's contract as run on a broken store, on a small scale. Not a test by its name: {@link
 * BrokenExecutorStoresTest} runs it, with the store's name as a parameter of the run.
 */
@ExtendWith(BrokenRunsContract.Resolver.class)
final class BrokenRunsContract extends IdempotentExecutorContract {
    static final String STORE = "dedup.broken-executor-store";

    private static final long ROUNDS = 4;
    private static final long SECONDS = 4;
    private static final long LOST_ANSWERS = 200;

    private final BrokenExecutorStores.Broken broken;

    BrokenRunsContract(BrokenExecutorStores.Broken broken) {
        this.broken = broken;
    }

    @Override
    protected IdempotencyFixture fixture(IdempotencyConfig config) {
        return BrokenExecutorStores.on(broken.store().apply(config));
    }

    @Override
    long scale(String property, long standard) {
        return switch (property) {
            case "dedup.test.crowds" -> 2;
            case PATIENCE -> SECONDS;
            case "dedup.test.zombies" -> ROUNDS;
            case "dedup.test.lost-answers" -> LOST_ANSWERS;
            default -> standard;
        };
    }

    /** Finds the store by the name in the run's parameters. */
    static final class Resolver implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == BrokenExecutorStores.Broken.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            String name = context.getConfigurationParameter(STORE).orElseThrow();
            return BrokenExecutorStores.all().stream()
                    .filter(broken -> broken.toString().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
