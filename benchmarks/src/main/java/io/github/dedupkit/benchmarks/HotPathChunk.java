package io.github.dedupkit.benchmarks;

/**
 * Events made ready for one thread, and the truth about them. Byte ids are rewritten in place; texts are new each time.
 */
final class HotPathChunk {
    final String[] texts = new String[HotPathWorkload.CHUNK];
    final byte[][] bytes = new byte[HotPathWorkload.CHUNK][HotPathId.BYTES];
    final long[] timestamps = new long[HotPathWorkload.CHUNK];
    final boolean[] duplicates = new boolean[HotPathWorkload.CHUNK];

    /** The numbers of the ids. */
    final long[] ids = new long[HotPathWorkload.CHUNK];

    private final HotPathId kind;
    private long first;

    HotPathChunk(HotPathId kind) {
        this.kind = kind;
    }

    /** Makes events first, first + stride, ... */
    void fill(HotPathWorkload workload, long first, int stride) {
        this.first = first;
        for (int i = 0; i < HotPathWorkload.CHUNK; i++) {
            long event = first + (long) i * stride;
            ids[i] = workload.id(event);
            timestamps[i] = workload.timestamp(event);
            duplicates[i] = workload.isDuplicate(event);
            kind.make(this, i, ids[i]);
        }
    }

    /** The origin of a delivery, one of its own for each. */
    long origin(int i) {
        return ((first + 1) << 16) + i;
    }
}
