package io.github.dedupkit.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Which keys threads meet at. */
enum ContentionKeys {
    /** All threads mark one key. */
    ONE,

    /** Keys by Zipf's law: with an exponent of 1.2, one event in five or so is of the most frequent key. */
    ZIPF;

    private static final int KEYS = 100_000;
    private static final double EXPONENT = 1.2;
    private static final int SCHEDULE = 1 << 16;

    /** Numbers of keys, to be repeated. A power of two. */
    int[] schedule() {
        int[] numbers = new int[SCHEDULE];
        if (this == ONE) {
            return numbers;
        }
        double[] below = new double[KEYS];
        double sum = 0;
        for (int rank = 0; rank < KEYS; rank++) {
            sum += Math.pow(rank + 1, -EXPONENT);
            below[rank] = sum;
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < SCHEDULE; i++) {
            int found = Arrays.binarySearch(below, random.nextDouble() * sum);
            numbers[i] = found < 0 ? -found - 1 : found;
        }
        return numbers;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
