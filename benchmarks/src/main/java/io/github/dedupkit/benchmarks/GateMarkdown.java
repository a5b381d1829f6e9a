package io.github.dedupkit.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A gate run for people: what a pull request shows. */
final class GateMarkdown {
    private static final int EXACT = 6;

    private GateMarkdown() {}

    static String of(GateResult result) {
        GateRounds.Outcome timings = result.timings();
        StringBuilder text = new StringBuilder();
        text.append("## Performance gate: ").append(result.verdict()).append("\n\n");
        text.append(String.format(
                Locale.ROOT,
                "`%s` against `%s`: %d rounds in %.0f s. The control moved %s%s.%n%n",
                result.head(),
                result.base(),
                timings.rounds(),
                result.seconds(),
                timings.control(),
                timings.invalid() ? ": the machine changed under the run, and no timing of it counts" : ""));
        text.append("| timed | base | head | change for the worse | verdict |\n|---|---|---|---|---|\n");
        timings.findings().forEach(finding -> row(text, finding));
        text.append("\n| counted | base | head | change for the worse | verdict |\n|---|---|---|---|---|\n");
        List<GateFinding> unchanged = with(result.counts(), GateVerdict.UNCHANGED);
        result.counts().stream()
                .filter(finding -> finding.verdict() != GateVerdict.UNCHANGED)
                .forEach(finding -> row(text, finding));
        text.append(String.format(
                Locale.ROOT,
                "| %d of %d | | | | unchanged |%n%nA regression is more than %.0f %%, and beyond chance: %.0f %% for all"
                        + " benchmarks and looks together. Counts are compared one by one.%n",
                unchanged.size(),
                result.counts().size(),
                100 * result.settings().threshold(),
                100 * result.settings().error()));
        return text.toString();
    }

    private static List<GateFinding> with(List<GateFinding> findings, GateVerdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).toList();
    }

    private static void row(StringBuilder text, GateFinding finding) {
        text.append("| ")
                .append(Stream.of(
                                finding.name(),
                                value(finding.base()) + " " + finding.unit(),
                                value(finding.head()) + " " + finding.unit(),
                                finding.change() == null ? "" : finding.change().toString(),
                                finding.verdict().toString())
                        .reduce((left, right) -> left + " | " + right)
                        .orElseThrow())
                .append(" |\n");
    }

    /** Numbers that are small, or whole, as they are. */
    private static String value(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + EXACT + "g", value);
    }
}
