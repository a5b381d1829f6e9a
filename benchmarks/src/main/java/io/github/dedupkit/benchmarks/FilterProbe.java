package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Fills a filter with the keys of a window and measures its look-ups. Runs in a JVM of its own. */
final class FilterProbe {
    /** Calls that are compiled, after the fill; more would only take time. */
    private static final long MOST_WARM_UP = 2_000_000;

    private static final long MIB = 1 << 20;
    private static final long SPARE_MIB = 1024;

    /** Room for filters that are no longer asked and not collected yet. */
    private static final int HEAP_FACTOR = 4;

    private FilterProbe() {}

    /**
     * Prints a {@link FilterOutcome#line()}.
     *
     * @param arguments the seed and a setting's
     */
    public static void main(String[] arguments) {
        BenchFork.child(() -> {
            FilterSetting setting = FilterSetting.of(Arrays.copyOfRange(arguments, 1, arguments.length));
            try (FilterSubject subject = setting.open()) {
                return measure(setting, subject, Long.parseLong(arguments[0])).line();
            }
        });
    }

    /** Measures in another JVM, with huge pages, and for rivals on the heap one that is hardly ever collected. */
    static FilterOutcome fork(FilterSetting setting, long seed) throws InterruptedException {
        double onHeap = setting.tier().isOnHeap() ? HEAP_FACTOR * bytes(setting) : 0;
        long heap = SPARE_MIB + (long) (onHeap / MIB);
        List<String> options = List.of(
                "-XX:+UseParallelGC",
                "-XX:+UseTransparentHugePages",
                "-Xms" + heap + "m",
                "-Xmx" + heap + "m",
                "-XX:MaxDirectMemorySize=1t", // what finds no room is refused before
                "-XX:-UsePerfData");
        List<String> arguments = new ArrayList<>(List.of(String.valueOf(seed)));
        arguments.addAll(setting.arguments());
        try (BenchDirectory directory = BenchDirectory.temporary()) {
            return FilterOutcome.of(BenchFork.run(directory, FilterProbe.class, options, arguments));
        }
    }

    /** Refuses what would drive the machine out of memory. */
    static void requireRoom(FilterSetting setting) {
        double factor = setting.tier().isOnHeap() ? HEAP_FACTOR : 1;
        BenchMemory.requireAvailable(
                "--keys " + setting.keys() + " in " + setting.tier(), SPARE_MIB * MIB + factor * bytes(setting));
    }

    private static double bytes(FilterSetting setting) {
        return setting.tier().bytes(setting.keys(), setting.probability());
    }

    /** Fills, warms up, and measures; the events are made, and the answers compared with the truth, off the clock. */
    static FilterOutcome measure(FilterSetting setting, FilterSubject subject, long seed) {
        long lookUps = FilterTraffic.wholeChunks(setting.lookUps());
        long warmUp = FilterTraffic.wholeChunks(Math.min(lookUps / 2, MOST_WARM_UP));
        FilterTraffic traffic = setting.traffic(warmUp, seed);
        int batch = setting.batch();
        FilterChunk chunk = new FilterChunk();
        FilterTally tally = new FilterTally();
        double[] nanosPerKey = new double[(int) (lookUps / FilterChunk.SIZE)];
        long measured = traffic.fill() + warmUp;
        for (long first = 0; first < measured + lookUps; first += FilterChunk.SIZE) {
            chunk.make(traffic, first);
            if (first < traffic.fill()) {
                fill(subject, chunk, batch);
            } else {
                double nanos = mark(subject, chunk, batch);
                if (first == measured) {
                    tally.clear();
                }
                if (first >= measured) {
                    nanosPerKey[(int) ((first - measured) / FilterChunk.SIZE)] = nanos / FilterChunk.SIZE;
                }
            }
            tally.enter(chunk);
        }
        return tally.outcome(
                Arrays.stream(nanosPerKey).average().orElseThrow(),
                BenchStatistics.median(Arrays.stream(nanosPerKey)),
                subject);
    }

    private static void fill(FilterSubject subject, FilterChunk chunk, int batch) {
        for (int from = 0; from < FilterChunk.SIZE; from += batch) {
            subject.fill(chunk, from, from + batch);
        }
    }

    private static long mark(FilterSubject subject, FilterChunk chunk, int batch) {
        long before = System.nanoTime();
        for (int from = 0; from < FilterChunk.SIZE; from += batch) {
            subject.mark(chunk, from, from + batch);
        }
        return System.nanoTime() - before;
    }
}
