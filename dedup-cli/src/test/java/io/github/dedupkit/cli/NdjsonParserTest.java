package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.dedupkit.DedupKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys and times in lines of JSON. */
@Timeout(60)
class NdjsonParserTest {
    private static final int DEEP = 100_000;

    /** Pointers and two documents with the same key. */
    static Stream<Arguments> equalKeys() {
        return Stream.of(
                arguments("other members do not count", "/id", "{\"id\":\"x\",\"n\":1}", "{\"n\":2,\"id\":\"x\"}"),
                arguments("nor do spaces", "/id", "{\"id\":\"x\"}", " { \"id\" :\t\"x\"\r} "),
                arguments("an escape is its character", "/id", "{\"id\":\"x\\u0079\"}", "{\"id\":\"xy\"}"),
                arguments("in a name too", "/id", "{\"\\u0069d\":\"x\"}", "{\"id\":\"x\"}"),
                arguments(
                        "a pair of surrogates",
                        "/id",
                        "{\"id\":\"\\ud83d\\ude00\"}",
                        "{\"id\":\"\u00f0\u009f\u0098\u0080\"}"),
                arguments("deeper", "/a/b", "{\"a\":{\"b\":1,\"c\":1}}", "{\"a\":{\"c\":{\"b\":2},\"b\":1},\"b\":3}"),
                arguments("an element", "/a/1", "{\"a\":[0,1]}", "{\"a\":[[2],1,{}]}"),
                arguments(
                        "an element of the root",
                        "/10",
                        "[0,1,2,3,4,5,6,7,8,9,\"x\"]",
                        "[0,1,2,3,4,5,6,7,8,9,\"x\",1]"),
                arguments("a number as a name", "/0", "{\"0\":true}", "{\"1\":false,\"0\":true}"),
                arguments(
                        "escaped names",
                        "/a~1b/m~0n/~01",
                        "{\"a/b\":{\"m~n\":{\"~1\":5}}}",
                        "{\"a/b\":{\"m~n\":{\"~1\":5}}} "),
                arguments("the empty name", "/", "{\"\":\"x\"}", "{\"\":\"x\",\"a\":0}"),
                arguments("the empty name in an object", "/a/", "{\"a\":{\"\":\"x\"}}", "{\"a\":{\"\":\"x\"},\"b\":0}"),
                arguments("a byte order mark", "/id", "\u00ef\u00bb\u00bf{\"id\":1}", "{\"id\":1}"),
                arguments(
                        "repeated names elsewhere",
                        "/id",
                        "{\"a\":1,\"a\":2,\"id\":1}",
                        "{\"id\":1,\"b\":{\"id\":1}}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("equalKeys")
    void findsTheKey(String name, String pointer, String one, String other) {
        RecordParser parser = parser(pointer);
        assertEquals(Records.key(parser, one), Records.key(parser, other));
        assertNotEquals(Records.key(parser, one), Records.key(parser(pointer, pointer), one));
    }

    @Test
    void theTypeIsPartOfTheKey() {
        RecordParser parser = parser("/id");
        Set<DedupKey> keys = new HashSet<>();
        for (String value : List.of(
                "1",
                "\"1\"",
                "1.0",
                "1e0",
                "-1",
                "0",
                "-0",
                "true",
                "false",
                "\"true\"",
                "\"\"",
                "\"null\"",
                "12345678901234567890123",
                "\"\\u0000\"")) {
            assertTrue(keys.add(Records.key(parser, "{\"id\":" + value + "}")), value);
        }
    }

    @Test
    void partsDoNotRunTogetherAndHaveAnOrder() {
        String document = "{\"a\":\"ab\",\"b\":\"c\",\"c\":\"a\",\"d\":\"bc\"}";
        Set<DedupKey> keys = new HashSet<>();
        for (RecordParser parser : List.of(
                parser("/a", "/b"), parser("/c", "/d"), parser("/b", "/a"), parser("/a"), parser("/a", "/b", "/b"))) {
            assertTrue(keys.add(Records.key(parser, document)));
        }
    }

    /** Documents without the key {@code /a/0}, and the reason given. */
    static Stream<Arguments> malformed() {
        return Stream.of(
                arguments("", "is empty, not a JSON document"),
                arguments("  ", "is empty, not a JSON document"),
                arguments("{}", "has no \"/a/0\""),
                arguments("1", "has no \"/a/0\""),
                arguments("{\"a\":5}", "has no \"/a/0\""),
                arguments("{\"a\":[]}", "has no \"/a/0\""),
                arguments("{\"a\":{\"00\":1}}", "has no \"/a/0\""),
                arguments("[{\"a\":[1]}]", "has no \"/a/0\""),
                arguments("{\"a\":[null]}", "has null at \"/a/0\", where a string, a number or a boolean is needed"),
                arguments("{\"a\":[{}]}", "has an object at \"/a/0\", where"),
                arguments("{\"a\":[[1]]}", "has an array at \"/a/0\", where"),
                arguments("{\"a\":{\"0\":1,\"0\":1}}", "has \"/a/0\" twice"),
                arguments("{\"a\":[1],\"a\":[1]}", "has \"/a\" twice"),
                arguments("{\"a\":[1],\"\\u0061\":2}", "has \"/a\" twice"),
                arguments("{\"a\":[\"\\ud800\"]}", "has half a surrogate pair at \"/a/0\""),
                arguments("{\"a\":[\"\\udc00\\ud800\"]}", "has half a surrogate pair at \"/a/0\""),
                arguments("{\"a\":[1]} {}", "has more than one JSON document"),
                arguments("{\"a\":[1]}{", "has more than one JSON document"),
                arguments("{\"a\":[1]}]", "is no JSON: byte 10 cannot stand there"),
                arguments("{\"a\":[1]} x", "is no JSON: byte "),
                arguments("{\"a\":[1]", "is no JSON: it ends before the document does"),
                arguments("{\"a\":[1", "is no JSON: it ends before the document does"),
                arguments("{\"a\":[01]}", "is no JSON: byte "),
                arguments("\u00ef\u00bb\u00bf{\"a\" 1}", "is no JSON: byte 9 cannot stand there"),
                arguments("{'a':[1]}", "is no JSON: byte "),
                arguments("{\"a\":[1,]}", "is no JSON: byte "),
                arguments("{\"a\":[1]}//", "is no JSON: byte "),
                arguments("\0", "is no JSON: byte "),
                arguments("\0{\0}", "is no JSON: byte "),
                arguments("{\0}\0", "is no JSON: byte "),
                arguments("{\"a\":[\"\u0001\"]}", "is no JSON: byte "),
                arguments("{\"a\":[" + "1".repeat(1001) + "]}", "is beyond a bound: "),
                arguments("{\"a\":[\"" + "x".repeat(1 << 21) + "\"]}", "is beyond a bound: "),
                arguments("{\"a\":[\"\u00c1\u0081\"]}", "is no JSON: byte 8 is not UTF-8"),
                arguments("{\"a\":[1],\"\u00ff\":0}", "is no JSON: byte 11 is not UTF-8"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesTheRest(String document, String reason) {
        String given = Records.reason(parser("/a/0"), document);
        assertTrue(given.startsWith(reason), given);
        assertTrue(given.length() < 400, given);
        assertEquals(Excerpt.printable(given), given, "a terminal would obey it");
    }

    /** A message that repeats the input repeats nothing that a terminal obeys: these pass for letters of a name. */
    @Test
    void messagesAreHarmless() {
        String given = Records.reason(parser("/a"), "{\"a\":t\u001b\u0007}");
        assertEquals(Excerpt.printable(given), given);
    }

    @Test
    void aParserGoesOnAfterARefusal() {
        RecordParser parser = parser("/a/b");
        DedupKey key = Records.key(parser, "{\"a\":{\"b\":1}}");
        for (String refused :
                List.of("{\"a\":{\"b\":1", "{\"a\":{\"b\":1},\"a\":0}", "{\"a\":{\"c\":1}}", "{\"a\":{\"b\":[[")) {
            Records.reason(parser, refused);
            assertEquals(key, Records.key(parser, "{\"a\":{\"b\":1}}"));
        }
    }

    /** 100,000 levels are refused at once, open or closed, where a pointer leads and elsewhere. */
    @Test
    void deepDocumentsAreRefused() {
        for (String deep : List.of(
                "[".repeat(DEEP),
                "[".repeat(DEEP) + "]".repeat(DEEP),
                "{\"a\":".repeat(DEEP) + "1" + "}".repeat(DEEP),
                "{\"z\":" + "[".repeat(DEEP) + "]".repeat(DEEP) + ",\"a\":1}")) {
            String reason = Records.reason(parser("/a"), deep);
            assertTrue(reason.startsWith("is beyond a bound: it may have 1000 levels"), reason);
        }
        String thousand = "{\"id\":1,\"z\":" + "[".repeat(999) + "]".repeat(999) + "}";
        assertEquals(Records.key(parser("/id"), "{\"id\":1}"), Records.key(parser("/id"), thousand));
        String pointer = "/a".repeat(DEEP);
        assertTrue(Records.reason(parser(pointer), "{\"a\":{\"a\":1}}").startsWith("has no \"/a/a"));
    }

    @Test
    void longStringsElsewhereArePassedOver() {
        RecordParser parser = parser("/id");
        assertEquals(
                Records.key(parser, "{\"id\":1}"),
                Records.key(parser, "{\"z\":\"" + "x".repeat(30 << 20) + "\",\"id\":1}"));
    }

    @Test
    void timesAreNumbersOrStrings() {
        assertEquals(1431857103250L, Records.time(timed("/t", "epoch-s"), "{\"t\":1431857103.25}"));
        assertEquals(1431857103000L, Records.time(timed("/t", "epoch-s"), "{\"t\":\"1431857103\"}"));
        assertEquals(1431857103000L, Records.time(timed("/m/t", "iso"), "{\"m\":{\"t\":\"2015-05-17T10:05:03Z\"}}"));
        assertTrue(Records.reason(timed("/t", "epoch-s"), "{\"t\":\"\\ud800\"}").startsWith("has the time \"?\""));
        assertEquals("has true at \"/t\", which is no time", Records.reason(timed("/t", "iso"), "{\"t\":true}"));
        assertTrue(Records.reason(timed("/t", "iso"), "{\"t\":null}").startsWith("has null at \"/t\""));
        assertEquals("has no \"/t\"", Records.reason(timed("/t", "iso"), "{}"));
    }

    /** The key and the time may be the same value. */
    @Test
    void withoutKeysTheLineIsTheKey() {
        RecordFields fields = Records.parse(Records.parser(timed("/t", "epoch-ms")), "{\"t\": 5}");
        assertEquals(Records.KEYS.key("{\"t\": 5}"), DedupKey.ofBits(fields.keyHigh, fields.keyLow));
        assertEquals(5, fields.timestamp);
        RecordFormat both = new RecordFormat(RecordFormat.Format.NDJSON, List.of("/t"), null, "/t", "epoch-ms");
        assertEquals(5, Records.time(both, "{\"t\":5}"));
        assertEquals(Records.key(parser("/t"), "{\"t\":5}"), Records.key(both, "{\"t\":5}"));
    }

    /** Without keys and time the key is the line, which has to be JSON all the same. */
    @Test
    void wholeLinesAreJsonToo() {
        RecordFormat whole = new RecordFormat(RecordFormat.Format.NDJSON, List.of(), null, null, "iso");
        assertEquals(Records.KEYS.key("{} "), Records.key(whole, "{} "));
        assertTrue(Records.reason(whole, "{").contains("is no JSON"));
    }

    @Test
    void pointersThatCannotBeMeantAreRefused() {
        for (String bad : List.of("", "id", "#/id", "/a~", "/a~2b", "/~/b")) {
            CliException failure = assertThrows(CliException.class, () -> parser(bad));
            assertEquals(ExitCode.USAGE, failure.exitCode());
            assertTrue(failure.text().contains("the field \"" + bad + "\" is no JSON Pointer"), failure.text());
        }
    }

    /** Jackson would take overlong forms and surrogates, and so make one key of different bytes. */
    @Test
    void utf8IsJudgedAsTheJdkDoes() {
        byte[] bytes = new byte[4];
        for (long seed = 0; seed < 2_000_000; seed++) {
            int mixed = (int) ClickStream.mix(seed);
            for (int i = 0; i < bytes.length; i++) {
                int kind = mixed >>> (8 * i) & 0xFF;
                bytes[i] = (byte) (seed % 2 == 0 ? kind : 0x80 | kind);
            }
            String decoded = new String(bytes, StandardCharsets.UTF_8);
            boolean valid =
                    decoded.indexOf('\uFFFD') < 0 || Arrays.equals(bytes, decoded.getBytes(StandardCharsets.UTF_8));
            assertEquals(
                    valid,
                    Utf8.indexOfInvalid(bytes, 0, bytes.length) == ByteSearch.NONE,
                    () -> Arrays.toString(bytes));
        }
    }

    private static RecordParser parser(String... keys) {
        return Records.parser(new RecordFormat(RecordFormat.Format.NDJSON, List.of(keys), null, null, "iso"));
    }

    private static RecordFormat timed(String time, String timeFormat) {
        return new RecordFormat(RecordFormat.Format.NDJSON, List.of(), null, time, timeFormat);
    }
}
