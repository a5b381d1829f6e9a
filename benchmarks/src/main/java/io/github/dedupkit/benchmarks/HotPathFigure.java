package io.github.dedupkit.benchmarks;

import java.util.Collection;
import org.openjdk.jmh.util.Statistics;

/**
 * What a run measured, in nanoseconds per event and thread.
 *
 * @param whole all time on the clock by all events
 * @param chunkMedian the median of the chunks' figures, for information
 */
record HotPathFigure(double whole, double chunkMedian) {
    static final HotPathFigure NONE = new HotPathFigure(Double.NaN, Double.NaN);

    /** Of a run whose chunks have the same number of events, so the mean is the whole. */
    static HotPathFigure of(Statistics chunks) {
        return new HotPathFigure(chunks.getMean(), chunks.getPercentile(50));
    }

    /** The medians over rounds, each of its own. */
    static HotPathFigure median(Collection<HotPathFigure> rounds) {
        return new HotPathFigure(
                BenchStatistics.median(rounds.stream().mapToDouble(HotPathFigure::whole)),
                BenchStatistics.median(rounds.stream().mapToDouble(HotPathFigure::chunkMedian)));
    }
}
