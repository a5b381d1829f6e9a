package io.github.dedupkit.benchmarks;

import com.google.common.hash.Funnel;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** The kinds of id on the hot path: how they are made, and how they are given to what is measured. */
public enum HotPathId {
    /** A UUID's 36 characters in a String, which rivals hold as it is. */
    STRING_36 {
        @Override
        void make(HotPathChunk chunk, int i, long id) {
            chunk.texts[i] = text(id);
        }

        @Override
        void hash(KeyHasher hasher, HotPathChunk chunk, int i) {
            hasher.hash(chunk.texts[i]);
        }

        @Override
        void add(EventBatch batch, KeySpace space, HotPathChunk chunk, int i, long origin) {
            batch.add(space, chunk.texts[i], chunk.timestamps[i], origin);
        }

        @Override
        Object held(HotPathChunk chunk, int i) {
            return chunk.texts[i];
        }

        @Override
        Object held(long id) {
            return text(id);
        }

        @Override
        Object raw(HotPathChunk chunk, int i) {
            return chunk.texts[i];
        }

        @Override
        byte[] sent(HotPathChunk chunk, int i) {
            return chunk.texts[i].getBytes(StandardCharsets.UTF_8);
        }

        @Override
        byte[] sent(long id) {
            return text(id).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        @SuppressWarnings("UnstableApiUsage")
        Funnel<Object> funnel() {
            return (text, sink) -> sink.putString((String) text, StandardCharsets.UTF_8);
        }
    },

    /** 16 bytes in an array. Maps cannot hold an array by its contents: they hold a UUID, made on the clock. */
    BYTES_16 {
        @Override
        void make(HotPathChunk chunk, int i, long id) {
            write(chunk.bytes[i], id);
        }

        @Override
        void hash(KeyHasher hasher, HotPathChunk chunk, int i) {
            hasher.hash(chunk.bytes[i]);
        }

        @Override
        void add(EventBatch batch, KeySpace space, HotPathChunk chunk, int i, long origin) {
            batch.add(space, chunk.bytes[i], chunk.timestamps[i], origin);
        }

        @Override
        Object held(HotPathChunk chunk, int i) {
            byte[] bytes = chunk.bytes[i];
            return new UUID((long) LONGS.get(bytes, 0), (long) LONGS.get(bytes, Long.BYTES));
        }

        @Override
        Object held(long id) {
            return new UUID(high(id), low(id));
        }

        @Override
        Object raw(HotPathChunk chunk, int i) {
            return chunk.bytes[i];
        }

        @Override
        byte[] sent(HotPathChunk chunk, int i) {
            return chunk.bytes[i];
        }

        @Override
        byte[] sent(long id) {
            byte[] bytes = new byte[BYTES];
            write(bytes, id);
            return bytes;
        }

        @Override
        @SuppressWarnings("UnstableApiUsage")
        Funnel<Object> funnel() {
            return (bytes, sink) -> sink.putBytes((byte[]) bytes);
        }
    };

    /** The length of an id in bytes. */
    static final int BYTES = 16;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long SEED = 42;

    /** Makes the id with a number; ids of different numbers differ. */
    abstract void make(HotPathChunk chunk, int i, long id);

    abstract void hash(KeyHasher hasher, HotPathChunk chunk, int i);

    abstract void add(EventBatch batch, KeySpace space, HotPathChunk chunk, int i, long origin);

    /** What a map holds for an event's id. */
    abstract Object held(HotPathChunk chunk, int i);

    /** What a map holds for the id with a number. */
    abstract Object held(long id);

    /** What is sent to another process, or to native code, for an event's id. */
    abstract byte[] sent(HotPathChunk chunk, int i);

    /** What is sent for the id with a number. */
    abstract byte[] sent(long id);

    /** An event's id as it came, for {@link #funnel()}. */
    abstract Object raw(HotPathChunk chunk, int i);

    /** The quickest of Guava's ways to hash the id. */
    @SuppressWarnings("UnstableApiUsage")
    abstract Funnel<Object> funnel();

    private static String text(long id) {
        byte[] line = new byte[GeneratedLines.LINE_BYTES];
        GeneratedLines.write(id, SEED, line);
        return new String(line, 0, GeneratedLines.LINE_BYTES - 1, StandardCharsets.ISO_8859_1);
    }

    private static void write(byte[] bytes, long id) {
        LONGS.set(bytes, 0, high(id));
        LONGS.set(bytes, Long.BYTES, low(id));
    }

    private static long high(long id) {
        return GeneratedLines.mix(SEED ^ (2 * id + 1));
    }

    private static long low(long id) {
        return GeneratedLines.mix(high(id) + id);
    }
}
