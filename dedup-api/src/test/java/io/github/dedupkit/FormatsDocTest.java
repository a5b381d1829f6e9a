package io.github.dedupkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Key format 1: each row of the table in {@code docs/formats.md} holds for {@link KeySpace} and for the libraries. */
class FormatsDocTest {
    private static final Path DOCUMENT =
            Path.of(System.getProperty("basedir", ".")).resolve("../docs/formats.md");

    private static final String TEXT = "\"((?:[^\"\\\\]|\\\\.)*)\"";
    private static final Pattern ROW =
            Pattern.compile("\\| `(\\w+)\\(" + TEXT + "(.*)\\)` \\| `(.+)` \\| `([0-9a-f]{16}|[0-9a-f]{32})` \\|");
    private static final Pattern VECTOR = Pattern.compile("\\| *`?(trusted|keyed|timeOrdered)\\(");
    private static final Pattern ITEM = Pattern.compile("text " + TEXT + "(?: \\* (\\d+))?|(bytes|uuid|long) ([^ ,]+)");
    private static final Pattern ESCAPE = Pattern.compile("\\\\u(....)");

    private static final Map<String, byte[]> SECRETS = Map.of(
            "A", HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f"),
            "B", HexFormat.of().parseHex("5eed0000c0ffee00123456789abcdef0"));

    /** One row: a key space in its two forms, an id, and what the document says about them. */
    private record Row(
            KeySpace ours, ReferenceKeys reference, String layout, List<Object> items, boolean parts, String expected) {

        static Row parse(Matcher row) {
            String name = unescape(row.group(2));
            String layout = "";
            byte[] secret = null;
            for (String argument : row.group(3).split(", ", -1)) {
                if (SECRETS.containsKey(argument)) {
                    secret = SECRETS.get(argument);
                } else if (!argument.isEmpty()) {
                    layout = argument;
                }
            }
            KeySpace ours = keySpace(row.group(1), name, layout, secret);
            return new Row(
                    ours,
                    new ReferenceKeys(name, secret),
                    layout,
                    items(row.group(4)),
                    row.group(4).startsWith("parts "),
                    row.group(5));
        }

        String keyOfOurs() {
            if (items.isEmpty()) {
                return HexFormat.of().toHexDigits(ours.checkValue());
            }
            KeyHasher hasher = ours.hasher();
            if (parts) {
                hasher.begin();
            }
            for (Object item : items) {
                if (item instanceof String text) {
                    hasher = parts ? hasher.part(text) : hasher.hash(text);
                } else if (item instanceof byte[] bytes) {
                    hasher = parts ? hasher.part(bytes) : hasher.hash(bytes);
                } else if (item instanceof UUID uuid) {
                    hasher = parts ? hasher.part(uuid) : hasher.hash(uuid);
                } else {
                    hasher = parts ? hasher.part((Long) item) : hasher.hash((Long) item);
                }
            }
            return (parts ? hasher.end() : hasher).key().toString();
        }

        String keyOfLibraries() {
            HexFormat hex = HexFormat.of();
            if (items.isEmpty()) {
                return hex.formatHex(reference.check(layout));
            }
            Object item = items.get(0);
            if (layout.startsWith("snowflake:")) {
                long id = item instanceof byte[] bytes
                        ? ByteBuffer.wrap(bytes).getLong()
                        : Long.parseLong(item.toString());
                long epoch = Long.parseLong(layout.substring("snowflake:".length()));
                return hex.formatHex(reference.timed((id >> 22) + epoch, 2, message(id)));
            }
            if (!layout.isEmpty()) {
                byte[] id = item instanceof String text ? binary(layout, text) : message(item);
                return hex.formatHex(reference.timed(ByteBuffer.wrap(id).getLong() >>> 16, 1, id));
            }
            if (!parts) {
                return hex.formatHex(reference.hash(kind(item), message(item)));
            }
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            for (Object part : items) {
                byte[] bytes = message(part);
                message.write(kind(part));
                message.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
                message.writeBytes(bytes);
            }
            return hex.formatHex(reference.hash(3, message.toByteArray()));
        }

        private static KeySpace keySpace(String kind, String name, String layout, byte @Nullable [] secret) {
            if (layout.isEmpty()) {
                assertEquals(secret == null ? "trusted" : "keyed", kind);
                return secret == null ? KeySpace.trusted(name) : KeySpace.keyed(name, secret);
            }
            assertEquals("timeOrdered", kind);
            TimeLayout timeLayout = switch (layout) {
                case "uuidv7" -> TimeLayout.UUID_V7;
                case "ulid" -> TimeLayout.ULID;
                default -> TimeLayout.snowflake(Long.parseLong(layout.substring("snowflake:".length())));
            };
            return secret == null
                    ? KeySpace.timeOrdered(name, timeLayout)
                    : KeySpace.timeOrdered(name, timeLayout, secret);
        }

        private static List<Object> items(String cell) {
            List<Object> items = new ArrayList<>();
            Matcher item = ITEM.matcher(cell);
            while (item.find()) {
                if (item.group(3) == null) {
                    String times = item.group(2);
                    items.add(unescape(item.group(1)).repeat(times == null ? 1 : Integer.parseInt(times)));
                } else {
                    String value = item.group(4);
                    items.add(
                            switch (item.group(3)) {
                                case "bytes" -> HexFormat.of().parseHex(value);
                                case "uuid" -> UUID.fromString(value);
                                default -> Long.valueOf(value);
                            });
                }
            }
            assertEquals(cell.equals("check"), items.isEmpty(), cell);
            return items;
        }
    }

