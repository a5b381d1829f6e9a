package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The events of a run, all made before its clock starts, and kept to be made anew for the next one. Not thread-safe. */
final class LatencyEvents {
    /** What an event takes, with its text: what its arrays do, 66, and String and array of 36 characters, 80. */
    private static final long BYTES = 160;

    private static final long MEGA = 1_000_000;

    private final HotPathSetting setting;
    private final List<HotPathChunk> chunks = new ArrayList<>();

    LatencyEvents(HotPathSetting setting) {
        this.setting = setting;
    }

    /**
     * Refuses a run whose events would take more than half of the heap.
     *
     * @param what makes them so many: options and values
     */
    static void requireRoom(String what, long events) {
        long half = Runtime.getRuntime().maxMemory() / 2;
        if (events > half / BYTES) {
            throw BenchException.usage(String.format(
                    Locale.ROOT,
                    "%s is %,d events, which are made before the clock starts and take %,d MB: more than half of the heap,"
                            + " %,d MB; give less --time, a lower --rate, or a larger heap by DEDUP_JAVA_OPTS=-Xmx...",
                    what,
                    events,
                    events / MEGA * BYTES,
                    half / MEGA));
        }
    }

    /** Makes as many chunks of events as are asked for, the first of which begins with an event. */
    List<HotPathChunk> make(long first, int count) {
        while (chunks.size() < count) {
            chunks.add(new HotPathChunk(setting.id()));
        }
        for (int i = 0; i < count; i++) {
            chunks.get(i).fill(setting.workload(), first + (long) i * HotPathWorkload.CHUNK, 1);
        }
        return chunks.subList(0, count);
    }
}
