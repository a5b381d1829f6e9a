package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The throughput of a table that is filled: by the second, and by half doublings of its keys. Not thread-safe. */
final class GrowthMeter {
    /** Seconds that a median is taken of: the table's size in them is comparable. */
    static final int SETTLED = 15;

    /** With fewer there is no median worth the name. */
    static final int LEAST = 3;

    private static final double SECOND = 1e9;

    private final long start;
    private final List<Interval> halves = new ArrayList<>();
    private final List<Double> rates = new ArrayList<>();
    private double nextHalf;
    private long halfNanos;
    private long halfKeys;
    private long secondNanos;
    private long secondKeys;
    private long lastNanos;
    private long lastKeys;
    private double worst = Double.POSITIVE_INFINITY;

    /**
     * A part of the run.
     *
     * @param keys marked at its end
     * @param perSecond new keys marked in it
     */
    record Interval(long keys, double perSecond) {}

    /** Starts at a time, with no keys; the first interval ends at {@code from} of them. */
    GrowthMeter(long from, long nanos) {
        start = nanos;
        nextHalf = from;
        halfNanos = nanos;
        secondNanos = nanos;
        lastNanos = nanos;
    }

    /** Takes note of the keys marked at a time. */
    void at(long nanos, long keys) {
        lastNanos = nanos;
        lastKeys = keys;
        if (keys >= nextHalf) {
            halves.add(new Interval(keys, rate(keys - halfKeys, nanos - halfNanos)));
            halfNanos = nanos;
            halfKeys = keys;
            while (nextHalf <= keys) {
                nextHalf *= Math.sqrt(2);
            }
        }
        if (nanos - secondNanos >= SECOND) {
            second(rate(keys - secondKeys, nanos - secondNanos));
            secondNanos = nanos;
            secondKeys = keys;
        }
    }

    private void second(double rate) {
        if (rates.size() >= LEAST) {
            List<Double> before = rates.subList(Math.max(0, rates.size() - SETTLED), rates.size());
            worst = Math.min(
                    worst, rate / BenchStatistics.median(before.stream().mapToDouble(Double::doubleValue)));
        }
        rates.add(rate);
    }

    private static double rate(long keys, long nanos) {
        return keys * SECOND / Math.max(1, nanos);
    }

    /** Half doublings of the keys. */
    List<Interval> halves() {
        return List.copyOf(halves);
    }

    /** New keys marked in each second. */
    List<Double> rates() {
        return List.copyOf(rates);
    }

    /** The least that a second reached of the median of up to {@link #SETTLED} before it; empty if the run was too short. */
    OptionalDouble worst() {
        return Double.isInfinite(worst) ? OptionalDouble.empty() : OptionalDouble.of(worst);
    }

    long nanos() {
        return lastNanos - start;
    }

    double mean() {
        return rate(lastKeys, nanos());
    }
}