    @Test
    void everyRowHolds() throws IOException {
        List<Row> rows = rows();
        assertTrue(rows.size() >= 79, rows.size() + " rows were understood; the document has 79 or more");
        for (Row row : rows) {
            assertEquals(row.expected(), row.keyOfLibraries(), () -> "libraries: " + row);
            assertEquals(row.expected(), row.keyOfOurs(), () -> "KeySpace: " + row);
        }
    }

    @Test
    void theTableHasEveryKindOfKeySpace() throws IOException {
        List<Row> rows = rows();
        for (String part : List.of("uuidv7", "ulid", "snowflake:")) {
            assertTrue(rows.stream().anyMatch(row -> row.layout().startsWith(part)), part);
        }
        assertTrue(rows.stream().filter(row -> row.items().isEmpty()).count() >= 8, "check values");
        assertTrue(rows.stream().filter(Row::parts).count() >= 12, "parts");
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.add(Row.parse(row));
            } else {
                assertFalse(VECTOR.matcher(line).lookingAt(), () -> "a row that cannot be read: " + line);
            }
        }
        return rows;
    }

    private static String unescape(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(
                        match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))));
    }

    private static int kind(Object item) {
        return item instanceof UUID ? 1 : item instanceof Long ? 2 : 0;
    }

    private static byte[] message(Object item) {
        if (item instanceof UUID uuid) {
            return ByteBuffer.allocate(16)
                    .putLong(uuid.getMostSignificantBits())
                    .putLong(uuid.getLeastSignificantBits())
                    .array();
        }
        if (item instanceof Long number) {
            return ByteBuffer.allocate(8).putLong(number).array();
        }
        return item instanceof byte[] bytes ? bytes : item.toString().getBytes(UTF_8);
    }

    /** The 16 bytes of a UUID or a ULID written as text. */
    private static byte[] binary(String layout, String text) {
        BigInteger value = BigInteger.ZERO;
        if (layout.equals("uuidv7")) {
            value = new BigInteger(text.replace("-", ""), 16);
        } else {
            for (int i = 0; i < text.length(); i++) {
                int digit = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(text.charAt(i));
                value = value.shiftLeft(5).add(BigInteger.valueOf(digit));
            }
        }
        return ByteBuffer.allocate(16)
                .putLong(value.shiftRight(64).longValue())
                .putLong(value.longValue())
                .array();
    }
}
