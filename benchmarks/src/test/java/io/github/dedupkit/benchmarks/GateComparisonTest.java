package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateComparisonTest {
    @ParameterizedTest
    @CsvSource({
        "ALLOCATED, 0.0017, 0.0020, UNCHANGED",
        "ALLOCATED, 0.0017, 0.0642, REGRESSION", // 16 bytes per batch of 256
        "ALLOCATED, 588, 593, UNCHANGED",
        "ALLOCATED, 588, 604, REGRESSION",
        "ALLOCATED, 16, 0, IMPROVED",
        "RETAINED, 10.95, 11.05, UNCHANGED",
        "RETAINED, 10.95, 11.1, REGRESSION",
        "LOST, 0, 1, REGRESSION",
        "ADMITTED, 0, 1, REGRESSION",
        "TOO_LATE, 1, 0, IMPROVED",
        "FALSE_DUPLICATES, 0, 28, REGRESSION",
        "STATED_FALSE_DUPLICATES, 7.84e-12, 8.2e-6, REGRESSION",
        "TELLING_BITS, 57.9, 57.6, UNCHANGED",
        "TELLING_BITS, 57.9, 56.9, REGRESSION",
        "TELLING_BITS, 57.9, 65.9, IMPROVED",
        "KEY_FORMAT, 123, 124, REGRESSION",
        "KEY_FORMAT, 123, 123, UNCHANGED",
        "SNAPSHOT_FORMAT, 1, 2, CHANGED",
        "RESTORED, 10000, 0, REGRESSION",
    })
    void verdicts(GateCount count, double base, double head, GateVerdict verdict) {
        assertEquals(verdict, count.judge(base, head));
    }

    @Test
    void everyLineIsComparedOrNewOrRemoved() {
        List<GateProbe.Line> base = GateProbe.parse(
                List.of("OpenJDK says something", "gate-count LOST narrow 0.0", "gate-count RETAINED gone 11.0"));
        List<GateProbe.Line> head =
                GateProbe.parse(List.of("gate-count LOST narrow 3.0", "gate-count TELLING_BITS another-store 57.5"));
        List<GateFinding> findings = GateComparison.compare(base, head);
        assertEquals(
                List.of("lost/narrow", "telling-bits/another-store", "retained/gone"),
                findings.stream().map(GateFinding::name).toList());
        assertEquals(
                List.of(GateVerdict.REGRESSION, GateVerdict.NEW, GateVerdict.REMOVED),
                findings.stream().map(GateFinding::verdict).toList());
        assertTrue(Double.isNaN(findings.get(1).base()));
        assertTrue(Double.isNaN(findings.get(2).head()));
    }

    @Test
    void whatDoesNotLinkIsToldFromWhatFails() {
        assertTrue(GateFork.isUnlinked(new NoSuchMethodError("buildWide")));
        RuntimeException wrapped = new RuntimeException("JMH");
        wrapped.addSuppressed(new IllegalStateException(new NoClassDefFoundError("NearTier")));
        assertTrue(GateFork.isUnlinked(wrapped));
        assertFalse(GateFork.isUnlinked(new ExceptionInInitializerError(new IllegalStateException("wrong"))));
        RuntimeException circle = new RuntimeException("wrong");
        circle.addSuppressed(new RuntimeException(circle));
        assertFalse(GateFork.isUnlinked(circle));
    }
}
