package io.github.dedupkit;

import java.nio.charset.StandardCharsets;

/**
 * Turns results into bytes and back: JSON, Protocol Buffers, Avro, whatever callers can still read when the retention
 * ends. Never Java serialization, which executes what it reads. Must be safe for use by many threads.
 *
 * @param <T> the type of the result
 */
public interface ResultCodec<T> {
    /**
     * Encodes a result.
     *
     * @param result what the action returned
     * @return its bytes; what this throws makes the execution {@link Execution.Unrecorded}
     */
    byte[] encode(T result);

    /**
     * Decodes a result.
     *
     * @param bytes what {@link #encode} made, in this version of the caller's program or an earlier one
     * @return the result; what this throws reaches the caller of the executor
     */
    T decode(byte[] bytes);

    /**
     * Results that are bytes already.
     *
     * @return a codec that passes them on
     */
    static ResultCodec<byte[]> bytes() {
        return new ResultCodec<>() {
            @Override
            public byte[] encode(byte[] result) {
                return result;
            }

            @Override
            public byte[] decode(byte[] bytes) {
                return bytes;
            }
        };
    }

    /**
     * Results that are text.
     *
     * @return a codec to UTF-8, in which unpaired surrogates become question marks
     */
    static ResultCodec<String> utf8() {
        return new ResultCodec<>() {
            @Override
            public byte[] encode(String result) {
                return result.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String decode(byte[] bytes) {
                return new String(bytes, StandardCharsets.UTF_8);
            }
        };
    }
}
