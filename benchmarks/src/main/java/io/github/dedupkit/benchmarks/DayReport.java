package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What came of a day, for people or for programs.
 *
 * @param run what was run
 * @param store its name
 * @param outcome what came of it
 * @param falseDuplicateProbability that the store states
 * @param admissionProbability that it states for a duplicate of an unconfirmed event
 * @param storeBytes that it takes; empty if it cannot tell
 * @param peakBytes that the process had; empty if the system cannot tell
 */
record DayReport(
        DayRun run,
        String store,
        DayRun.Outcome outcome,
        double falseDuplicateProbability,
        double admissionProbability,
        OptionalLong storeBytes,
        OptionalLong peakBytes)
        implements BenchResult {
    /** Asks a store that has just been streamed through. */
    static DayReport of(DayRun run, DayStore kind, DeduplicationStore store, DayRun.Outcome outcome) {
        return new DayReport(
                run,
                kind.toString(),
                outcome,
                store.guarantees().falseDuplicateProbability(),
                kind.admissionProbability(),
                store.stats().bytes(),
                BenchMemory.peakBytes());
    }

    /** The events that a right store is expected to take for duplicates. */
    double expectedLost() {
        return outcome.tally().firstSeen() * falseDuplicateProbability;
    }

    /** The duplicates in the batch of what they repeat, which is not confirmed then, that a right store is expected to admit. */
    double expectedAdmitted() {
        return (double) outcome.tally().duplicates() / DayEvents.NEAR_ONE_IN * admissionProbability;
    }

    /** The most lost events that chance explains. */
    long mostLost() {
        return BenchStatistics.mostByChance(expectedLost());
    }

    /** The most admitted duplicates that chance explains. */
    long mostAdmitted() {
        return BenchStatistics.mostByChance(expectedAdmitted());
    }

    /** Whether every verdict was right, but for what the store states. */
    @Override
    public boolean isRight() {
        DayTally tally = outcome.tally();
        return tally.lost() <= mostLost() && tally.admitted() <= mostAdmitted() && tally.late() == 0;
    }

    @Override
    public String text() {
        DayPlan plan = run.plan();
        DayTally tally = outcome.tally();
        List<String> lines = new ArrayList<>(List.of(
                String.format(
                        Locale.ROOT,
                        "day: %,d events in %s of event time; window %s, lateness %s, tick %s, disorder up to %s, seed %d",
                        tally.events(),
                        span(plan.stream()),
                        BenchAmount.text(Duration.ofMillis(plan.retention().windowMillis())),
                        BenchAmount.text(Duration.ofMillis(plan.retention().latenessMillis())),
                        BenchAmount.text(Duration.ofMillis(plan.retention().tickMillis())),
                        BenchAmount.text(plan.disorder()),
                        plan.stream().seed()),
                String.format(
                        Locale.ROOT,
                        "truth: %,d first seen, %,d of them again after the window; %,d duplicates",
                        tally.firstSeen(),
                        tally.stale(),
                        tally.duplicates()),
                String.format(
                        Locale.ROOT,
                        "time: %.1f s, %.1f million ids/s, making and checking them included; %.0f %% of it in the store"
                                + " (%s, %s keys, %d threads, batches of %d)",
                        outcome.nanos() / 1e9,
                        idsPerSecond() / 1e6,
                        storeShare() * 100,
                        store,
                        run.keys(),
                        run.threads(),
                        plan.batch()),
                "memory: store " + bytes(storeBytes) + perKey() + ", process at its peak " + bytes(peakBytes),
                String.format(
                        Locale.ROOT,
                        "lost=%d admitted=%d late=%d; expected to be lost %.2g, by chance up to %d; to be admitted %.2g, up to"
                                + " %d",
                        tally.lost(),
                        tally.admitted(),
                        tally.late(),
                        expectedLost(),
                        mostLost(),
                        expectedAdmitted(),
                        mostAdmitted())));
        DayPromise.kept(this).forEach(kept -> lines.add("promise: " + kept));
        return String.join(System.lineSeparator(), lines);
    }

    /** Whether all that is promised of this setting was kept; nothing may be. */
    boolean keepsPromises() {
        return DayPromise.kept(this).stream().allMatch(DayPromise.Kept::held);
    }

    @Override
    public Map<String, Object> fields() {
        DayPlan plan = run.plan();
        DayTally tally = outcome.tally();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("events", tally.events());
        fields.put("first_seen", tally.firstSeen());
        fields.put("stale", tally.stale());
        fields.put("duplicates", tally.duplicates());
        fields.put("lost", tally.lost());
        fields.put("admitted", tally.admitted());
        fields.put("late", tally.late());
        fields.put("false_duplicate_probability", falseDuplicateProbability);
        fields.put("lost_expected", expectedLost());
        fields.put("lost_by_chance", mostLost());
        fields.put("admitted_expected", expectedAdmitted());
        fields.put("admitted_by_chance", mostAdmitted());
        fields.put("millis", outcome.nanos() / 1_000_000);
        fields.put("ids_per_second", Math.round(idsPerSecond()));
        fields.put("store_share", storeShare());
        fields.put("store_bytes", storeBytes);
        fields.put("peak_bytes", peakBytes);
        fields.put("retained_keys", plan.retainedKeys());
        fields.put("window_millis", plan.retention().windowMillis());
        fields.put("lateness_millis", plan.retention().latenessMillis());
        fields.put("tick_millis", plan.retention().tickMillis());
        fields.put("disorder_millis", plan.disorder().toMillis());
        fields.put("millis_per_event", plan.stream().millisPerEvent());
        fields.put("seed", plan.stream().seed());
        fields.put("store", store);
        fields.put("keys", run.keys().toString());
        fields.put("threads", run.threads());
        fields.put("batch", plan.batch());
        Map<String, Object> promises = new LinkedHashMap<>();
        DayPromise.kept(this).forEach(kept -> promises.put(kept.text(), kept.held()));
        fields.put("promises", promises);
        return fields;
    }

    double idsPerSecond() {
        return outcome.tally().events() * 1e9 / Math.max(1, outcome.nanos());
    }

    private double storeShare() {
        return (double) outcome.tally().storeNanos() / Math.max(1, outcome.nanos() * run.threads());
    }

    private String perKey() {
        return storeBytes.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", %.1f for each of %,d retained keys",
                        (double) storeBytes.getAsLong() / run.plan().retainedKeys(),
                        run.plan().retainedKeys());
    }

    private static String span(DayStream stream) {
        return BenchAmount.text(Duration.ofMillis((long) (stream.events() * stream.millisPerEvent())));
    }

    private static String bytes(OptionalLong bytes) {
        return bytes.isEmpty() ? "unknown" : String.format(Locale.ROOT, "%,d bytes", bytes.getAsLong());
    }
}
