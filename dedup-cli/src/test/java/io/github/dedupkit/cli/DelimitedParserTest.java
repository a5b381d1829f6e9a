package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.cli.RecordFormat.Format;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of lines by their number, and which choices are refused. */
@Timeout(60)
class DelimitedParserTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            emptyValue = "",
            value = {
                "` `, 1, a b c, a",
                "` `, 2, a b c, b",
                "` `, 3, a b c, c",
                "` `, 2, a  c, ``",
                "` `, 1, ``, ``",
                "` `, 2, `a `, ``",
                "` `, 1, abc, abc",
                "\\t, 2, a\tb, b",
                "::, 2, a::b, b",
                "::, 2, a:::b, :b",
                "::, 2, a:b::c:, c:",
                "::, 1, a:, a:",
                "::, 3, ::::, ``",
                "aab, 2, aaabc, c",
                "aab, 1, aaabc, a",
                "`, `, 2, `a, b`, b",
                "\u00a7, 2, a\u00c2\u00a7b\u00c2, b\u00c2",
            })
    void findsFields(String delimiter, String number, String line, String expected) {
        assertEquals(Records.KEYS.key(Run.bytes(expected)), Records.key(lines(delimiter, null, number), line));
    }

    @Test
    void severalFieldsMakeOneKey() {
        DedupKey key = Records.key(lines(" ", null, "3", "1"), "c x ab y");
        assertEquals(key, Records.key(lines(" ", null, "1", "2"), "ab c"));
        assertNotEquals(key, Records.key(lines(" ", null, "1", "2"), "a bc"));
        assertNotEquals(key, Records.key(lines(" ", null, "2", "1"), "ab c"));
        assertNotEquals(Records.key(lines(" ", null, "1"), "ab c"), Records.key(lines(" ", null, "1", "1"), "ab c"));
    }

    @Test
    void aFieldMayBeTheTime() {
        RecordFields fields = Records.parse(
                Records.parser(new RecordFormat(Format.LINES, List.of("1"), " ", "4", "'['dd/MMM/yyyy:HH:mm:ss")),
                "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /\"");
        assertEquals(1431857103000L, fields.timestamp);
        assertEquals(Records.KEYS.key("1.2.3.4"), DedupKey.ofBits(fields.keyHigh, fields.keyLow));
        assertEquals(7000, Records.time(lines(" ", "2"), "a 7"));
        assertEquals(Records.KEYS.key("a 7"), Records.key(lines(" ", "2"), "a 7"), "the whole line");
        assertEquals(Records.KEYS.key("7"), Records.key(lines(" ", "2", "2"), "a 7"));
    }

    @Test
    void aMissingFieldIsRefused() {
        assertEquals("has 3 fields, no field 5", Records.reason(lines(" ", null, "1", "5", "4000"), "a b c"));
        assertEquals("has 1 field, no field 2", Records.reason(lines(" ", null, "2"), ""));
        assertEquals("has 2 fields, no field 3", Records.reason(lines(" ", "3", "1"), "a b"));
        assertEquals("has 1 field, no field 999999999", Records.reason(lines(",", null, "999999999"), "a b"));
    }

    @Test
    void agreesWithSplit() {
        String alphabet = "ab::";
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder line = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                line.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String delimiter = List.of(":", "::", ":a", "aa:").get(seed % 4);
            String[] fields = line.toString().split(Pattern.quote(delimiter), -1);
            int number = 1 + random.nextInt(fields.length);
            assertEquals(
                    Records.KEYS.key(fields[number - 1]),
                    Records.key(lines(delimiter, null, Integer.toString(number)), line.toString()),
                    "seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "+1", "1.5", " 1", "id", "1000000000", "99999999999", "\u0661"})
    void whatIsNoNumberIsRefused(String field) {
        for (RecordFormat format : List.of(lines(" ", null, field), lines(" ", field))) {
            CliException failure = assertThrows(CliException.class, () -> Records.parser(format));
            assertEquals(ExitCode.USAGE, failure.exitCode());
            assertTrue(failure.text().startsWith("the field \"" + field + "\" is not a number from 1"), failure.text());
        }
    }

    @Test
    void choicesThatCannotBeMeantAreRefused() {
        assertRefused(lines(null, null, "1"), "field \"1\" of a line needs a delimiter; give one, such as");
        assertRefused(lines(null, "4"), "field \"4\" of a line needs a delimiter; give one, such as");
        assertRefused(lines("", null, "1"), "the delimiter is empty; give at least one character");
        assertRefused(lines("a\nb", null, "1"), "the delimiter has a line feed");
        assertRefused(lines("\ufffd", null, "1"), "the delimiter \"\ufffd\" has a letter that this locale");
        assertRefused(lines("\ud800", null, "1"), "the delimiter \"?\" has a letter that this locale");
        assertRefused(lines(" ", null), "a delimiter splits lines into fields, but none is asked for;");
        assertRefused(format(Format.NDJSON, ","), "JSON has no delimiter; leave out --delimiter");
        for (String delimiter : List.of(",,", "\"", "\r", "\u00a7", "\\t\\t")) {
            assertRefused(format(Format.CSV, delimiter), "the CSV delimiter ");
        }
        assertRefused(format(Format.CSV, ""), "the delimiter is empty");
        assertRefused(format(Format.CSV, "\n"), "the delimiter has a line feed");
        assertRefused(
                new RecordFormat(Format.CSV, List.of(), null, "t", "foo"), "the time format \"foo\" is not valid");
    }

    private static void assertRefused(RecordFormat format, String beginning) {
        CliException failure = assertThrows(CliException.class, () -> Records.parser(format));
        assertEquals(ExitCode.USAGE, failure.exitCode());
        assertTrue(failure.text().startsWith(beginning), failure.text());
    }

    private static RecordFormat format(Format format, String delimiter) {
        return new RecordFormat(format, List.of(), delimiter, null, "iso");
    }

    private static RecordFormat lines(@Nullable String delimiter, @Nullable String time, String... keys) {
        return new RecordFormat(Format.LINES, List.of(keys), delimiter, time, "epoch-s");
    }
}
