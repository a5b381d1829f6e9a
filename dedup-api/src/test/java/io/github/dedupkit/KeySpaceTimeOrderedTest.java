package io.github.dedupkit;

import static io.github.dedupkit.Refusals.assertIllegalArgument;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys whose upper 48 bits are the id's own time. */
class KeySpaceTimeOrderedTest {
    private static final long X_EPOCH = 1_288_834_974_657L;
    private static final long DISCORD_EPOCH = 1_420_070_400_000L;
    private static final byte[] SECRET = "sixteen bytes ok".getBytes(US_ASCII);

    private static final KeySpace UUID_V7 = KeySpace.timeOrdered("orders", TimeLayout.UUID_V7);
    private static final KeySpace ULID = KeySpace.timeOrdered("orders", TimeLayout.ULID);
    private static final KeySpace SNOWFLAKE = KeySpace.timeOrdered("orders", TimeLayout.snowflake(X_EPOCH));

    private static final UUID EVENT = UUID.fromString("018f3c2a-7b1d-7abc-8def-0123456789ab");
    private static final long EVENT_MILLIS = 0x018f3c2a7b1dL;
    private static final String EVENT_ULID = "01HWY2MYRXFAY8VVR14D2PF2DB";

    static List<KeySpace> uuidSpaces() {
        return List.of(UUID_V7, KeySpace.timeOrdered("orders", TimeLayout.UUID_V7, SECRET));
    }

    static List<KeySpace> all() {
        return List.of(UUID_V7, ULID, SNOWFLAKE);
    }

    @ParameterizedTest
    @MethodSource("uuidSpaces")
    void allFormsOfAUuidAreOneKey(KeySpace space) {
        DedupKey key = space.key(EVENT);
        assertEquals(EVENT_MILLIS, key.high() >>> 16);
        assertEquals(key, space.key(EVENT.toString()));
        assertEquals(key, space.key(EVENT.toString().toUpperCase(Locale.ROOT)));
        assertEquals(key, space.key(bytes(EVENT)));
        byte[] padded = ByteBuffer.allocate(20).put(3, bytes(EVENT)).array();
        assertEquals(key, space.hasher().hash(padded, 3, 16).key());
    }

    @Test
    void allFormsOfAUlidAreOneKey() {
        DedupKey key = ULID.key(EVENT_ULID);
        assertEquals(EVENT_MILLIS, key.high() >>> 16);
        assertEquals(key, ULID.key(EVENT_ULID.toLowerCase(Locale.ROOT)));
        assertEquals(key, ULID.key(bytes(EVENT)));
        // The example of the ULID specification: its time is 1469918176385.
        assertEquals(1_469_918_176_385L, ULID.key("01ARYZ6S41TSV4RRFFQ69G5FAV").high() >>> 16);
        assertEquals(0, ULID.key("00000000000000000000000000").high() >>> 16);
        assertEquals((1L << 48) - 1, ULID.key("7ZZZZZZZZZZZZZZZZZZZZZZZZZ").high() >>> 16);
    }

    @Test
    void allFormsOfASnowflakeAreOneKey() {
        long id = 1_445_078_208_190_291_973L;
        DedupKey key = SNOWFLAKE.key(id);
        assertEquals((id >> 22) + X_EPOCH, key.high() >>> 16);
        assertEquals(key, SNOWFLAKE.key(Long.toString(id)));
        assertEquals(SNOWFLAKE.key(7), SNOWFLAKE.key("0000000000000000007"));
        assertEquals(key, SNOWFLAKE.key(ByteBuffer.allocate(8).putLong(id).array()));
    }

