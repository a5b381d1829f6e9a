package io.github.dedupkit.rocksdb;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** RocksDB's failures in this project's words. */
final class Failures {
    private static final String RESTORE = "; restore a checkpoint, or start with an empty directory and admit copies";

    private Failures() {}

    static RuntimeException of(RocksDBException e, String what, Path directory) {
        Status status = e.getStatus();
        if (isCorruption(e)) {
            return new CorruptSnapshotException(
                    what + " in " + directory + " failed: at least 1 file is damaged: " + e.getMessage() + RESTORE, e);
        }
        boolean full = status != null && status.getSubCode() == Status.SubCode.NoSpace;
        return new StoreUnavailableException(
                what + " in " + directory + " failed: " + e.getMessage()
                        + (full ? "; make room on the disk" : "; look at the disk")
                        + ", the store goes on by itself when it can write again",
                e);
    }

    static boolean isCorruption(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
    }

    static StoreUnavailableException of(IOException e, String what, Path directory) {
        return new StoreUnavailableException(
                what + " in " + directory + " failed: " + e + "; check the path, its owner and the disk", e);
    }

    static CorruptSnapshotException missing(long missing, long acknowledged, Path directory) {
        return new CorruptSnapshotException(
                missing + " of " + acknowledged + " acknowledged writes (marks, confirms and"
                        + " forgets) are missing in " + directory + RESTORE
                        + ", or open what is left with acceptMissing(), which"
                        + " admits copies of them");
    }
}
