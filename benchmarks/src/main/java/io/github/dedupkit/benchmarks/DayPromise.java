package io.github.dedupkit.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * What the project promises of a day at one setting: the narrow table, a billion events a day, two cores.
 *
 * @param windowMillis of the setting
 * @param mostBytes that the table may take
 * @param leastIdsPerSecond that it must judge, generation included; 0 where none is promised
 */
record DayPromise(long windowMillis, long mostBytes, double leastIdsPerSecond) {
    private static final long EVENTS = 1_000_000_000;
    private static final double MILLIS_PER_EVENT = 86_400_000.0 / EVENTS;
    private static final long HOUR = 3_600_000;

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
        DayPlan plan = report.run().plan();
        boolean promised = report.store().equals(DayStore.TABLE.toString())
                && plan.stream().events() == EVENTS
                && plan.stream().millisPerEvent() == MILLIS_PER_EVENT;
        return promised
                ? ALL.stream()
                        .filter(promise ->
                                promise.windowMillis == plan.retention().windowMillis())
                        .flatMap(promise -> promise.of(report).stream())
                        .toList()
                : List.of();
    }

    private List<Kept> of(DayReport report) {
        long bytes = report.storeBytes().orElse(Long.MAX_VALUE);
        Kept memory = new Kept(String.format(Locale.ROOT, "table below %,d bytes", mostBytes), bytes < mostBytes);
        return leastIdsPerSecond == 0
                ? List.of(memory)
                : List.of(
                        memory,
                        new Kept(
                                String.format(
                                        Locale.ROOT,
                                        "at least %.0f million ids/s on two cores",
                                        leastIdsPerSecond / 1e6),
                                report.idsPerSecond() >= leastIdsPerSecond));
    }
}