    @Test
    void theEpochMovesTheTimeAlone() {
        // Discord's documented example: 175928847299117063 was made at 2016-04-30T11:18:25.796Z.
        long id = 175_928_847_299_117_063L;
        DedupKey discord = KeySpace.timeOrdered("orders", TimeLayout.snowflake(DISCORD_EPOCH))
                .key(id);
        assertEquals(1_462_015_105_796L, discord.high() >>> 16);
        DedupKey x = SNOWFLAKE.key(id);
        assertEquals(DISCORD_EPOCH - X_EPOCH, (discord.high() >>> 16) - (x.high() >>> 16));
        assertEquals(x.low(), discord.low());
        assertEquals(x.high() & 0xFFFF, discord.high() & 0xFFFF);

        KeySpace latest = KeySpace.timeOrdered("orders", TimeLayout.snowflake(1L << 47));
        assertEquals((1L << 47) + (1L << 41) - 1, latest.key(Long.MAX_VALUE).high() >>> 16);
        assertEquals(X_EPOCH, SNOWFLAKE.key(0).high() >>> 16);
        for (long bad : new long[] {-1, Long.MIN_VALUE, (1L << 47) + 1, Long.MAX_VALUE}) {
            assertIllegalArgument(
                    "epochMillis " + bad + " is out of bounds; give Unix milliseconds from 0 to 2^47",
                    () -> TimeLayout.snowflake(bad));
        }
    }

