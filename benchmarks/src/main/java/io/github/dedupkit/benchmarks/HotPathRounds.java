package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import io.github.dedupkit.benchmarks.HotPathRow.Pages;
import io.github.dedupkit.benchmarks.HotPathTier.Memory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/**
 * Runs {@link HotPathBenchmark} and {@link RandomAccessBenchmark} in rounds, each row once a round, in a JVM of its
 * own, and judges the ratios. Started by {@code build/measure-hot-path.sh}.
 *
 * <p>A figure is a run's whole throughput: all events by all the time on the clock, collections and maintenance
 * included. A row's figure is the median over the rounds. Every other round takes the rows in the opposite order, so
 * that neither a machine that slows down nor a neighbour in the order favours a row. What is outside the process is
 * measured on fewer ids and events, which favours it.
 *
 * <p>Exit codes: 0 the promises hold; 1 one does not; 2 a row could not be measured, or the verdicts were wrong.
 */
public final class HotPathRounds {
    private static final long MIB = 1 << 20;
    private static final long HEAP_BYTES_PER_KEY = 600;
    private static final long DIRECT_BYTES_PER_KEY = 40;
    private static final long LEAST_HEAP_MIB = 1024;
    private static final long MOST_ROUNDS = 1_000;
    private static final long MOST_RETAINED = 10_000_000_000L;
    private static final long MOST_THREADS = 256;

    private final int threads;
    private final long retained;
    private final Path directory;
    private final String hugePagesJava;

    private HotPathRounds(int threads, long retained, Path directory, String hugePagesJava) {
        this.threads = threads;
        this.retained = retained;
        this.directory = directory;
        this.hugePagesJava = hugePagesJava;
    }

    /**
     * Measures, prints and ends the JVM with the exit code.
     *
     * @param args rounds, retained ids, threads, a directory for logs, and a java that takes huge pages for direct
     *     memory
     */
    public static void main(String[] args) {
        if (args.length != 5) {
            System.err.println("usage: HotPathRounds ROUNDS RETAINED THREADS DIRECTORY JAVA_WITH_HUGE_PAGES");
            System.exit(HotPathJudge.INCOMPLETE);
        }
        int code;
        try {
            int rounds = (int) number("ROUNDS", args[0], MOST_ROUNDS);
            long retained = number("RETAINED", args[1], MOST_RETAINED);
            int threads = (int) number("THREADS", args[2], MOST_THREADS);
            code = new HotPathRounds(threads, retained, Path.of(args[3]), args[4]).run(rounds);
        } catch (RuntimeException e) {
            // Uncaught, it would end the JVM with 1, which says that a promise is broken.
            System.out.println("hot path: could not be measured, see the logs in " + args[3] + ": " + e);
            code = HotPathJudge.INCOMPLETE;
        }
        System.exit(code);
    }

    static long number(String name, String text, long most) {
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException e) {
            number = 0;
        }
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(
                    name + " " + text + " is out of bounds; give a number from 1 to " + most);
        }
        return number;
    }

    private int run(int rounds) {
        List<HotPathRow> rows = HotPathRow.all();
        HotPathJudge judge = new HotPathJudge(rows);
        System.out.printf(
                Locale.ROOT,
                "hot path: %,d retained ids of 36 characters, %d thread(s), Java %s, %d round(s); logs: %s%n",
                retained,
                threads,
                System.getProperty("java.version"),
                rounds,
                directory);
        for (HotPathTier tier : HotPathTier.values()) {
            printBytes(tier);
            if (tier.retained(retained) < retained) {
                System.out.printf(Locale.ROOT, "%s: %,d retained ids only%n", tier, tier.retained(retained));
            }
        }
        for (int round = 1; round <= rounds; round++) {
            for (HotPathRow row : inOrderOf(round, rows)) {
                System.out.printf(Locale.ROOT, "round %d: %s%n", round, measured(row, round, judge));
            }
        }
        return judge.judge(threads, System.out);
    }

    static <T> List<T> inOrderOf(int round, List<T> rows) {
        List<T> ordered = new ArrayList<>(rows);
        if (round % 2 == 0) {
            Collections.reverse(ordered);
        }
        return ordered;
    }

    /** Measures a row, enters its figure, and says what to print. A row that fails leaves the others worth having. */
    private String measured(HotPathRow row, int round, HotPathJudge judge) {
        Path log = directory.resolve(row.toString().replaceAll("\\W+", "-") + "-" + round + ".log");
        HotPathFigure figure;
        try {
            figure = HotPathFigure.of(measure(row, log));
        } catch (RunnerException e) {
            return row + " COULD NOT BE MEASURED, see " + log;
        }
        judge.enter(row, figure);
        return HotPathJudge.line(row, figure, threads);
    }

    private Statistics measure(HotPathRow row, Path log) throws RunnerException {
        boolean limit = row.name().equals(HotPathRow.RANDOM_ACCESS);
        Class<?> benchmark = limit ? RandomAccessBenchmark.class : HotPathBenchmark.class;
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + benchmark.getSimpleName() + "\\.")
                .forks(1)
                .threads(threads)
                .param("batch", String.valueOf(row.batch()))
                .jvmArgsAppend(jvmArgs(!limit && HotPathTier.valueOf(row.name()).memory == Memory.HEAP))
                .shouldFailOnError(true)
                .output(log.toString());
        if (limit) {
            options.param("retained", String.valueOf(retained));
        } else {
            HotPathTier tier = HotPathTier.valueOf(row.name());
            options.param("tier", row.name())
                    .param("keySpace", row.keySpace().name())
                    .param("retained", String.valueOf(tier.retained(retained)))
                    .param("latenessTicks", String.valueOf(latenessTicks(tier)))
                    .warmupIterations(tier.warmUps())
                    .measurementIterations(tier.measurements());
        }
        if (row.pages() == Pages.HUGE) {
            options.jvm(hugePagesJava);
        }
        return new Runner(options.build()).runSingle().getPrimaryResult().getStatistics();
    }

    /** Threads may not be further apart than the lateness; few ids pass quickly, and what is outside knows no lateness. */
    private int latenessTicks(HotPathTier tier) {
        return threads > 1 && tier.memory.isOutside() ? HotPathWorkload.MOST_LATENESS_TICKS : 1;
    }

    /** Huge pages, and for rivals a heap that hardly ever has to be collected. */
    private String[] jvmArgs(boolean onHeap) {
        long heap = Math.max(LEAST_HEAP_MIB, onHeap ? HEAP_BYTES_PER_KEY * retained / MIB : 0);
        long direct = LEAST_HEAP_MIB + DIRECT_BYTES_PER_KEY * retained / MIB;
        return new String[] {
            "-XX:+UseParallelGC",
            "-XX:+UseTransparentHugePages",
            "-Xms" + heap + "m",
            "-Xmx" + heap + "m",
            "-XX:MaxDirectMemorySize=" + direct + "m"
        };
    }

    private void printBytes(HotPathTier tier) {
        HotPathSetting setting =
                new HotPathSetting(HotPathId.STRING_36, Hash.TRUSTED, new HotPathWorkload(retained, 1, threads));
        if (tier.memory != Memory.DIRECT) {
            return;
        }
        try (HotPathSubject subject = tier.open(setting)) {
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.1f bytes per retained id%n",
                    tier,
                    (double) subject.bytes().orElseThrow() / retained);
        }
    }
}
