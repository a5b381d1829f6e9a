package io.github.dedupkit.testkit;

/** The executor's contract on a sound store: what it says of the broken ones is not its own fault. */
class MapIdempotentExecutorTest extends IdempotentExecutorContract {
    private static final int PART = 10;

    @Override
    protected IdempotencyFixture fixture(IdempotencyConfig config) {
        return BrokenExecutorStores.on(new MapIdempotencyStore(config));
    }

    @Override
    long scale(String property, long standard) {
        return property.equals(PATIENCE) ? standard : Math.max(1, super.scale(property, standard) / PART);
    }
}