    @ParameterizedTest
    @MethodSource("uuidSpaces")
    void keysSortByTime(KeySpace space) {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 20_000; i++) {
            long earlier = random.nextLong(1L << 47);
            long later = earlier + 1 + random.nextLong(i % 2 == 0 ? 2 : 1L << 40);
            DedupKey first = space.key(uuid(earlier, random));
            DedupKey second = space.key(uuid(later, random));
            assertTrue(first.toString().compareTo(second.toString()) < 0, () -> first + " " + second);
            assertTrue(Long.compareUnsigned(first.high(), second.high()) < 0);
        }
    }

    @Test
    void idsOfOneMillisecondAreTold() {
        SplittableRandom random = new SplittableRandom(12);
        Set<DedupKey> keys = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            keys.add(UUID_V7.key(uuid(EVENT_MILLIS, random)));
        }
        assertEquals(20_000, keys.size());
    }

    @Test
    void theLowerBitsDependOnTheTimeToo() {
        UUID later = new UUID(EVENT.getMostSignificantBits() + (1 << 16), EVENT.getLeastSignificantBits());
        assertNotEquals(UUID_V7.key(EVENT).low(), UUID_V7.key(later).low());
    }

    @Test
    void layoutAndSecretEnterTheCheckValue() {
        Set<Long> checks = new HashSet<>();
        for (TimeLayout layout : List.of(
                TimeLayout.UUID_V7, TimeLayout.ULID, TimeLayout.snowflake(0), TimeLayout.snowflake(DISCORD_EPOCH))) {
            checks.add(KeySpace.timeOrdered("orders", layout).checkValue());
            checks.add(KeySpace.timeOrdered("orders", layout, SECRET).checkValue());
        }
        checks.add(KeySpace.trusted("orders").checkValue());
        checks.add(KeySpace.keyed("orders", SECRET).checkValue());
        assertEquals(10, checks.size());
        assertEquals(
                SNOWFLAKE.checkValue(),
                KeySpace.timeOrdered("orders", TimeLayout.snowflake(X_EPOCH)).checkValue());
        assertEquals("KeySpace[orders, dedupkit-1 xxh3-128 snowflake:" + X_EPOCH + "]", SNOWFLAKE.toString());
        assertEquals(
                "KeySpace[orders, dedupkit-1 siphash-2-4-128 uuidv7]",
                uuidSpaces().get(1).toString());
        assertEquals("ulid", TimeLayout.ULID.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "018f3c2a-7b1d-7abc-8def-0123456789a",
                "018f3c2a-7b1d-7abc-8def-0123456789abc",
                "018f3c2a7b1d7abc8def0123456789ab",
                "018f3c2a-7b1d-7abc-8def-0123456789ag",
                "018f3c2a-7b1d-7abc-8def+0123456789ab",
                "018f3c2a-7b1d-7abc-8def-01234567-9ab",
                "{18f3c2a-7b1d-7abc-8def-0123456789a}",
                "018f3c2a-7b1d-7abc-8def-0123456789\u0661\u0662",
                "018f3c2a-7b1d-7abc-8def-0123456789a\ud83d",
                "018f3c2a-7b1d-4abc-8def-0123456789ab",
                "018f3c2a-7b1d-7abc-0def-0123456789ab",
                "018f3c2a-7b1d-7abc-cdef-0123456789ab",
            })
    void malformedUuidsAreRefused(String id) {
        assertRefused(() -> UUID_V7.key(id));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "01HWY2MYRXFAY8VVR14D2PF2D",
                "01HWY2MYRXFAY8VVR14D2PF2DBB",
                "81HWY2MYRXFAY8VVR14D2PF2DB",
                "/1HWY2MYRXFAY8VVR14D2PF2DB",
                "01HWY2MYRXFAY8VVR14D2PF2DI",
                "01HWY2MYRXFAY8VVR14D2PF2DL",
                "01HWY2MYRXFAY8VVR14D2PF2DO",
                "01HWY2MYRXFAY8VVR14D2PF2Du",
                "01HWY2MYRXFAY8VVR14D2PF2D-",
                "01HWY2MYRXFAY8VVR14D2PF2D\u0131",
                "01HWY2MYRXFAY8VVR14D2PF2D\u0142",
            })
    void malformedUlidsAreRefused(String id) {
        assertRefused(() -> ULID.key(id));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-1",
                "+1",
                " 1",
                "1 ",
                "0x1",
                "1e3",
                "9223372036854775808",
                "9999999999999999999",
                "00000000000000000001",
                "18446744073709551616",
                "\u0661",
            })
    void malformedSnowflakesAreRefused(String id) {
        assertRefused(() -> SNOWFLAKE.key(id));
    }

    @Test
    void binaryFormsHaveOneLength() {
        for (int length : new int[] {0, 1, 7, 9, 15, 17, 26, 36}) {
            for (KeySpace space : all()) {
                assertRefused(() -> space.key(new byte[length]));
            }
        }
        assertRefused(() -> UUID_V7.key(new byte[8]));
        assertRefused(() -> ULID.key(new byte[8]));
        assertRefused(() -> SNOWFLAKE.key(new byte[16]));
        assertRefused(() -> UUID_V7.key(new byte[16]));
        assertRefused(() -> SNOWFLAKE.key(ByteBuffer.allocate(8).putLong(-1).array()));
    }

    @Test
    void formsOfAnotherLayoutAreRefused() {
        assertRefused(() -> UUID_V7.key(1L));
        assertRefused(() -> UUID_V7.key(EVENT_ULID));
        assertRefused(() -> UUID_V7.key(new UUID(0, 0)));
        assertRefused(() -> ULID.key(1L));
        assertRefused(() -> ULID.key(EVENT));
        assertRefused(() -> SNOWFLAKE.key(EVENT));
        assertRefused(() -> SNOWFLAKE.key(-1L));
        for (KeySpace space : all()) {
            assertRefused(() -> space.hasher().begin());
        }
    }

    @Test
    void messagesSayWhatToDo() {
        assertIllegalArgument(
                "id is a UUID of version 4, variant 2, not 7 and 2; use a trusted or keyed key space for it",
                () -> UUID_V7.key(UUID.fromString("018f3c2a-7b1d-4abc-8def-0123456789ab")));
        assertIllegalArgument(
                "id \"" + "x".repeat(40)
                        + "...\" is no ulid; give the standard text form, or use a trusted or keyed key space",
                () -> ULID.key("x".repeat(5000)));
        assertIllegalArgument(
                "id has 3 bytes; the binary form of uuidv7 has 16 (pass text as a String)",
                () -> UUID_V7.key(new byte[3]));
        assertIllegalArgument(
                "the time-ordered key space orders takes no id in parts; hash the time-ordered part alone",
                () -> ULID.hasher().begin());
        assertIllegalArgument(
                "the layout ulid takes no id given as a long; give its text or binary form, or use a trusted or keyed"
                        + " key space",
                () -> ULID.key(1L));
    }

    private static void assertRefused(Executable call) {
        assertThrows(IllegalArgumentException.class, call);
    }

    private static UUID uuid(long millis, SplittableRandom random) {
        return new UUID((millis << 16) | 0x7000 | random.nextInt(1 << 12), (2L << 62) | (random.nextLong() >>> 2));
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }
}
