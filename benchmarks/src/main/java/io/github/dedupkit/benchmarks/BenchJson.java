package io.github.dedupkit.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** JSON on one line, for programs that read standard output. */
final class BenchJson {
    private BenchJson() {}

    /**
     * Writes an object.
     *
     * @param fields by name, in their order: texts, numbers, truths, lists and maps of them; an empty optional is null
     */
    static String line(Map<String, Object> fields) {
        StringWriter to = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(to)) {
            write(json, fields);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // no writing to a string fails
        }
        return to.toString();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Map<?, ?> fields) {
            json.writeStartObject();
            for (Map.Entry<?, ?> field : fields.entrySet()) {
                json.writeFieldName((String) field.getKey());
                write(json, field.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Iterable<?> items) {
            json.writeStartArray();
            for (Object item : items) {
                write(json, item);
            }
            json.writeEndArray();
        } else if (value instanceof OptionalLong known) {
            json.writePOJO(known.isPresent() ? known.getAsLong() : null);
        } else if (value instanceof OptionalDouble known) {
            json.writePOJO(known.isPresent() ? known.getAsDouble() : null);
        } else {
            json.writePOJO(value); // without a codec: a text, a number or a truth, and nothing else
        }
    }
}
