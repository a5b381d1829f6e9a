package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Holds what was counted against both libraries side by side. */
final class GateComparison {
    private GateComparison() {}

    static List<GateFinding> compare(List<GateProbe.Line> base, List<GateProbe.Line> head) {
        Map<String, GateProbe.Line> before = byName(base);
        List<GateFinding> findings = new ArrayList<>();
        byName(head).forEach((name, line) -> {
            GateProbe.Line earlier = before.remove(name);
            findings.add(
                    earlier == null
                            ? finding(line, GateVerdict.NEW, Double.NaN, line.value())
                            : finding(
                                    line,
                                    line.count().judge(earlier.value(), line.value()),
                                    earlier.value(),
                                    line.value()));
        });
        before.values().forEach(gone -> findings.add(finding(gone, GateVerdict.REMOVED, gone.value(), Double.NaN)));
        return findings;
    }

    private static Map<String, GateProbe.Line> byName(List<GateProbe.Line> lines) {
        Map<String, GateProbe.Line> byName = new LinkedHashMap<>();
        lines.forEach(line -> byName.put(line.name(), line));
        return byName;
    }

    private static GateFinding finding(GateProbe.Line line, GateVerdict verdict, double base, double head) {
        return new GateFinding(line.name(), line.count().unit, verdict, base, head, null);
    }
}
