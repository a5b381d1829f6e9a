package io.github.dedupkit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A hash function from bytes to 128 bits, under a seed or key fixed at construction.
 *
 * <p>Immutable and thread-safe; a {@link Result} belongs to one thread. No call allocates. Hash values are a storage
 * format: the same input under the same seed or key gives the same 128 bits in every version.
 */
abstract sealed class Hash128 permits Xxh3, SipHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    /** For the two permitted algorithms. */
    Hash128() {}

    /** Receives the two halves of a hash and can be used again. Not thread-safe: one per thread. */
    static final class Result {
        /** The upper 64 bits of the last hash. */
        long high;

        /** The lower 64 bits of the last hash. */
        long low;

        /** Both halves start as 0. */
        Result() {}
    }

    /**
     * Hashes {@code length} bytes from {@code offset}.
     *
     * @param bytes holds the input; only read
     * @param offset index of the first byte
     * @param length number of bytes, 0 allowed
     * @param into receives the hash
     * @throws IndexOutOfBoundsException if the range is not inside {@code bytes}
     */
    abstract void hash(byte[] bytes, int offset, int length, Result into);

    /**
     * Hashes the 8 bytes of {@code value}, most significant byte first; equal to the byte form on those bytes.
     *
     * @param value the input
     * @param into receives the hash
     */
    abstract void hash(long value, Result into);

    /**
     * Hashes 16 bytes: {@code first}, then {@code second}, each most significant byte first, which is the RFC 9562
     * order of a UUID. Equal to the byte form on those bytes.
     *
     * @param first the first 8 bytes of the input
     * @param second the last 8 bytes of the input
     * @param into receives the hash
     */
    abstract void hash(long first, long second, Result into);

    /** The 8 bytes at {@code index}, least significant first. */
    static long longAt(byte[] bytes, int index) {
        return (long) LONGS.get(bytes, index);
    }

    /** The 4 bytes at {@code index}, least significant first. */
    static int intAt(byte[] bytes, int index) {
        return (int) INTS.get(bytes, index);
    }
}
