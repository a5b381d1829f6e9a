package io.github.dedupkit.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/** A gate run for programs: {@code gate.json}, {@code gate-junit.xml}, {@code gate.md} and every fork in {@code gate.csv}. */
final class GateFiles {
    private static final String MARKDOWN = "gate.md";
    private static final String JSON = "gate.json";
    private static final String JUNIT = "gate-junit.xml";
    private static final String CSV = "gate.csv";

    private GateFiles() {}

    /** Deletes what another run has left: a run that ends without a result must not seem to have its. */
    static void clear(Path directory) throws IOException {
        for (String file : List.of(MARKDOWN, JSON, JUNIT, CSV)) {
            Files.deleteIfExists(directory.resolve(file));
        }
    }

    static void write(GateResult result, Path directory) throws IOException {
        Files.writeString(directory.resolve(MARKDOWN), GateMarkdown.of(result));
        try (Writer out = Files.newBufferedWriter(directory.resolve(JSON))) {
            json(result, out);
        }
        try (Writer out = Files.newBufferedWriter(directory.resolve(JUNIT))) {
            junit(result, out);
        } catch (XMLStreamException e) {
            throw new IOException(JUNIT + " cannot be written", e);
        }
        try (Writer out = Files.newBufferedWriter(directory.resolve(CSV))) {
            out.write(GateSample.HEADER + "\n");
            for (GateSample sample : result.timings().samples()) {
                out.write(sample.csv() + "\n");
            }
        }
    }

    /** Numbers that there are not are null: JSON knows no others. */
    static void json(GateResult result, Writer out) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("verdict", result.verdict());
            json.writeNumberField("exit_code", result.exitCode());
            json.writeStringField("base", result.base());
            json.writeStringField("head", result.head());
            json.writeNumberField("seconds", result.seconds());
            json.writeNumberField("threshold", result.settings().threshold());
            json.writeNumberField("error", result.settings().error());
            json.writeNumberField("rounds", result.timings().rounds());
            json.writeObjectFieldStart("control");
            interval(json, result.timings().control());
            json.writeBooleanField("invalid", result.timings().invalid());
            json.writeEndObject();
            json.writeArrayFieldStart("findings");
            for (GateFinding finding : result.findings().toList()) {
                json.writeStartObject();
                json.writeStringField("name", finding.name());
                json.writeStringField("verdict", finding.verdict().name());
                json.writeStringField("unit", finding.unit());
                number(json, "base", finding.base());
                number(json, "head", finding.head());
                interval(json, finding.change());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void interval(JsonGenerator json, @Nullable GateInterval change) throws IOException {
        if (change != null) {
            number(json, "worse", Math.expm1(change.estimate()));
            number(json, "worse_lower", Math.expm1(change.lower()));
            number(json, "worse_upper", Math.expm1(change.upper()));
        }
    }

    private static void number(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        } else {
            json.writeNullField(name);
        }
    }

    /** A test case each. What says nothing is skipped, and timings of an invalid run are errors. */
    static void junit(GateResult result, Writer out) throws XMLStreamException {
        XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(out);
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeStartElement("testsuites");
        suite(xml, "gate.counts", result.counts().toArray(GateFinding[]::new), "");
        suite(
                xml,
                "gate.timings",
                result.timings().findings().toArray(GateFinding[]::new),
                result.timings().invalid()
                        ? "the control moved " + result.timings().control()
                        : "");
        xml.writeEndElement();
        xml.writeEndDocument();
        xml.close();
    }

    private static void suite(XMLStreamWriter xml, String name, GateFinding[] findings, String invalid)
            throws XMLStreamException {
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", name);
        xml.writeAttribute("tests", String.valueOf(findings.length));
        for (GateFinding finding : findings) {
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", name);
            xml.writeAttribute("name", finding.name());
            String outcome = outcome(finding.verdict(), invalid);
            if (!outcome.isEmpty()) {
                xml.writeEmptyElement(outcome);
                xml.writeAttribute("message", invalid.isEmpty() ? message(finding) : invalid);
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static String outcome(GateVerdict verdict, String invalid) {
        if (!invalid.isEmpty()) {
            return "error";
        }
        return switch (verdict) {
            case REGRESSION -> "failure";
            case NOISY, NEW, REMOVED -> "skipped";
            case UNCHANGED, IMPROVED, CHANGED -> "";
        };
    }

    private static String message(GateFinding finding) {
        return finding.verdict() + ": " + finding.base() + " -> " + finding.head() + " " + finding.unit()
                + (finding.change() == null ? "" : ", " + finding.change());
    }
}
