package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Times as logs write them. */
@Timeout(60)
class TimeFormatTest {
    private static final String TEN = "2015-05-17T10:05:03Z";

    @ParameterizedTest
    @CsvSource({
        "epoch-s, 0, 1970-01-01T00:00:00Z",
        "epoch-s, -0, 1970-01-01T00:00:00Z",
        "epoch-s, 1431857103, 2015-05-17T10:05:03Z",
        "epoch-s, 1431857103.25, 2015-05-17T10:05:03.250Z",
        "epoch-s, 1431857103.2, 2015-05-17T10:05:03.200Z",
        "epoch-s, 1431857103.2509999, 2015-05-17T10:05:03.250Z",
        "epoch-s, 0001.0, 1970-01-01T00:00:01Z",
        "epoch-s, -1, 1969-12-31T23:59:59Z",
        "epoch-s, -1.5, 1969-12-31T23:59:58.500Z",
        "epoch-s, -1.0005, 1969-12-31T23:59:58.999Z",
        "epoch-s, -0.0000, 1970-01-01T00:00:00Z",
        "epoch-s, -0.0001, 1969-12-31T23:59:59.999Z",
        "epoch-s, -62167219200, 0000-01-01T00:00:00Z",
        "epoch-s, 253402300799.999, 9999-12-31T23:59:59.999Z",
        "epoch-ms, 1431857103250, 2015-05-17T10:05:03.250Z",
        "epoch-ms, 1431857103250.9, 2015-05-17T10:05:03.250Z",
        "epoch-ms, -1, 1969-12-31T23:59:59.999Z",
        "epoch-ms, -1.1, 1969-12-31T23:59:59.998Z",
        "iso, 2015-05-17, 2015-05-17T00:00:00Z",
        "iso, 2015-05-17T10:05:03Z, 2015-05-17T10:05:03Z",
        "iso, 2015-05-17t10:05:03z, 2015-05-17T10:05:03Z",
        "iso, 2015-05-17 10:05:03, 2015-05-17T10:05:03Z",
        "iso, 2015-05-17T10:05, 2015-05-17T10:05:00Z",
        "iso, 2015-05-17T10:05Z, 2015-05-17T10:05:00Z",
        "iso, 2015-05-17T10:05:03.2, 2015-05-17T10:05:03.200Z",
        "iso, 2015-05-17T10:05:03.123456789Z, 2015-05-17T10:05:03.123Z",
        "iso, '2015-05-17T10:05:03,25Z', 2015-05-17T10:05:03.250Z",
        "iso, 2015-05-17T10:05:03+02:00, 2015-05-17T08:05:03Z",
        "iso, 2015-05-17T10:05:03-0330, 2015-05-17T13:35:03Z",
        "iso, 2015-05-17T10:05:03+02, 2015-05-17T08:05:03Z",
        "iso, 2015-05-17T10:05-23:59, 2015-05-18T10:04:00Z",
        "iso, 2016-02-29, 2016-02-29T00:00:00Z",
        "iso, 2000-02-29, 2000-02-29T00:00:00Z",
        "iso, 1969-12-31T23:59:59.9999Z, 1969-12-31T23:59:59.999Z",
        "iso, 0000-01-01, 0000-01-01T00:00:00Z",
        "iso, 2016-12-31T23:59:60Z, 2017-01-01T00:00:00Z",
        "iso, 2016-12-31T23:59:60.5Z, 2017-01-01T00:00:00.500Z",
        "iso, 2017-01-01T05:29:60+05:30, 2017-01-01T00:00:00Z",
        "yyyy-MM-dd HH:mm, 2015-05-17 10:05, 2015-05-17T10:05:00Z",
        "uuuu-MM-dd HH:mm, 2015-05-17 10:05, 2015-05-17T10:05:00Z",
        "dd/MMM/yyyy:HH:mm:ss Z, 17/May/2015:10:05:03 +0000, 2015-05-17T10:05:03Z",
        "dd/MMM/yyyy:HH:mm:ss Z, 17/MAY/2015:10:05:03 -0500, 2015-05-17T15:05:03Z",
        "'''[''dd/MMM/yyyy:HH:mm:ss', [17/May/2015:10:05:03, 2015-05-17T10:05:03Z",
        "'EEE, dd MMM yyyy HH:mm:ss z', 'Sun, 17 May 2015 12:05:03 CEST', 2015-05-17T10:05:03Z",
        "yyyyMMddHHmmssSSS, 20150517100503250, 2015-05-17T10:05:03.250Z",
        "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX, 2015-05-17T10:05:03.250999+00:00, 2015-05-17T10:05:03.250Z",
        "MM/dd/yy hh:mm a, 05/17/15 10:05 PM, 2015-05-17T22:05:00Z",
        "yyyy-MM-dd HH:mm VV, 2015-05-17 12:05 Europe/Paris, 2015-05-17T10:05:00Z",
        "yyyy-MM, 2015-05, 2015-05-01T00:00:00Z",
        "yyyy, 2015, 2015-01-01T00:00:00Z",
        "yyyy-DDD, 2015-137, 2015-05-17T00:00:00Z",
        "yyyy-MM-dd G, 2015-05-17 AD, 2015-05-17T00:00:00Z",
        "d MMMM yyyy, 7 september 2015, 2015-09-07T00:00:00Z",
        "uuuu-MM-dd, 0000-01-01, 0000-01-01T00:00:00Z",
        "yyyy-MM-dd, 0001-01-01, 0001-01-01T00:00:00Z",
        "yyyy-MM-dd, 2016-02-29, 2016-02-29T00:00:00Z",
        "dd.MM.yyyy HH:mm[:ss], 17.05.2015 10:05, 2015-05-17T10:05:00Z",
    })
    void reads(String format, String text, Instant expected) throws MalformedRecordException {
        TimeFormat times = TimeFormat.of(format);
        assertEquals(expected, Instant.ofEpochMilli(parse(times, text)));
        assertEquals(expected, Instant.ofEpochMilli(parse(times, text)), "the second time");
    }

