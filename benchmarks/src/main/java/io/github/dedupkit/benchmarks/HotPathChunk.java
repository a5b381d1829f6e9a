package io.github.dedupkit.benchmarks;

/**
 * Events made ready for one thread, and the truth about them. Byte ids are rewritten in place; texts are new each time.
 */
final class HotPathChunk {
    final String[] texts = new String[HotPathWorkload.CHUNK];
    final byte[][] bytes = new byte[HotPathWorkload.CHUNK][HotPathId.BYTES];
    final long[] timestamps = new long[HotPathWorkload.CHUNK];
    final long[] origins = new long[HotPathWorkload.CHUNK];
    final boolean[] duplicates = new boolean[HotPathWorkload.CHUNK];

    /** The ids that came before, be they duplicates or new again. */
    final boolean[] repeats = new boolean[HotPathWorkload.CHUNK];

    /** The numbers of the ids. */
    final long[] ids = new long[HotPathWorkload.CHUNK];

    private final HotPathId kind;

    HotPathChunk(HotPathId kind) {
        this.kind = kind;
    }

    /** Makes events first, first + stride, ... */
    void fill(HotPathWorkload workload, long first, int stride) {
        for (int i = 0; i < HotPathWorkload.CHUNK; i++) {
            long event = first + (long) i * stride;
            ids[i] = workload.id(event);
            timestamps[i] = workload.timestamp(event);
            origins[i] = workload.origin(event);
            duplicates[i] = workload.isDuplicate(event);
            repeats[i] = workload.isRepeat(event);
            kind.make(this, i, ids[i]);
        }
    }

    /** Whether an id was new, out of the window, and is new again. */
    boolean isNewAgain(int i) {
        return repeats[i] && !duplicates[i];
    }
}
