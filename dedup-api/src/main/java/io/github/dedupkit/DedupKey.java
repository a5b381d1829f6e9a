package io.github.dedupkit;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The 128-bit key under which a store records an event, made from the event's id by a {@link KeySpace}.
 *
 * <p>The low 80 bits (all of {@link #low()}, the low 16 bits of {@link #high()}) are uniform in every key; stores take
 * hash bits from there only, because the upper 48 bits of a time-ordered key are a timestamp. Immutable and
 * thread-safe. Two keys are equal exactly when their 128 bits are.
 *
 * <p>Stores also take the two halves as {@code long} arguments, which avoids this object on a hot path.
 */
public final class DedupKey {
    private final long high;
    private final long low;

    private DedupKey(long high, long low) {
        this.high = high;
        this.low = low;
    }

    /**
     * Wraps key bits that a {@link KeySpace} made earlier, for example ones carried in a message header.
     *
     * <p>Do not pass bits of another origin: a store loses events when the low 80 bits are not uniform.
     *
     * @param high the upper 64 bits
     * @param low the lower 64 bits
     * @return the key with these bits
     */
    public static DedupKey ofBits(long high, long low) {
        return new DedupKey(high, low);
    }

    /**
     * The upper 64 bits.
     *
     * @return bits 64 to 127
     */
    public long high() {
        return high;
    }

    /**
     * The lower 64 bits.
     *
     * @return bits 0 to 63
     */
    public long low() {
        return low;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DedupKey that && high == that.high && low == that.low;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(low);
    }

    /**
     * The key as 32 lower-case hexadecimal digits, upper half first: the form used in {@code docs/formats.md}.
     *
     * @return 32 hexadecimal digits
     */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
