package io.github.dedupkit.cli;

/** What the heap of this process can hold, and how to ask for a larger one. */
final class Heap {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    /** The share of the heap for everything but keys: blocks, classes, the collector's young space. */
    private static final long RESERVED_BYTES = 16 * MIB;

    /** A key in the Caffeine store, its share of the table and of the frequency sketch included; as its stats say. */
    static final long BYTES_PER_KEY = 168;

    private static final long LEAST_KEYS = 1000;

    private Heap() {}

    /**
     * The distinct keys to stop at: half of (maximum heap - 16 MiB), at {@value #BYTES_PER_KEY} bytes a key. The other
     * half is room for the collector, and for the tables while they are doubled.
     */
    static long maximumKeys() {
        return maximumKeys(Runtime.getRuntime().maxMemory());
    }

    static long maximumKeys(long heapBytes) {
        long keys = (heapBytes - RESERVED_BYTES) / 2 / BYTES_PER_KEY;
        return Math.max(LEAST_KEYS, Math.min(Integer.MAX_VALUE, keys));
    }

    /** The heap's bound, for messages. */
    static String describe() {
        return "the heap of " + Runtime.getRuntime().maxMemory() / MIB + " MiB";
    }

    /** How to get a larger heap. */
    static String remedy() {
        long gib = Math.max(8, 4 * (Runtime.getRuntime().maxMemory() / GIB));
        return "allow a larger one with DEDUP_JAVA_OPTS=-Xmx" + gib + "g";
    }
}
