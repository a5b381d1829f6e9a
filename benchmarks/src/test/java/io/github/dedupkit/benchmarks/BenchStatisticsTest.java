package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchStatisticsTest {
    @Test
    void median() {
        assertEquals(3, BenchStatistics.median(DoubleStream.of(3)));
        assertEquals(2, BenchStatistics.median(DoubleStream.of(3, 1)));
        assertEquals(3, BenchStatistics.median(DoubleStream.of(9, 3, 1)));
        assertEquals(4, BenchStatistics.median(DoubleStream.of(9, 3, 5, 1)));
        assertEquals(Double.NaN, BenchStatistics.median(DoubleStream.empty()));
    }

    @Test
    void whatIsNotExpectedIsNoChance() {
        assertEquals(0, BenchStatistics.mostByChance(0));
        assertEquals(0, BenchStatistics.mostByChance(1e-7));
    }

    /** The exact tail of the Poisson variable: more is rarer than one in a million, and a tenth less is not. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-5, 0.0067, 0.5, 3, 100, 700})
    void moreThanChanceExplains(double expected) {
        long most = BenchStatistics.mostByChance(expected);
        assertTrue(tail(expected, most + 1) <= 1e-6, "more than " + most);
        assertTrue(tail(expected, most * 9 / 10) > 1e-6, "nine tenths of " + most);
    }

    private static double tail(double expected, long from) {
        double term = Math.exp(-expected);
        double sum = 0;
        for (long count = 0; count < from + 1_000; count++) {
            sum += count >= from ? term : 0;
            term *= expected / (count + 1);
        }
        return sum;
    }
}
