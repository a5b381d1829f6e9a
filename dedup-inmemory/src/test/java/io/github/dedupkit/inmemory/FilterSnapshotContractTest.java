package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The filter keeps the contract of a durable store if every restart goes through a snapshot at a barrier. */
class FilterSnapshotContractTest extends DeduplicationStoreContract {
    @TempDir
    private Path directory;

    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new SnapshotFixture(
                (with, snapshot) -> {
                    FingerprintFilterDeduplicationStore.Builder builder = FilterStores.builder(
                                    FilterWidth.BITS_32, with.retention(), with.expectedKeys())
                            .clock(with.clock())
                            .listener(with.listener());
                    return snapshot == null
                            ? builder.build()
                            : builder.restoreFrom(snapshot).build();
                },
                config,
                directory);
    }

    @Override
    protected List<Retention> retentions() {
        return FilterStores.retentions(FilterWidth.BITS_32);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return SnapshotFixture.guarantees(2.233311533927918E-9);
    }
}
