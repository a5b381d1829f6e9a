package io.github.dedupkit.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Collects the figures of rounds, and judges the ratios of their medians.
 *
 * <p>A run's figure is its whole throughput. The median of its chunks would leave out what comes in bursts, as a
 * cache's maintenance and a collection of its garbage do, although every event pays its share of them; it is printed
 * beside the figure. What the machine did to a run is left out by the median over rounds.
 */
final class HotPathJudge {
    static final int OK = 0;
    static final int TOO_SLOW = 1;
    static final int INCOMPLETE = 2;

    private static final HotPathRow NARROW = HotPathRow.batch(HotPathTier.FINGERPRINT_NARROW.name());
    private static final HotPathRow NARROW_SINGLE = HotPathRow.single(HotPathTier.FINGERPRINT_NARROW.name());
    private static final HotPathRow WIDE = HotPathRow.batch(HotPathTier.FINGERPRINT_WIDE.name());
    private static final HotPathRow HASH_MAP = HotPathRow.single(HotPathTier.CONCURRENT_HASH_MAP.name());
    private static final HotPathRow CAFFEINE = HotPathRow.single(HotPathTier.CAFFEINE.name());
    private static final HotPathRow GUAVA_CACHE = HotPathRow.single(HotPathTier.GUAVA_CACHE.name());
    private static final HotPathRow BLOOM = HotPathRow.single(HotPathTier.GUAVA_BLOOM.name());
    private static final HotPathRow CAFFEINE_STORE = HotPathRow.single(HotPathTier.CAFFEINE_STORE.name());
    private static final HotPathRow RANDOM_ACCESS = HotPathRow.batch(HotPathRow.RANDOM_ACCESS);

    /**
     * A ratio, and mostly a promise: one row is so many times as fast as another, at least.
     *
     * @param fast the row that is praised
     * @param slow what it is compared with
     * @param least the ratio of their times; 0 where nothing is promised
     */
    record Bound(HotPathRow fast, HotPathRow slow, double least) {}

    static final List<Bound> BOUNDS = List.of(
            new Bound(NARROW, CAFFEINE, 20),
            new Bound(NARROW, GUAVA_CACHE, 10),
            new Bound(NARROW, HASH_MAP, 6),
            new Bound(NARROW, BLOOM, 0),
            new Bound(NARROW, CAFFEINE_STORE, 0),
            new Bound(NARROW_SINGLE, CAFFEINE, 5),
            new Bound(NARROW_SINGLE, GUAVA_CACHE, 0),
            new Bound(NARROW_SINGLE, HASH_MAP, 1.5),
            new Bound(NARROW_SINGLE, BLOOM, 0),
            new Bound(NARROW_SINGLE, CAFFEINE_STORE, 0),
            new Bound(NARROW.keyed(), CAFFEINE, 12),
            new Bound(NARROW, RANDOM_ACCESS, 1 / 3.0),
            new Bound(WIDE, NARROW, 0.6));

    private final Map<HotPathRow, List<HotPathFigure>> figures = new LinkedHashMap<>();

    /**
     * Starts without figures.
     *
     * @param rows that every round has to give
     */
    HotPathJudge(List<HotPathRow> rows) {
        rows.forEach(row -> figures.put(row, new ArrayList<>()));
    }

    /** Enters a figure of a round. */
    void enter(HotPathRow row, HotPathFigure figure) {
        List<HotPathFigure> ofRow = figures.get(row);
        if (ofRow == null) {
            throw new IllegalArgumentException(row + " is no row of this report; enter one of " + figures.keySet());
        }
        ofRow.add(figure);
    }

    /**
     * Prints the medians, what they are as ratios, and whether the promises hold.
     *
     * @param threads that shared the work: the speeds are of all together
     * @return the exit code
     */
    int judge(int threads, PrintStream out) {
        out.println("medians over the rounds:");
        figures.keySet().forEach(row -> out.println("  " + line(row, figure(row), threads)));
        int broken = 0;
        int missing = 0;
        out.println("ratios:");
        for (Bound bound : BOUNDS) {
            double ratio = median(bound.slow) / median(bound.fast);
            boolean known = Double.isFinite(ratio) && ratio > 0;
            missing += known ? 0 : 1;
            broken += known && ratio < bound.least ? 1 : 0;
            print(bound.fast, bound.slow, ratio, bound.least, out);
        }
        printOnHugePages(out);
        List<HotPathRow> incomplete = incomplete();
        if (missing > 0 || !incomplete.isEmpty()) {
            out.println(
                    "hot path: PROVES NOTHING: " + missing + " of the ratios could not be measured, nor these rows in"
                            + " every round: " + incomplete + "; see the logs");
            return INCOMPLETE;
        }
        out.println(
                broken > 0 ? "hot path: FAILED: " + broken + " of the ratios are below their bound" : "hot path: ok");
        return broken > 0 ? TOO_SLOW : OK;
    }

    /** The rows that were not measured as often as others, or never. */
    private List<HotPathRow> incomplete() {
        int rounds = figures.values().stream().mapToInt(List::size).max().orElse(0);
        return figures.keySet().stream()
                .filter(row -> figures.getOrDefault(row, List.of()).size() < Math.max(1, rounds))
                .toList();
    }

    /** For information: the rivals' heap has huge pages, so this is the more equal comparison. */
    private void printOnHugePages(PrintStream out) {
        for (Bound bound : BOUNDS) {
            HotPathRow fast = bound.fast.onHugePages();
            HotPathRow slow = figures.containsKey(bound.slow.onHugePages()) ? bound.slow.onHugePages() : bound.slow;
            if (figures.containsKey(fast)) {
                print(fast, slow, median(slow) / median(fast), 0, out);
            }
        }
    }

    private static void print(HotPathRow fast, HotPathRow slow, double ratio, double least, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "  %-56s %6.2f times as fast as %-48s%s%n",
                fast,
                ratio,
                slow,
                least == 0
                        ? ""
                        : String.format(Locale.ROOT, " least %5.2f  %s", least, ratio >= least ? "ok" : "BELOW"));
    }

    /** A figure as it is printed. */
    static String line(HotPathRow row, HotPathFigure figure, int threads) {
        return String.format(
                Locale.ROOT,
                "%-64s %9.1f ns %8.2f M/s   (chunk median %.1f ns)",
                row,
                figure.whole(),
                threads * 1_000 / figure.whole(),
                figure.chunkMedian());
    }

    private HotPathFigure figure(HotPathRow row) {
        return HotPathFigure.median(figures.getOrDefault(row, List.of()));
    }

    private double median(HotPathRow row) {
        return figure(row).whole();
    }
}
