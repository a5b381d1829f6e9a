package io.github.dedupkit.rocksdb;

import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.rocksdb.RocksDbDeduplicationStore.Durability;
import java.nio.file.Path;
import java.time.InstantSource;
import org.rocksdb.WALRecoveryMode;

/**
 * What a store was built with.
 *
 * @param recovery how much damage of the log is cut off at the next opening
 */
record Settings(
        Path directory,
        KeySpace keySpace,
        Retention retention,
        Durability durability,
        long memoryBytes,
        WALRecoveryMode recovery,
        InstantSource clock) {

    StoreIdentity identity() {
        return StoreIdentity.of(keySpace, retention);
    }

    Path ledger() {
        return directory.resolve(Ledger.FILE_NAME);
    }

    /** RocksDB's own directory: nobody else's files are in it. */
    Path database() {
        return databaseIn(directory);
    }

    static Path databaseIn(Path directory) {
        return directory.resolve("db");
    }

    NativeOptions options(WALRecoveryMode mode) {
        return new NativeOptions(durability, memoryBytes, mode);
    }

    /** Loss that was looked at once is not accepted again. */
    Settings refusingLoss() {
        return new Settings(
                directory,
                keySpace,
                retention,
                durability,
                memoryBytes,
                WALRecoveryMode.TolerateCorruptedTailRecords,
                clock);
    }

    boolean acceptsLoss() {
        return recovery == WALRecoveryMode.PointInTimeRecovery;
    }
}
