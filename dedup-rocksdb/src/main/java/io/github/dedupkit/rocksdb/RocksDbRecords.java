package io.github.dedupkit.rocksdb;

import io.github.dedupkit.CorruptSnapshotException;
import java.nio.ByteBuffer;

/**
 * The bytes of records and of the store's own entries, all big-endian: format 1 of {@code docs/formats.md}.
 *
 * <pre>
 *   key        high 8 | low 8
 *   confirmed  timestamp - start of its slice 6
 *   open       timestamp - start of its slice 6 | origin 8 | life 4
 * </pre>
 */
final class RocksDbRecords {
    static final int KEY_BYTES = 16;
    private static final int OFFSET_BYTES = 6;
    private static final int OPEN_BYTES = OFFSET_BYTES + Long.BYTES + Integer.BYTES;

    /** What the store keeps of itself, in the default column family. */
    static final byte[] POSITION = {'p'};

    static final byte[] LIVES = {'v'};
    static final byte[] FLOOR = {'f'};
    static final byte[] COUNTS = {'n'};
    static final byte[] LOST = {'l'};

    private RocksDbRecords() {}

    static byte[] key(long high, long low) {
        return ByteBuffer.allocate(KEY_BYTES).putLong(high).putLong(low).array();
    }

    /** The entry of a stripe: writes acknowledged under its lock, and the watermark with the last of them. */
    static byte[] stripeKey(int stripe) {
        return new byte[] {'s', (byte) stripe};
    }

    static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    static long[] longs(byte[] bytes) {
        if (bytes.length % Long.BYTES != 0) {
            throw malformed(bytes.length, "a multiple of " + Long.BYTES);
        }
        long[] values = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(values);
        return values;
    }

    /** The value of a record; an origin of 0 means confirmed. */
    static byte[] value(long offset, long origin, long life) {
        ByteBuffer value = ByteBuffer.allocate(origin == 0 ? OFFSET_BYTES : OPEN_BYTES);
        value.putShort((short) (offset >>> Integer.SIZE)).putInt((int) offset);
        if (origin != 0) {
            value.putLong(origin).putInt((int) life);
        }
        return value.array();
    }

    static long offset(byte[] value) {
        if (value.length != OFFSET_BYTES && value.length != OPEN_BYTES) {
            throw malformed(value.length, OFFSET_BYTES + " or " + OPEN_BYTES);
        }
        ByteBuffer bytes = ByteBuffer.wrap(value);
        return (bytes.getShort() & 0xFFFFL) << Integer.SIZE | (bytes.getInt() & 0xFFFFFFFFL);
    }

    static long origin(byte[] value) {
        return value.length == OPEN_BYTES ? ByteBuffer.wrap(value).getLong(OFFSET_BYTES) : 0;
    }

    /** The life of the store in which an open mark was made. */
    static long life(byte[] value) {
        return Integer.toUnsignedLong(ByteBuffer.wrap(value).getInt(OFFSET_BYTES + Long.BYTES));
    }

    private static CorruptSnapshotException malformed(int length, String expected) {
        return new CorruptSnapshotException("a value of the store has " + length + " bytes, and " + expected
                + " are written; restore a checkpoint, or start with an empty directory and admit copies");
    }
}