    @ParameterizedTest
    @CsvSource(
            emptyValue = "",
            value = {
                "epoch-s, ''",
                "epoch-s, -",
                "epoch-s, +1",
                "epoch-s, 1.",
                "epoch-s, .5",
                "epoch-s, 1e9",
                "epoch-s, ' 1'",
                "epoch-s, '1 '",
                "epoch-s, 0x10",
                "epoch-s, 1_0",
                "epoch-s, --1",
                "epoch-s, 1.2.3",
                "epoch-s, 253402300800",
                "epoch-s, -62167219201",
                "epoch-s, -62167219200.1",
                "epoch-s, 99999999999999999999999999",
                "epoch-s, -99999999999999999999999999",
                "epoch-s, 9223372036854775807",
                "epoch-ms, 253402300800000",
                "epoch-ms, 2015-05-17",
                "iso, ''",
                "iso, 2015",
                "iso, 2015-05",
                "iso, 2015-5-17",
                "iso, 2015-02-29",
                "iso, 2015-02-30",
                "iso, 1900-02-29",
                "iso, 2015-00-17",
                "iso, 2015-13-01",
                "iso, 2015-05-00",
                "iso, 2015-04-31",
                "iso, 2015-05-17T",
                "iso, 2015-05-17  10:05",
                "iso, 2015-05-17T10",
                "iso, 2015-05-17T24:00",
                "iso, 2015-05-17T10:60",
                "iso, 2015-05-17T10:05:61Z",
                "iso, 2015-05-17T10:05:60Z",
                "iso, 2015-05-17T23:59:60+01:00",
                "iso, 2015-05-17T10:05:03.",
                "iso, 2015-05-17T10:05:03.Z",
                "iso, 2015-05-17T10:05:03+",
                "iso, 2015-05-17T10:05:03+2",
                "iso, 2015-05-17T10:05:03+24:00",
                "iso, 2015-05-17T10:05:03+02:60",
                "iso, 2015-05-17T10:05:03+02:",
                "iso, 2015-05-17T10:05:03ZZ",
                "iso, '2015-05-17T10:05:03Z '",
                "iso, +12015-05-17",
                "iso, -0001-05-17",
                "iso, 0000-01-01T00:00+00:01",
                "iso, 9999-12-31T23:59-00:01",
                "iso, 2015-05-1\u0667",
                "yyyy-MM-dd, 2015-02-30",
                "uuuu-MM-dd, 2015-02-30",
                "yyyy-MM-dd, 2015-02-29",
                "yyyy-MM, 2015-13",
                "yyyy-MM-dd, 2015-5-17",
                "yyyy-MM-dd, 2015-05-17 10",
                "yyyy-MM-dd, 0000-01-01",
                "yyyy-MM-dd, +10000-01-01",
                "uuuu-MM-dd, -0001-01-01",
                "yyyy-MM-dd HH:mm, 2015-05-17 24:00",
                "yyyy-MM-dd HH:mm:ss, 2015-05-17 23:59:60",
                "yyyy-MM-dd, ''",
                "dd/MMM/yyyy, 17/Foo/2015",
                "EEE dd MMM yyyy, Mon 17 May 2015",
                "yyyy-MM-dd VV, 2015-05-17 Nowhere/Land"
            })
    void refuses(String format, String text) {
        TimeFormat times = TimeFormat.of(format);
        String reason = assertThrows(MalformedRecordException.class, () -> parse(times, text))
                .text();
        assertTrue(reason.startsWith("has the time \"" + text + "\", which is not "), reason);
        assertTrue(reason.contains(format) || reason.contains("in the years 0 to 9999"), reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HH:mm",
                "MMM dd HH:mm:ss",
                "yyyy-'Q'Q",
                "yyyy-MM-dd hh:mm",
                "yyyy-MM-dd mm",
                "YYYY-ww",
                "foo",
                "yyyy-MM-dd'",
                "yyyy{",
                "ISO",
                "epoch",
                "yyyy-MM-dd HH:mm:sss",
                "\u001b[31m",
                "yyyyMMddHHmmss]",
                "p\u0007-22q",
                "HHppmm"
            })
    void refusesPatternsThatCannotBeMeant(String pattern) {
        CliException failure = assertThrows(CliException.class, () -> TimeFormat.of(pattern));
        assertEquals(ExitCode.USAGE, failure.exitCode());
        assertTrue(failure.text().startsWith("the time format " + Excerpt.of(pattern) + " "), failure.text());
        assertTrue(failure.text().endsWith("or a pattern such as dd/MMM/yyyy:HH:mm:ss Z"), failure.text());
        assertEquals(Excerpt.printable(failure.text()), failure.text());
    }

