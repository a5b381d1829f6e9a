package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.testkit.IdempotencyConfig;
import io.github.dedupkit.testkit.IdempotencyFixture;
import io.github.dedupkit.testkit.IdempotencyStoreContract;

/** The store in memory keeps the whole contract of claims. */
class InMemoryIdempotencyStoreContractTest extends IdempotencyStoreContract {
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

    @Override
    protected Durability expectedDurability() {
        return Durability.NONE;
    }

    @Override
    protected Scope expectedScope() {
        return Scope.PROCESS;
    }
}
