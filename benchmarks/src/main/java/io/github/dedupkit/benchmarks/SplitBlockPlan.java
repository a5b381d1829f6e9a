package io.github.dedupkit.benchmarks;

/**
 * The size of a ring of split-block Bloom filters. A key is in one block of a filter and sets one bit in each of its 8 words
 * of 32 bits. Keys fall into blocks by Poisson's law, so that crowded blocks decide: where j keys are, a new one is taken for
 * a duplicate with (1 - (31/32)^j)^8. The filters have a block for the same keys side by side.
 *
 * @param generations filters, the youngest included
 * @param probability of a false duplicate, of a look-up over all of them when the youngest is full
 * @param blocks of one filter
 */
record SplitBlockPlan(int generations, double probability, long blocks) {
    static final int WORDS = 8;
    static final int BLOCK_BYTES = WORDS * Integer.BYTES;

    /** One buffer holds them all. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 127L;

    private static final double MOST_KEYS_PER_BLOCK = 64;
    private static final int HALVINGS = 60;
    private static final int MOST_CROWDED = 512;

    /**
     * Sizes a ring.
     *
     * @param generations 2, 4 or 8: two of them share a long
     * @param retained keys in W, of which each filter but the youngest has its share
     * @throws BenchException if it is too large for one buffer
     */
    static SplitBlockPlan of(int generations, long retained, double probability) {
        double perBlock = keysPerBlock(probability / generations);
        long blocks = (long) Math.ceil((double) retained / (generations - 1) / perBlock);
        SplitBlockPlan plan = new SplitBlockPlan(generations, probability, blocks);
        if (plan.bytes() > MOST_BYTES) {
            throw BenchException.failed("a ring of " + generations + " split-block filters for " + retained
                    + " keys takes " + plan.bytes() + " bytes, and a buffer has " + MOST_BYTES
                    + " at most; give fewer keys or a higher probability");
        }
        return plan;
    }

    long bytes() {
        return blocks * generations * BLOCK_BYTES;
    }

    /** The most keys in a block, on average, that keep one filter's probability. */
    static double keysPerBlock(double probability) {
        double low = 0;
        double high = MOST_KEYS_PER_BLOCK;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (falsePositives(middle) <= probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Of one filter with so many keys in a block on average. */
    static double falsePositives(double keysPerBlock) {
        double sum = 0;
        double poisson = Math.exp(-keysPerBlock);
        for (int keys = 1; keys < MOST_CROWDED; keys++) {
            poisson *= keysPerBlock / keys;
            sum += poisson * Math.pow(1 - Math.pow(31.0 / 32, keys), WORDS);
        }
        return sum;
    }
}