    @Test
    void aLongValueIsRefusedWithoutRepeatingIt() {
        for (String format : List.of("epoch-s", "epoch-ms", "iso", "yyyy-MM-dd")) {
            String reason = assertThrows(
                            MalformedRecordException.class, () -> parse(TimeFormat.of(format), "9".repeat(1 << 20)))
                    .text();
            assertTrue(reason.length() < 250, reason);
        }
    }

    /** A refused value is not kept as the last one, and one value's time is not another's. */
    @Test
    void theLastValueIsKeptOnlyForItself() throws MalformedRecordException {
        TimeFormat times = TimeFormat.of("yyyy-MM-dd[ HH:mm]");
        long first = parse(times, "2015-05-17");
        assertThrows(MalformedRecordException.class, () -> parse(times, "2015-05-32"));
        assertEquals(first, parse(times, "2015-05-17"));
        assertThrows(MalformedRecordException.class, () -> parse(times, "2015-05-1"));
        assertThrows(MalformedRecordException.class, () -> parse(times, ""));
        assertEquals(first + 60_000, parse(times, "2015-05-17 00:01"));
        assertEquals(first, parse(times, "2015-05-17"));
    }

    /** The JDK writes what is read. */
    @Test
    void agreesWithTheJdk() throws MalformedRecordException {
        TimeFormat iso = TimeFormat.of("iso");
        TimeFormat apache = TimeFormat.of("dd/MMM/yyyy:HH:mm:ss Z");
        TimeFormat seconds = TimeFormat.of("epoch-s");
        TimeFormat millis = TimeFormat.of("epoch-ms");
        DateTimeFormatter writer = DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH);
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            long time = random.nextLong(-62_135_596_800_000L, 253_402_214_400_000L);
            Instant instant = Instant.ofEpochMilli(time);
            ZoneOffset offset = ZoneOffset.ofTotalSeconds(60 * random.nextInt(-1080, 1081));
            assertEquals(time, parse(iso, instant.toString()), instant::toString);
            assertEquals(time, parse(millis, Long.toString(time)));
            assertEquals(
                    time, parse(seconds, java.math.BigDecimal.valueOf(time, 3).toPlainString()));
            String local = instant.atOffset(offset).toString();
            if (local.length() < 30 && local.charAt(4) == '-') {
                assertEquals(time, parse(iso, local), local);
            }
            long second = Math.floorDiv(time, 1000) * 1000;
            String written = writer.format(instant.atOffset(ZoneOffset.UTC));
            assertEquals(second, parse(apache, written), written);
        }
        assertEquals(Instant.parse(TEN).toEpochMilli(), parse(iso, TEN));
    }

    /** Parses a value in the middle of other digits. */
    private static long parse(TimeFormat format, String text) throws MalformedRecordException {
        byte[] bytes = ("99" + text + "99").getBytes(StandardCharsets.UTF_8);
        return format.parse(bytes, 2, bytes.length - 4);
    }
}
