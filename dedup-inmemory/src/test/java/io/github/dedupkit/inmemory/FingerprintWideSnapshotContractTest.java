package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The wide fingerprint table keeps the contract of a durable store if every restart goes through a snapshot at a barrier. */
class FingerprintWideSnapshotContractTest extends DeduplicationStoreContract {
    @TempDir
    private Path directory;

    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new SnapshotFixture(Width.WIDE, config, directory);
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return SnapshotFixture.guarantees(4.320099833421409E-12);
    }
}
