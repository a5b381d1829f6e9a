package io.github.dedupkit.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** Figures as tables: one line per subject and setting for a terminal, one line per figure in Markdown. */
final class ReportTable {
    private static final double MOST_PLAIN = 1e7;
    private static final double LEAST_PLAIN = 1e-3;

    private ReportTable() {}

    /** Lines of text, of columns that are aligned. A figure that a subject does not have is a dash. */
    static String text(List<ReportFigure> figures) {
        Set<String> columns = new LinkedHashSet<>();
        Map<List<String>, Map<String, String>> lines = new LinkedHashMap<>();
        for (ReportFigure figure : figures) {
            String column = figure.name() + " [" + figure.unit() + "]";
            columns.add(column);
            lines.computeIfAbsent(List.of(figure.subject(), figure.setting()), ignored -> new LinkedHashMap<>())
                    .put(column, value(figure));
        }
        List<List<String>> cells = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("subject", "setting"));
        head.addAll(columns);
        cells.add(head);
        lines.forEach((names, values) -> {
            List<String> line = new ArrayList<>(names);
            columns.forEach(column -> line.add(values.getOrDefault(column, "-")));
            cells.add(line);
        });
        return aligned(cells);
    }

    /** Names to the left, figures to the right. */
    private static String aligned(List<List<String>> cells) {
        int[] widths = new int[cells.get(0).size()];
        for (List<String> line : cells) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : cells) {
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - line.get(i).length());
                row.append(i < 2 ? line.get(i) + padding : padding + line.get(i))
                        .append("  ");
            }
            text.append(row.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString().stripTrailing();
    }

    /** One table. */
    static String markdown(List<ReportFigure> figures) {
        return figures.stream()
                .map(figure -> List.of(
                                figure.suite(),
                                figure.subject(),
                                figure.setting(),
                                figure.name(),
                                value(figure),
                                figure.unit(),
                                better(figure.better()),
                                "`" + figure.command() + "`")
                        .stream()
                        .map(cell -> cell.replace("|", "\\|"))
                        .collect(Collectors.joining(" | ", "| ", " |")))
                .collect(Collectors.joining("\n", """
                        | suite | subject | setting | figure | value | unit | better | command |
                        |---|---|---|---|---:|---|---|---|
                        """, ""));
    }

    static String better(ReportFigure.Better better) {
        return better.name().toLowerCase(Locale.ROOT);
    }

    /** The value, and its interval if it has one. */
    private static String value(ReportFigure figure) {
        OptionalDouble low = figure.low();
        OptionalDouble high = figure.high();
        return low.isEmpty() || high.isEmpty()
                ? number(figure.value())
                : number(figure.value()) + " (" + number(low.getAsDouble()) + " to " + number(high.getAsDouble()) + ")";
    }

    /** Three significant digits, or all of those before the point. */
    static String number(double value) {
        double size = Math.abs(value);
        if (value == 0) {
            return "0";
        }
        if (size >= MOST_PLAIN || size < LEAST_PLAIN) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        int decimals = (int) Math.max(0, 2 - Math.floor(Math.log10(size)));
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
