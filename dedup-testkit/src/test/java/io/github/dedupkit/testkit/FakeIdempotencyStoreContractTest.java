package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;

/** The reference store keeps the whole contract of claims. */
class FakeIdempotencyStoreContractTest extends IdempotencyStoreContract {
    @Override
    protected IdempotencyFixture fixture(IdempotencyConfig config) {
        return new FakeIdempotencyStorage(config);
    }

    @Override
    protected Durability expectedDurability() {
        return Durability.PROCESS_CRASH;
    }

    @Override
    protected Scope expectedScope() {
        return Scope.PROCESS;
    }
}
