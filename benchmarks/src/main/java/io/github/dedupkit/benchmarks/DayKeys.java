package io.github.dedupkit.benchmarks;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes keys from their numbers. Not thread-safe. */
final class DayKeys {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH = 0xD1342543DE82EF95L;
    private static final long LOW = 0xAF251AF3B0F025B5L;

    /** No secret at all, and nobody attacks: 16 bytes. */
    private static final byte[] SECRET = "dedup-bench-day!".getBytes(StandardCharsets.US_ASCII);

    private final @Nullable KeySpace space;
    private final byte[] id = new byte[2 * Long.BYTES];

    /** How ids become keys. */
    enum Kind {
        /** The id is the key: 128 mixed bits. */
        BITS,
        /** A trusted key space hashes an id of 16 bytes. */
        TRUSTED,
        /** A keyed one does. */
        KEYED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    DayKeys(Kind kind) {
        space = switch (kind) {
            case BITS -> null;
            case TRUSTED -> KeySpace.trusted("bench/day");
            case KEYED -> KeySpace.keyed("bench/day", SECRET);
        };
    }

    /** Adds an event with the key of this number, and an origin or 0. */
    void add(EventBatch batch, long number, long timestamp, long origin) {
        long high = high(number);
        long low = low(number);
        if (space == null) {
            batch.add(high, low, timestamp, origin);
        } else {
            LONG.set(id, 0, high);
            LONG.set(id, Long.BYTES, low);
            batch.add(space, id, timestamp, origin);
        }
    }

    /** The upper half of the bits that a number stands for. */
    static long high(long number) {
        return DayEvents.mix(number * HIGH + LOW);
    }

    /** The lower half. A sum: the mixed number alone would never repeat it, as keys may. */
    static long low(long number) {
        return high(number) + DayEvents.mix(number * LOW + HIGH);
    }
}
