package io.github.dedupkit.rocksdb;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.CRC32C;

/**
 * What a directory was made for: the first bytes of its ledger.
 *
 * @param keySpace the check value of the key space
 * @param window W in milliseconds
 * @param lateness L in milliseconds
 * @param tick g in milliseconds
 * @param futureSkew S in milliseconds
 * @param slice the length of a slice in milliseconds
 */
record StoreIdentity(long keySpace, long window, long lateness, long tick, long futureSkew, long slice) {
    static final int BYTES = 80;
    private static final long MAGIC = 0x6465_6475_706b_6974L; // "dedupkit"
    private static final int FORMAT = 1;
    private static final int CHECKED_BYTES = BYTES - Integer.BYTES;

    static StoreIdentity of(KeySpace keySpace, Retention retention) {
        return new StoreIdentity(
                keySpace.checkValue(),
                retention.windowMillis(),
                retention.latenessMillis(),
                retention.tickMillis(),
                retention.futureSkewMillis(),
                EventTime.sliceMillis(retention));
    }

    void write(ByteBuffer bytes) {
        ByteBuffer fields = ByteBuffer.allocate(BYTES).putLong(MAGIC).putInt(FORMAT);
        fields.putLong(keySpace).putLong(window).putLong(lateness).putLong(tick);
        fields.putLong(futureSkew).putLong(slice);
        fields.putInt(CHECKED_BYTES, checksum(fields.array()));
        bytes.put(0, fields.array());
    }

    /** Reads an identity; refuses damage and formats to come. */
    static StoreIdentity read(ByteBuffer ledger, Path file) {
        byte[] bytes = new byte[BYTES];
        ledger.get(0, bytes);
        ByteBuffer fields = ByteBuffer.wrap(bytes);
        if (fields.getLong() != MAGIC) {
            throw new CorruptSnapshotException(file + " does not begin with the 8 bytes of a dedupkit ledger; restore a"
                    + " checkpoint, or start with an empty directory and admit copies");
        }
        int format = fields.getInt();
        if (fields.getInt(CHECKED_BYTES) != checksum(bytes)) {
            throw new CorruptSnapshotException("the first " + BYTES + " bytes of " + file + " have a wrong checksum;"
                    + " restore a checkpoint, or start with an empty directory and admit copies");
        }
        if (format != FORMAT) {
            throw new CorruptSnapshotException("format " + format + " of " + file + " is unknown, this version reads "
                    + FORMAT + "; use the version that wrote it");
        }
        return new StoreIdentity(
                fields.getLong(),
                fields.getLong(),
                fields.getLong(),
                fields.getLong(),
                fields.getLong(),
                fields.getLong());
    }

    /** Refuses a directory that was made for something else. */
    void require(StoreIdentity expected, KeySpace wanted, Path directory) {
        if (keySpace != expected.keySpace) {
            throw new CorruptSnapshotException("the marks in " + directory + " belong to another key space than "
                    + wanted + ": the check value is " + Long.toHexString(keySpace) + ", not "
                    + Long.toHexString(expected.keySpace) + "; give the namespace, kind and secret they were made with,"
                    + " or another directory");
        }
        if (!equals(expected)) {
            throw new IllegalArgumentException("the store in " + directory + " was made with " + inWords()
                    + ", not with " + expected.inWords() + "; open it with the same, or take another directory");
        }
    }

    private String inWords() {
        return "window " + Duration.ofMillis(window) + ", lateness " + Duration.ofMillis(lateness) + ", tick "
                + Duration.ofMillis(tick) + ", future skew " + Duration.ofMillis(futureSkew) + ", slices of "
                + Duration.ofMillis(slice);
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CHECKED_BYTES);
        return (int) crc.getValue();
    }
}
