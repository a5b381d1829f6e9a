package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rival is a ring of split-block Bloom filters, and not something easier. */
class SplitBlockRingTest {
    private static final long KEYS = 6_000;

    /** The same filters side by side in bit sets, without sharing lines or longs. */
    private static final class Model {
        private final SplitBlockPlan plan;
        private final Deque<BitSet> generations = new ArrayDeque<>();
        private long endOfSpan;

        Model(SplitBlockPlan plan) {
            this.plan = plan;
            generations.add(new BitSet());
            endOfSpan = DayPlan.START + FilterGuavaRing.spanMillis(plan.generations());
        }

        void turn(long timestamp) {
            while (timestamp >= endOfSpan) {
                generations.addFirst(new BitSet());
                if (generations.size() > plan.generations()) {
                    generations.removeLast();
                }
                endOfSpan += FilterGuavaRing.spanMillis(plan.generations());
            }
        }

        boolean isDuplicate(long high, long low) {
            int block = (int) Math.multiplyHigh(low >>> 1, plan.blocks() << 1);
            int[] bits = new int[SplitBlockPlan.WORDS];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = (block * SplitBlockPlan.WORDS + i) * Integer.SIZE + (int) (high >>> (5 * i) & 31);
            }
            for (BitSet generation : generations) {
                boolean all = true;
                for (int bit : bits) {
                    all &= generation.get(bit);
                }
                if (all) {
                    return true;
                }
            }
            for (int bit : bits) {
                generations.getFirst().set(bit);
            }
            return false;
        }
    }

    /** So few bits that a tenth of all answers is wrong: each of them is the model's. */
    @ParameterizedTest
    @CsvSource({"2, 1", "2, 256", "4, 1", "4, 256", "8, 1", "8, 256"})
    void answersAreThoseOfPlainFilters(int generations, int batch) {
        SplitBlockPlan plan = SplitBlockPlan.of(generations, KEYS, 0.1);
        SplitBlockRing ring = new SplitBlockRing(plan);
        Model model = new Model(plan);
        SplittableRandom random = new SplittableRandom(generations);
        FilterChunk chunk = new FilterChunk();
        long wrong = 0;
        double time = DayPlan.START;
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < FilterChunk.SIZE; i++) {
                boolean repeats = i > 0 && random.nextInt(4) == 0;
                int of = repeats ? random.nextInt(i) : i;
                chunk.high[i] = repeats ? chunk.high[of] : random.nextLong();
                chunk.low[i] = repeats ? chunk.low[of] : random.nextLong();
                chunk.timestamps[i] = (long) time;
                chunk.duplicates[i] = repeats;
                time += FilterTraffic.RETENTION.windowMillis() / (double) KEYS;
            }
            for (int from = 0; from < FilterChunk.SIZE; from += batch) {
                ring.mark(chunk, from, from + batch);
                for (int i = from; i < from + batch; i++) {
                    model.turn(chunk.timestamps[i]);
                    assertEquals(model.isDuplicate(chunk.high[i], chunk.low[i]), chunk.told[i], "event " + i);
                    wrong += chunk.told[i] != chunk.duplicates[i] ? 1 : 0;
                }
            }
        }
        assertTrue(wrong > 500, "wrong " + wrong);
    }

    /** Worked out with 30 digits: the known cost of blocks of 256 bits, which grows as probabilities fall. */
    @ParameterizedTest
    @CsvSource({"1e-2, 10.5, 11.0", "1e-3, 16.5, 17.5", "1e-4, 26.0, 28.0"})
    void bitsPerKey(double probability, double least, double most) {
        double perBlock = SplitBlockPlan.keysPerBlock(probability);
        assertEquals(probability, SplitBlockPlan.falsePositives(perBlock), probability * 1e-6);
        double bits = 8 * SplitBlockPlan.BLOCK_BYTES / perBlock;
        assertTrue(bits > least && bits < most, "bits " + bits);
    }

    /** One key in a block: the eight places are the same with 1/32 each. */
    @Test
    void fewKeys() {
        double expected = 1e-9 * Math.pow(1.0 / 32, 8);
        assertEquals(expected, SplitBlockPlan.falsePositives(1e-9), expected * 1e-3);
    }

    @Test
    void tooManyForABuffer() {
        BenchException refusal = assertThrows(BenchException.class, () -> SplitBlockPlan.of(2, 2_000_000_000L, 1e-3));
        assertTrue(String.valueOf(refusal.getMessage()).contains("give fewer keys"), refusal.getMessage());
    }
}
