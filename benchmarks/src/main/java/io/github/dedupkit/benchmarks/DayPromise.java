package io.github.dedupkit.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the project promises of a day at one setting: the narrow table, a billion events a day, two threads.
 *
 * @param windowMillis of the setting
 * @param mostBytes that the table may take
 * @param leastIdsPerSecond that it must judge, generation included; 0 where none is promised
 */
record DayPromise(long windowMillis, long mostBytes, double leastIdsPerSecond) {
    private static final long EVENTS = 1_000_000_000;
    private static final double MILLIS_PER_EVENT = 86_400_000.0 / EVENTS;
    private static final long HOUR = 3_600_000;
    private static final int THREADS = 2;

    private static final List<DayPromise> ALL =
            List.of(new DayPromise(HOUR, 512_000_000L, 15e6), new DayPromise(24 * HOUR, 11_000_000_000L, 0));

    /** Whether a promise was kept, in words. */
    record Kept(String text, boolean held) {
        @Override
        public String toString() {
            return text + (held ? ": held" : ": missed");
        }
    }

    /** What became of the promises that are made for the report's setting; empty if none is. */
    static List<Kept> kept(DayReport report) {
        return of(report.run(), report.store())
                .flatMap(promise -> promise.of(report).stream())
                .toList();
    }

    /** Whether anything is promised of a setting. */
    static boolean isMade(DayRun run, DayStore store) {
        return of(run, store.toString()).findAny().isPresent();
    }

    private static Stream<DayPromise> of(DayRun run, String store) {
        DayPlan plan = run.plan();
        return ALL.stream()
                .filter(promise -> store.equals(DayStore.TABLE.toString())
                        && plan.stream().events() == EVENTS
                        && plan.stream().millisPerEvent() == MILLIS_PER_EVENT
                        && promise.windowMillis == plan.retention().windowMillis());
    }

    private List<Kept> of(DayReport report) {
        long bytes = report.storeBytes().orElse(Long.MAX_VALUE);
        Kept memory = new Kept(String.format(Locale.ROOT, "table below %,d bytes", mostBytes), bytes < mostBytes);
        return leastIdsPerSecond == 0 || report.run().threads() != THREADS
                ? List.of(memory)
                : List.of(
                        memory,
                        new Kept(
                                String.format(
                                        Locale.ROOT,
                                        "at least %.0f million ids/s with two threads",
                                        leastIdsPerSecond / 1e6),
                                report.idsPerSecond() >= leastIdsPerSecond));
    }
}
