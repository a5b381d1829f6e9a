package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.benchmarks.ReportFigure.Better;
import io.github.dedupkit.benchmarks.ReportFigure.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.openjdk.jmh.results.RunResult;

/**
 * {@code dedup bench --quick}: every suite once, at sizes that take minutes together. Leaves a directory with {@code
 * report.md}, {@code report.json}, and what JMH knows of the hot path in {@code jmh.json}.
 *
 * @param hotPath the rows of the hot path, and their sizes
 * @param memoryKeys for each tier
 * @param accuracyKeys that tiers are planned for
 * @param lookUps to count false duplicates on
 * @param dayEvents of the small day
 * @param coldStartKeys of the tables; a tenth of it for what has to be replayed
 */
record QuickRun(
        HotPathRun hotPath, long memoryKeys, long accuracyKeys, long lookUps, long dayEvents, long coldStartKeys) {
    /** What {@code --quick} runs. */
    static final QuickRun DEFAULT = new QuickRun(
            HotPathRun.usual(HotPathRun.REPORTED, 3_000_000, 40), 1_000_000, 500_000, 500_000, 100_000_000, 10_000_000);

    private static final List<ColdStartTier> TABLES = List.of(ColdStartTier.NARROW, ColdStartTier.WIDE);
    private static final int BITS = 12;
    private static final int DAY_BATCH = 512;
    private static final double DAY_MILLIS_PER_EVENT = 86_400_000 / 1e9;
    private static final double DUPLICATES = 0.05;
    private static final double STALE = 0.005;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final String COMMAND = "./dedup bench --quick";

    /**
     * Measures all, and makes the directory.
     *
     * @return what is wrong with what was measured; empty if nothing is
     * @throws BenchException if the directory cannot be made, before anything is measured
     */
    List<String> into(Path out, Consumer<String> progress) throws InterruptedException {
        List<HotPathTier> tiers = hotPath.tiers();
        MemoryCommand.requireRoom("--quick with", tiers, memoryKeys);
        HotPathRun.requireRoom(
                "--quick with", hotPath.rows(), hotPath.setting().workload().retained());
        ColdStartCommand.requireRoom("--quick with", TABLES, coldStartKeys);
        try (ReportDirectory directory = ReportDirectory.at("--out", out)) {
            ReportEnvironment environment = ReportEnvironment.now();
            Instant started = InstantSource.system().instant();
            long start = System.nanoTime();
            Consumer<String> timed = line -> progress.accept(
                    String.format(Locale.ROOT, "[%3d s] %s", (System.nanoTime() - start) / NANOS_PER_SECOND, line));
            List<String> objections = new ArrayList<>();
            List<ReportFigure> figures = new ArrayList<>(day(objections, timed)); // first: its memory is the process's
            List<RunResult> raw = new ArrayList<>();
            figures.addAll(hotPath.measure(raw, objections, timed));
            write(directory.file("jmh.json"), HotPathRun.json(raw));
            figures.addAll(MemoryCommand.measure(tiers, List.of(memoryKeys), objections, timed));
            figures.addAll(AccuracyCommand.measure(
                    AccuracyCommand.runs(List.of(AccuracyTier.values()), accuracyKeys, BITS, lookUps),
                    objections,
                    timed));
            figures.addAll(coldStart(timed));
            long seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
            Report report = new Report(started, seconds, COMMAND, environment.ended(), figures);
            write(directory.file("report.json"), report.json());
            write(directory.file("report.md"), report.markdown());
            directory.complete();
            timed.accept("results: " + out.resolve("report.md"));
            return objections;
        }
    }

    private List<ReportFigure> coldStart(Consumer<String> progress) throws InterruptedException {
        List<ReportFigure> figures =
                new ArrayList<>(ColdStartCommand.measure(TABLES, List.of(coldStartKeys), 1, progress));
        figures.addAll(ColdStartCommand.measure(
                List.of(ColdStartTier.CAFFEINE_STORE), List.of(coldStartKeys / 10), 1, progress));
        return figures;
    }

    private List<ReportFigure> day(List<String> objections, Consumer<String> progress) throws InterruptedException {
        DayStream stream = new DayStream(dayEvents, DAY_MILLIS_PER_EVENT, DUPLICATES, STALE, 1);
        DayPlan plan = new DayPlan(stream, Retention.ofWindow(Duration.ofHours(1)), DAY_BATCH, null);
        DayRun run = new DayRun(plan, DayKeys.Kind.BITS, Runtime.getRuntime().availableProcessors());
        progress.accept(String.format(Locale.ROOT, "day: %s, %,d events", DayStore.TABLE, dayEvents));
        DayReport report;
        try (DeduplicationStore store = DayStore.TABLE.open(plan.retention(), plan.expectedKeys());
                BenchProgress bar = BenchProgress.of(dayEvents)) {
            report = DayReport.of(run, DayStore.TABLE, store, run.stream(store, bar));
        }
        if (!report.isRight()) {
            objections.add("dedup: the day: more wrong verdicts than the store states: " + report.text());
        }
        return figures(report);
    }

    private List<ReportFigure> figures(DayReport report) {
        DayRun run = report.run();
        DayTally tally = report.outcome().tally();
        Source source = new Source(
                "day",
                report.store(),
                String.format(
                        Locale.ROOT,
                        "%,d events of 1e9 a day, window 1h, %d threads, batches of %d",
                        dayEvents,
                        run.threads(),
                        DAY_BATCH),
                "./dedup bench day --events " + dayEvents);
        List<ReportFigure> figures = new ArrayList<>();
        figures.add(source.figure("time", report.outcome().nanos() / 1e9, "s", Better.LOWER));
        figures.add(source.figure("throughput", report.idsPerSecond() / 1e6, "million events/s", Better.HIGHER));
        figures.add(source.figure("lost", (double) tally.lost(), "events", Better.LOWER));
        figures.add(source.figure("admitted", (double) tally.admitted(), "events", Better.LOWER));
        figures.add(source.figure("late", (double) tally.late(), "events", Better.LOWER));
        report.storeBytes()
                .ifPresent(bytes -> figures.add(
                        source.figure("store", (double) bytes / run.plan().retainedKeys(), "bytes/key", Better.LOWER)));
        report.peakBytes()
                .ifPresent(bytes -> figures.add(source.figure("process peak", bytes / 1e6, "MB", Better.LOWER)));
        return figures;
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw BenchException.failed("cannot write " + file + " (" + e + "); is the disk full?");
        }
    }
}
