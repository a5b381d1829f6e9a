package io.github.dedupkit.benchmarks;

import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code dedup bench latency}: what an event waits at fixed rates, batch size by batch size ({@link LatencyRun}). The
 * workload is that of {@link HotPathBenchmark}; the rates are those of a billion and of ten billion events a day.
 */
@Command(
        name = "latency",
        description = {
            "Offers events at a fixed rate, whether or not the store keeps up, and measures from each event's intended"
                    + " arrival to its verdict: the time that its batch takes to fill, the call, and every stall before"
                    + " it. All events of a run are made before its clock starts. A store that must be helped to forget,"
                    + " as a hash map, is helped with the clock stopped. CONTROL is the same loop without a store: what"
                    + " the machine adds. Prints Markdown tables of batch size against fill time and latency.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 measured; 1 verdicts were wrong, or a tier cannot run here;",
            "2 usage; 70 internal error. DEDUP_JAVA_OPTS sets heap and collector, which",
            "are measured too."
        })
final class LatencyCommand implements Callable<Integer> {
    static final String CONTROL = "CONTROL";

    private static final int WARM_UPS = 20;
    private static final long MOST_RATE = 100_000_000;
    private static final long MOST_MILLIS = 3_600_000;
    private static final long MOST_RETAINED = 10_000_000_000L;

    @Option(
            names = "--rate",
            split = ",",
            paramLabel = "N",
            defaultValue = "11600,116000",
            description = "Events per second (default: ${DEFAULT-VALUE}).")
    List<String> rates = List.of();

    @Option(
            names = "--batch",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,16,64,256,1024",
            description = "Events per call, powers of two up to 65536 (default: ${DEFAULT-VALUE}).")
    List<Integer> batches = List.of();

    @Option(
            names = "--tier",
            split = ",",
            paramLabel = "TIER",
            defaultValue = "FINGERPRINT_NARROW",
            description = "What is measured: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    List<HotPathTier> tiers = List.of();

    @Option(
            names = "--id",
            paramLabel = "KIND",
            defaultValue = "STRING_36",
            description = "The kind of id: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    HotPathId id = HotPathId.STRING_36;

    @Option(
            names = "--retained",
            paramLabel = "N",
            defaultValue = "1e6",
            description = "New ids in a window (default: ${DEFAULT-VALUE}).")
    String retained = "";

    @Option(
            names = "--time",
            paramLabel = "TIME",
            defaultValue = "10s",
            description =
                    "Of each rate and batch, rounded up to a multiple of 65,536 events (default: ${DEFAULT-VALUE}).")
    String time = "";

    @Mixin
    BenchOutput output = new BenchOutput();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        List<Point> points = points();
        HotPathSetting setting = setting();
        output.print(() -> measure(points, setting));
        return 0;
    }

    private LatencyReport measure(List<Point> points, HotPathSetting setting) {
        LatencyEvents events = new LatencyEvents(setting);
        List<LatencyResult> results = new ArrayList<>();
        HotPathSubject nothing = batch -> LatencyCommand::judgeNothing;
        measure(new LatencyRun(CONTROL, nothing, setting, events, LatencyClock.system()), points, WARM_UPS, results);
        for (HotPathTier tier : tiers) {
            try (HotPathSubject subject = tier.open(setting)) {
                LatencyRun run = new LatencyRun(tier.name(), subject, setting, events, LatencyClock.system());
                measure(run.fill(), points, tier.memory.isOutside() ? 1 : WARM_UPS, results);
            } catch (IllegalStateException | StoreUnavailableException e) {
                throw BenchException.failed(tier + ": " + e.getMessage());
            }
        }
        return new LatencyReport(setting.workload().retained(), id, results);
    }

    private void measure(LatencyRun run, List<Point> points, int warmUps, List<LatencyResult> results) {
        for (Point point : points) {
            spec.commandLine()
                    .getErr()
                    .println("latency: " + run.name() + ", " + point.rate + "/s, batches of " + point.batch);
            results.add(run.measure(point.rate, point.batch, warmUps, point.chunks));
        }
    }

    /** What is measured in one go, for whole chunks of events. */
    private record Point(long rate, int batch, int chunks) {}

    private List<Point> points() {
        long millis = BenchAmount.duration("--time", time).toMillis();
        if (millis < 1 || millis > MOST_MILLIS) {
            throw BenchException.usage("--time " + time + " is out of bounds; give 1ms to 1h");
        }
        List<Point> points = new ArrayList<>();
        for (String text : rates) {
            long rate = rate(text);
            long chunks = Math.max(1, (rate * millis / 1_000 + HotPathWorkload.CHUNK - 1) / HotPathWorkload.CHUNK);
            LatencyEvents.requireRoom("--time " + time + " at --rate " + text, chunks * HotPathWorkload.CHUNK);
            batches.forEach(batch -> points.add(new Point(rate, batch, Math.toIntExact(chunks))));
        }
        return points;
    }

    private static void judgeNothing(HotPathChunk chunk, int from, int to, HotPathTally tally) {}

    private HotPathSetting setting() {
        long ids = BenchAmount.count("--retained", retained);
        if (ids > MOST_RETAINED) {
            throw BenchException.usage("--retained " + retained + " is out of bounds; give 2 to " + MOST_RETAINED);
        }
        MemoryCommand.requireRoom("--retained", tiers, ids);
        try {
            batches.forEach(HotPathWorkload::requireBatch);
            return new HotPathSetting(id, Hash.TRUSTED, new HotPathWorkload(ids, 1, 1));
        } catch (IllegalArgumentException e) {
            throw BenchException.usage(String.valueOf(e.getMessage()));
        }
    }

    private static long rate(String text) {
        long rate = BenchAmount.count("--rate", text);
        if (rate > MOST_RATE) {
            throw BenchException.usage(
                    "--rate " + text + " is out of bounds; give events per second, 1 to " + MOST_RATE);
        }
        return rate;
    }
}
