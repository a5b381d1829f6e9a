package io.github.dedupkit.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.github.dedupkit.KeyHasher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds values by JSON Pointer in lines that are a JSON document each (RFC 8259). Strings, numbers and booleans can be keys;
 * their type is part of the key, so {@code 1} and {@code "1"} differ, and a number is what is written, so {@code 1} and
 * {@code 1.0} differ. Not thread-safe.
 *
 * <p>Reads each document once, to its end, without recursion and without building it. A name that occurs twice where a
 * pointer leads is refused: readers do not agree on which of the two counts.
 */
final class NdjsonParser implements RecordParser {
    private static final int MAX_DEPTH = 1000;
    private static final int MAX_NUMBER_CHARS = 1000;
    private static final int MAX_NAME_CHARS = 50_000;

    /** Bounds keys and times only: other strings are passed over. */
    private static final int MAX_STRING_CHARS = 1 << 20;

    private final JsonFactory factory = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // names may come from anyone
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // it takes some bytes for UTF-16
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_CHARS)
                    .maxNameLength(MAX_NAME_CHARS)
                    .maxStringLength(MAX_STRING_CHARS)
                    .build())
            .build();
    private final KeyHasher hasher;
    private final JsonPointers pointers = new JsonPointers();
    private final int[] keySlots;
    private final int timeSlot;
    private final @Nullable TimeFormat timeFormat;

    // Of the document that is being read.
    private long document;
    private final JsonToken[] types;
    private final String[] texts;

    // The containers on the way to the current value that a pointer leads through.
    private final JsonPointers.Node[] path;
    private final int[] nextElement;
    private int depth;

    /**
     * Reads values.
     *
     * @param keys pointers to the values that make the key, none for the whole line
     * @param time a pointer to the time, or null for none
     * @param timeFormat how the time is written, or null for no time
     */
    NdjsonParser(KeyHasher hasher, List<String> keys, @Nullable String time, @Nullable TimeFormat timeFormat) {
        this.hasher = hasher;
        this.timeFormat = timeFormat;
        keySlots = keys.stream().mapToInt(pointers::add).toArray();
        timeSlot = time == null ? -1 : pointers.add(time);
        types = new JsonToken[pointers.slots()];
        texts = new String[pointers.slots()];
        path = new JsonPointers.Node[pointers.depth()];
        nextElement = new int[pointers.depth()];
    }

    @Override
    public void parse(byte[] bytes, int start, int length, RecordFields fields) throws MalformedRecordException {
        int invalid = Utf8.indexOfInvalid(bytes, start, start + length);
        if (invalid != ByteSearch.NONE) {
            throw new MalformedRecordException("is no JSON: byte " + (invalid - start + 1) + " is not UTF-8");
        }
        document++;
        Arrays.fill(types, JsonToken.NOT_AVAILABLE);
        int mark = ByteOrderMark.lengthAt(bytes, start, start + length);
        try (JsonParser json = factory.createParser(bytes, start + mark, length - mark)) {
            readDocument(json);
        } catch (StreamConstraintsException e) {
            throw new MalformedRecordException("is beyond a bound: it may have " + MAX_DEPTH + " levels, numbers of "
                    + MAX_NUMBER_CHARS + " digits, names of " + MAX_NAME_CHARS + " characters, and keys and times of "
                    + MAX_STRING_CHARS);
        } catch (JsonEOFException e) {
            throw new MalformedRecordException("is no JSON: it ends before the document does");
        } catch (JsonProcessingException e) {
            throw new MalformedRecordException(
                    "is no JSON: byte " + (mark + e.getLocation().getByteOffset() + 1) + " cannot stand there");
        } catch (IOException e) {
            throw new IllegalStateException("an array of bytes cannot fail", e);
        }
        fields.timestamp = timestamp();
        hashKey(bytes, start, length);
        fields.keyHigh = hasher.high();
        fields.keyLow = hasher.low();
    }

    private void readDocument(JsonParser json) throws IOException, MalformedRecordException {
        if (json.nextToken() == null) {
            throw new MalformedRecordException("is empty, not a JSON document");
        }
        depth = 0;
        visit(pointers.root(), json);
        while (depth > 0) {
            JsonToken token = json.nextToken();
            if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                depth--;
                continue;
            }
            JsonPointers.Node place;
            if (token == JsonToken.FIELD_NAME) {
                place = path[depth - 1].member(json.currentName());
                json.nextToken();
            } else {
                place = path[depth - 1].element(nextElement[depth - 1]++);
            }
            if (place == null) {
                json.skipChildren();
            } else {
                visit(place, json);
            }
        }
        if (json.nextToken() != null) {
            throw new MalformedRecordException("has more than one JSON document; put each on a line of its own");
        }
    }

    /** Takes the current value if it was asked for, and enters it if a pointer leads on. */
    private void visit(JsonPointers.Node place, JsonParser json) throws IOException, MalformedRecordException {
        if (!place.visit(document)) {
            throw new MalformedRecordException(
                    "has " + Excerpt.of(place.pointer()) + " twice, so it is open which one counts");
        }
        JsonToken type = json.currentToken();
        if (place.isTarget()) {
            types[place.slot()] = type;
            texts[place.slot()] = type.isStructStart() ? "" : json.getText();
        }
        if (type.isStructStart() && place.leadsOn()) {
            path[depth] = place;
            nextElement[depth] = 0;
            depth++;
        } else {
            json.skipChildren();
        }
    }

    private long timestamp() throws MalformedRecordException {
        if (timeFormat == null) {
            return 0;
        }
        JsonToken type = scalar(timeSlot);
        if (type.isBoolean()) {
            throw new MalformedRecordException(
                    "has " + texts[timeSlot] + " at " + Excerpt.of(pointers.pointer(timeSlot)) + ", which is no time");
        }
        byte[] text = texts[timeSlot].getBytes(StandardCharsets.UTF_8);
        return timeFormat.parse(text, 0, text.length);
    }

    private void hashKey(byte[] bytes, int start, int length) throws MalformedRecordException {
        if (keySlots.length == 0) {
            hasher.hash(bytes, start, length);
            return;
        }
        hasher.begin();
        for (int slot : keySlots) {
            hasher.part(kind(scalar(slot)));
            try {
                hasher.part(texts[slot]);
            } catch (IllegalArgumentException e) {
                throw new MalformedRecordException("has half a surrogate pair at " + Excerpt.of(pointers.pointer(slot))
                        + ", an escape such as \\ud83d alone, which is no character");
            }
        }
        hasher.end();
    }

    /** The type of a slot's value, which must be a string, a number or a boolean. */
    private JsonToken scalar(int slot) throws MalformedRecordException {
        JsonToken type = types[slot];
        if (type == JsonToken.NOT_AVAILABLE) {
            throw new MalformedRecordException("has no " + Excerpt.of(pointers.pointer(slot)));
        }
        if (type.isStructStart() || type == JsonToken.VALUE_NULL) {
            throw new MalformedRecordException("has "
                    + (type == JsonToken.VALUE_NULL
                            ? "null"
                            : type == JsonToken.START_OBJECT ? "an object" : "an array")
                    + " at " + Excerpt.of(pointers.pointer(slot))
                    + ", where a string, a number or a boolean is needed");
        }
        return type;
    }

    /** Tells types apart in keys. */
    private static long kind(JsonToken type) {
        return type == JsonToken.VALUE_STRING ? 0 : type.isNumeric() ? 1 : 2;
    }
}
