package io.github.dedupkit.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a run has found. The JSON is described in docs/benchmarks/README.md.
 *
 * @param started when
 * @param seconds that it took
 * @param command that was given
 * @param environment in which
 * @param figures in the order in which they are told
 */
record Report(
        Instant started, long seconds, String command, ReportEnvironment environment, List<ReportFigure> figures) {
    static final String SCHEMA = "dedupkit-bench/1";

    /** One object. */
    String json() {
        StringWriter to = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(to).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("schema", SCHEMA);
            json.writeStringField("started", started.toString());
            json.writeNumberField("seconds", seconds);
            json.writeStringField("command", command);
            json.writeObjectFieldStart("environment");
            for (Map.Entry<String, String> entry : environment.entries().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("figures");
            for (ReportFigure figure : figures) {
                write(json, figure);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // no writing to a string fails
        }
        return to + "\n";
    }

    private static void write(JsonGenerator json, ReportFigure figure) throws IOException {
        json.writeStartObject();
        json.writeStringField("suite", figure.suite());
        json.writeStringField("subject", figure.subject());
        json.writeStringField("setting", figure.setting());
        json.writeStringField("figure", figure.name());
        json.writeNumberField("value", figure.value());
        if (figure.low().isPresent() && figure.high().isPresent()) {
            json.writeNumberField("low", figure.low().getAsDouble());
            json.writeNumberField("high", figure.high().getAsDouble());
        }
        json.writeStringField("unit", figure.unit());
        json.writeStringField("better", ReportTable.better(figure.better()));
        json.writeStringField("command", figure.command());
        json.writeEndObject();
    }

    /** The environment as a list, and one table. */
    String markdown() {
        StringBuilder text = new StringBuilder("# Benchmarks of " + started + "\n\n");
        text.append("`").append(command).append("` took ").append(seconds).append(" seconds.\n\n");
        environment
                .entries()
                .forEach((name, value) -> text.append("- ")
                        .append(name.replace('_', ' '))
                        .append(": ")
                        .append(value)
                        .append('\n'));
        return text.append('\n')
                .append(ReportTable.markdown(figures))
                .append('\n')
                .toString();
    }
}
