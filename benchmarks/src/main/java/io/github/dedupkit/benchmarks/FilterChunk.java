package io.github.dedupkit.benchmarks;

/** Events made ready for a filter, the truth about them, and what the filter says. */
final class FilterChunk {
    /** Events: what they take fits the second cache. */
    static final int SIZE = 1 << 13;

    /** What stands for the keys. */
    final long[] numbers = new long[SIZE];

    final long[] high = new long[SIZE];
    final long[] low = new long[SIZE];
    final long[] timestamps = new long[SIZE];

    /** The truth. */
    final boolean[] duplicates = new boolean[SIZE];

    /** What the filter says. */
    final boolean[] told = new boolean[SIZE];

    /** Makes the events from one on, as if each was told the truth. */
    void make(FilterTraffic traffic, long first) {
        for (int i = 0; i < SIZE; i++) {
            long truth = traffic.truth(first + i);
            long number = traffic.number(truth);
            numbers[i] = number;
            high[i] = DayKeys.high(number);
            low[i] = DayKeys.low(number);
            timestamps[i] = traffic.timestamp(first + i);
            duplicates[i] = truth < 0;
            told[i] = duplicates[i];
        }
    }
}
