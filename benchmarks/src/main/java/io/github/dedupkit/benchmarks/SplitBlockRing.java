package io.github.dedupkit.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalDouble;

/**
 * A ring of split-block Bloom filters: Putze, Sanders and Singler, Cache-, Hash- and Space-Efficient Bloom Filters (2007), in
 * the form of Parquet and Impala with blocks of 8 words of 32 bits. The rival to be beaten: for one thread, without locks.
 *
 * <p>What makes it quick: the blocks of all generations that a key can be in lie side by side, two generations to a long, so
 * that one load, shift and conjunction asks two of them, and with two generations a key costs one line of 64 bytes; the places
 * in the words are bits of the key as they are; a batch loads the lines of all its keys before it looks at any, so that
 * their misses overlap; the memory is outside the heap, aligned, and in huge pages where the system gives them.
 */
final class SplitBlockRing implements FilterSubject {
    /** On a view as LongBuffer all takes twice as long. */
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** The blocks of a pair of generations. */
    private static final int LINE_BYTES = 64;

    /** The lowest bit of each of the two words in a long. */
    private static final long LANES = 1L << Integer.SIZE | 1;

    private static final int PLACE_BITS = 5;
    private static final int PLACE = (1 << PLACE_BITS) - 1;
    private static final int WORDS = SplitBlockPlan.WORDS;

    private final SplitBlockPlan plan;
    private final int pairs;
    private final ByteBuffer memory;
    private final int[] places = new int[FilterChunk.SIZE];
    private final long spanMillis;
    private long endOfSpan;
    private int youngest;

    /** Never read: keeps the compiler from leaving out the loads that fill the cache. */
    long loaded;

    SplitBlockRing(SplitBlockPlan plan) {
        this.plan = plan;
        pairs = plan.generations() / 2;
        memory = ByteBuffer.allocateDirect((int) plan.bytes() + LINE_BYTES).alignedSlice(LINE_BYTES);
        spanMillis = FilterGuavaRing.spanMillis(plan.generations());
        endOfSpan = DayPlan.START + spanMillis;
    }

    @Override
    public void mark(FilterChunk chunk, int from, int to) {
        if (to - from == 1 || chunk.timestamps[to - 1] >= endOfSpan) {
            for (int i = from; i < to; i++) {
                turn(chunk.timestamps[i]);
                chunk.told[i] = isDuplicate(place(chunk.low[i]), chunk.high[i]);
            }
            return;
        }
        load(chunk, from, to);
        for (int i = from; i < to; i++) {
            chunk.told[i] = isDuplicate(places[i - from], chunk.high[i]);
        }
    }

    private void load(FilterChunk chunk, int from, int to) {
        long any = 0;
        for (int i = from; i < to; i++) {
            int place = place(chunk.low[i]);
            places[i - from] = place;
            for (int pair = 0; pair < pairs; pair++) {
                any |= (long) LONGS.get(memory, place + pair * LINE_BYTES);
            }
        }
        loaded |= any;
    }

    /** Where the key's blocks begin. */
    private int place(long low) {
        return (int) Math.multiplyHigh(low >>> 1, plan.blocks() << 1) * pairs * LINE_BYTES;
    }

    /** Asks all generations; puts what none has into the youngest. */
    private boolean isDuplicate(int place, long bits) {
        long found = 0;
        for (int pair = 0; pair < pairs; pair++) {
            found |= inBoth(place + pair * LINE_BYTES, bits);
        }
        if ((found & LANES) != 0) {
            return true;
        }
        put(place + youngest / 2 * LINE_BYTES, bits, youngest % 2 * Integer.SIZE);
        return false;
    }

    /** In the lowest bit of each word, whether that generation of the two has the key; the other bits mean nothing. */
    private long inBoth(int at, long bits) {
        return word(at, 0, bits)
                & word(at, 1, bits)
                & word(at, 2, bits)
                & word(at, 3, bits)
                & word(at, 4, bits)
                & word(at, 5, bits)
                & word(at, 6, bits)
                & word(at, 7, bits);
    }

    private long word(int at, int i, long bits) {
        return (long) LONGS.get(memory, at + i * Long.BYTES) >>> ((bits >>> (i * PLACE_BITS)) & PLACE);
    }

    private void put(int at, long bits, int lane) {
        long left = bits;
        for (int i = 0; i < WORDS; i++) {
            long bit = 1L << (lane + (left & PLACE));
            LONGS.set(memory, at + i * Long.BYTES, (long) LONGS.get(memory, at + i * Long.BYTES) | bit);
            left >>>= PLACE_BITS;
        }
    }

    /** The oldest generation goes and is filled anew: a pass over its pair of all blocks. */
    private void turn(long timestamp) {
        while (timestamp >= endOfSpan) {
            youngest = (youngest + 1) % plan.generations();
            long others = youngest % 2 == 0 ? -1L << Integer.SIZE : -1L >>> Integer.SIZE;
            for (long block = 0; block < plan.blocks(); block++) {
                clear((int) block * pairs * LINE_BYTES + youngest / 2 * LINE_BYTES, others);
            }
            endOfSpan += spanMillis;
        }
    }

    private void clear(int at, long others) {
        for (int i = 0; i < WORDS; i++) {
            LONGS.set(memory, at + i * Long.BYTES, (long) LONGS.get(memory, at + i * Long.BYTES) & others);
        }
    }

    @Override
    public double planned() {
        return plan.probability();
    }

    /** Unknown: it does not count what it holds. */
    @Override
    public OptionalDouble estimated() {
        return OptionalDouble.empty();
    }

    @Override
    public long bytes() {
        return plan.bytes();
    }
}
