package io.github.dedupkit.rocksdb;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.ColumnFamilyHandle;

/** The records of a stretch of event time: one column family, dropped whole. */
final class Slice {
    private static final String PREFIX = "slice-";

    final long number;

    /** Its first millisecond; records keep their distance from it. */
    final long start;

    final ColumnFamilyHandle handle;
    final UseCount uses = new UseCount();

    /** The keys it holds. */
    final AtomicLong keys = new AtomicLong();

    Slice(long number, long start, ColumnFamilyHandle handle) {
        this.number = number;
        this.start = start;
        this.handle = handle;
    }

    static byte[] name(long number) {
        return (PREFIX + number).getBytes(StandardCharsets.US_ASCII);
    }

    /** The number in the name of a column family; an exception for a name that {@link #name} does not make. */
    static long number(byte[] name) {
        String text = new String(name, StandardCharsets.US_ASCII);
        if (!text.startsWith(PREFIX)) {
            throw new NumberFormatException("the column family " + text + " is not of this store");
        }
        return Long.parseLong(text.substring(PREFIX.length()));
    }
}
