package io.github.dedupkit.inmemory;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.DeduplicationStoreContract;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The narrow fingerprint table keeps the contract of a durable store if every restart goes through a snapshot at a barrier. */
class FingerprintSnapshotContractTest extends DeduplicationStoreContract {
    @TempDir
    private Path directory;

    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new SnapshotFixture(Width.NARROW, config, directory);
    }

    @Override
    protected List<Retention> retentions() {
        List<Retention> retentions = new ArrayList<>(super.retentions());
        retentions.addAll(FingerprintFixture.oddRetentions());
        return retentions;
    }

    @Override
    protected Guarantees expectedGuarantees() {
        return SnapshotFixture.guarantees(7.617018127348274E-12);
    }
}
