package io.github.dedupkit.inmemory;

import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.testkit.IdempotencyConfig;
import io.github.dedupkit.testkit.IdempotencyFixture;
import io.github.dedupkit.testkit.IdempotentExecutorContract;

/** The executor keeps its contract on the store in memory. */
class InMemoryIdempotentExecutorTest extends IdempotentExecutorContract {
    @Override
    protected IdempotencyFixture fixture(IdempotencyConfig config) {
        return new IdempotencyFixture() {
            @Override
            public IdempotencyStore open() {
                return InMemoryIdempotencyStore.builder(config.maximumRecords())
                        .maximumOutcomeBytes(config.maximumOutcomeBytes())
                        .wallClock(config.wallClock())
                        .nanoTime(config.nanoTime())
                        .build();
            }

            @Override
            public void close() {}
        };
    }
}
