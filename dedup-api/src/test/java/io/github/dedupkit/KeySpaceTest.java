package io.github.dedupkit;

import static io.github.dedupkit.Refusals.assertIllegalArgument;
import static io.github.dedupkit.Refusals.assertNullNamed;
import static io.github.dedupkit.Refusals.none;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes two ids one key, and what must not. Time-ordered key spaces have a test of their own. */
class KeySpaceTest {
    private static final byte[] SECRET = HexFormat.of().parseHex("c0ffee00112233445566778899aabbcc");
    private static final KeySpace TRUSTED = KeySpace.trusted("billing/orders");
    private static final KeySpace KEYED = KeySpace.keyed("billing/orders", SECRET);

    static List<KeySpace> both() {
        return List.of(TRUSTED, KEYED);
    }

    @ParameterizedTest
    @MethodSource("both")
    void kindsNeverCollide(KeySpace space) {
        UUID uuid = UUID.fromString("31313131-3131-3131-3131-313131313131");
        byte[] parts =
                ByteBuffer.allocate(6).put((byte) 0).putInt(1).put((byte) 'a').array();
        KeyHasher hasher = space.hasher();
        Map<String, DedupKey> keys = new HashMap<>();
        keys.put("8 characters", space.key("11111111"));
        keys.put("long of the same 8 bytes", space.key(0x3131313131313131L));
        keys.put("its digits", space.key("3544668469065756977"));
        keys.put("16 characters", space.key("1111111111111111"));
        keys.put("UUID of the same 16 bytes", space.key(uuid));
        keys.put("its 36 characters", space.key(uuid.toString()));
        keys.put("text a", space.key("a"));
        keys.put("part a", hasher.begin().part("a").end().key());
        keys.put("bytes of part a", space.key(parts));
        keys.put(
                "part of the long",
                hasher.begin().part(0x3131313131313131L).end().key());
        keys.put("part of its characters", hasher.begin().part("11111111").end().key());
        keys.put("part of the UUID", hasher.begin().part(uuid).end().key());
        keys.put(
                "part of its 16 characters",
                hasher.begin().part("1111111111111111").end().key());
        keys.put(
                "part of two longs",
                hasher.begin()
                        .part(0x3131313131313131L)
                        .part(0x3131313131313131L)
                        .end()
                        .key());
        assertEquals(keys.size(), new HashSet<>(keys.values()).size(), keys::toString);
    }

    @ParameterizedTest
    @MethodSource("both")
    void partsKeepTheirBorders(KeySpace space) {
        KeyHasher hasher = space.hasher();
        Set<DedupKey> keys = new HashSet<>();
        keys.add(space.key(""));
        keys.add(space.key("a"));
        keys.add(space.key("abc"));
        keys.add(hasher.begin().part("").end().key());
        keys.add(hasher.begin().part("").part("").end().key());
        keys.add(hasher.begin().part("a").end().key());
        keys.add(hasher.begin().part("a").part("").end().key());
        keys.add(hasher.begin().part("").part("a").end().key());
        keys.add(hasher.begin().part("abc").end().key());
        keys.add(hasher.begin().part("a").part("bc").end().key());
        keys.add(hasher.begin().part("ab").part("c").end().key());
        keys.add(hasher.begin().part("a").part("b").part("c").end().key());
        assertEquals(12, keys.size());
    }

    @ParameterizedTest
    @MethodSource("both")
    void textIsItsUtf8(KeySpace space) {
        // Characters of 1, 2, 3 and 4 bytes, at every place around the borders of the hashes' blocks and of the buffer.
        for (String character : List.of("a", "\u00e9", "\u20ac", "\ud83d\ude00", "\u0000", "\ufffd")) {
            for (int before = 0; before <= 270; before++) {
                String id = "x".repeat(before) + character + "y";
                assertEquals(space.key(id.getBytes(UTF_8)), space.key(id), () -> "\"" + id + "\"");
            }
            for (int times : new int[] {60, 80, 120, 240, 256, 300, 512, 1024, 5000}) {
                String id = character.repeat(times);
                assertEquals(space.key(id.getBytes(UTF_8)), space.key(id), () -> times + " times " + character);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void charactersThatLookAlikeInOneByteAreTwoIds(KeySpace space) {
        // An encoder that drops high bytes makes A of each of these.
        assertNotEquals(space.key("A"), space.key("\u0141"));
        assertNotEquals(space.key("A"), space.key("\u4e41"));
        assertNotEquals(space.key("\u00e9"), space.key("e\u0301"), "composed and decomposed");
        assertNotEquals(space.key("order-1"), space.key("ORDER-1"));
        assertNotEquals(space.key("order-1"), space.key("order-1 "));
    }

    @ParameterizedTest
    @MethodSource("both")
    void unpairedSurrogatesAreRefusedWithTheirIndex(KeySpace space) {
        Map<String, Integer> indexes = Map.of(
                "\ud83d",
                0,
                "\ude00",
                0,
                "abc\ud83d",
                3,
                "abc\ud83dx",
                3,
                "\u00e9\ude00\ud83d",
                1,
                "\ud83d\ude00\ud83d",
                2);
        indexes.forEach((id, index) -> {
            assertIllegalArgument(
                    "id has an unpaired surrogate at index " + index + " and so no UTF-8 form; pass its bytes instead",
                    () -> space.key(id));
        });
    }

    @ParameterizedTest
    @MethodSource("both")
    void everyPrefixIsAnIdOfItsOwn(KeySpace space) {
        // Zero bytes: padding must not make a shorter id equal a longer one. The empty id is one of them.
        byte[] zeros = new byte[1100];
        KeyHasher hasher = space.hasher();
        Set<DedupKey> keys = new HashSet<>();
        for (int length = 0; length <= zeros.length; length++) {
            keys.add(hasher.hash(zeros, 0, length).key());
        }
        assertEquals(zeros.length + 1, keys.size());
        assertEquals(space.key(""), space.key(new byte[0]));
        assertTrue(keys.contains(space.key("")));
    }

    @ParameterizedTest
    @MethodSource("both")
    void anIdOf64MebibytesIsAnIdLikeAnyOther(KeySpace space) {
        byte[] bytes = new byte[64 << 20];
        Arrays.fill(bytes, (byte) 'x');
        DedupKey key = space.key(bytes);
        assertEquals(key, space.key(new String(bytes, UTF_8)));
        bytes[40 << 20]++;
        assertNotEquals(key, space.key(bytes));
        assertNotEquals(key, space.key("x".repeat((64 << 20) - 1)));
    }

    @Test
    void rangesAreHashedInPlace() {
        byte[] padded = "..order-1..".getBytes(UTF_8);
        for (KeySpace space : both()) {
            assertEquals(space.key("order-1"), space.hasher().hash(padded, 2, 7).key());
        }
    }

    @Test
    void namespacesAlgorithmsAndSecretsAreSeparate() {
        byte[] other = SECRET.clone();
        other[15] ^= 1;
        List<KeySpace> spaces = List.of(
                TRUSTED,
                KEYED,
                KeySpace.keyed("billing/orders", other),
                KeySpace.trusted("billing/order"),
                KeySpace.trusted("billing/orders2"),
                KeySpace.trusted("BILLING/orders"),
                KeySpace.keyed("billing/order", SECRET),
                // The kind follows the namespace in the keyed derivation: a name must not swallow it.
                KeySpace.keyed("billing/orders\u00a0", SECRET));
        UUID uuid = new UUID(0, 0);
        Set<DedupKey> keys = new HashSet<>();
        Set<Long> checks = new HashSet<>();
        for (KeySpace space : spaces) {
            keys.addAll(List.of(space.key(""), space.key("order-1"), space.key(7), space.key(uuid)));
            keys.add(space.hasher().begin().part(7).end().key());
            checks.add(space.checkValue());
        }
        assertEquals(5 * spaces.size(), keys.size());
        assertEquals(spaces.size(), checks.size());
    }

    @Test
    void equalKeySpacesGiveEqualKeysAndCheckValues() {
        KeySpace trusted = KeySpace.trusted("billing/orders");
        KeySpace keyed = KeySpace.keyed("billing/orders", SECRET.clone());
        assertEquals(TRUSTED.key("order-1"), trusted.key("order-1"));
        assertEquals(TRUSTED.checkValue(), trusted.checkValue());
        assertEquals(KEYED.key("order-1"), keyed.key("order-1"));
        assertEquals(KEYED.checkValue(), keyed.checkValue());
        assertEquals("billing/orders", keyed.namespace());
    }

    @Test
    void theSecretIsCopiedAndNeverShown() {
        byte[] secret = SECRET.clone();
        KeySpace space = KeySpace.keyed("billing/orders", secret);
        Arrays.fill(secret, (byte) 9);
        assertEquals(KEYED.key("order-1"), space.key("order-1"));
        assertEquals("KeySpace[billing/orders, dedupkit-1 siphash-2-4-128]", space.toString());
        assertEquals("KeySpace[billing/orders, dedupkit-1 xxh3-128]", TRUSTED.toString());

        ByteBuffer words = ByteBuffer.wrap(SECRET);
        for (int at = 0; at <= 8; at++) {
            assertNotEquals(words.getLong(at), space.checkValue());
            assertNotEquals(Long.reverseBytes(words.getLong(at)), space.checkValue());
        }
        String[] bad = {"0011223344556677", "c0ffee00112233445566778899aabbccdd"};
        for (String hex : bad) {
            byte[] refused = HexFormat.of().parseHex(hex);
            String message = assertThrows(IllegalArgumentException.class, () -> KeySpace.keyed("n", refused))
                    .toString();
            assertFalse(message.contains(hex) || message.contains(Arrays.toString(refused)), message);
        }
    }

    @Test
    void badSecretsAreRefused() {
        for (int length : new int[] {0, 15, 17, 32}) {
            byte[] secret = new byte[length];
            Arrays.fill(secret, (byte) 1);
            assertIllegalArgument(
                    "secret has " + length
                            + " bytes; give 16 bytes from a SecureRandom, the same in every process that shares marks",
                    () -> KeySpace.keyed("n", secret));
        }
        byte[] zero = new byte[16];
        assertIllegalArgument(
                "secret is all zero, as an array that was never filled; fill it from a SecureRandom",
                () -> KeySpace.timeOrdered("n", TimeLayout.ULID, zero));
        zero[7] = 1;
        assertEquals("n", KeySpace.keyed("n", zero).namespace());
    }

    @Test
    void namespacesHave1To255BytesOfUtf8() {
        for (String good : List.of("a", "n".repeat(255), "\u20ac".repeat(85), "orders/\ud83d\ude00", "a b")) {
            assertEquals(good, KeySpace.trusted(good).namespace());
        }
        Map<String, Integer> bad =
                Map.of("", 0, "n".repeat(256), 256, "\u20ac".repeat(85) + "n", 256, "n".repeat(9999), 9999);
        bad.forEach((name, bytes) -> assertIllegalArgument(
                "namespace has " + bytes + " bytes of UTF-8; give 1 to 255, for example \"billing/orders\"",
                () -> KeySpace.trusted(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\n", "\u0000", "a\u001fb", "\u007f", "\u009f"})
    void namespacesHaveNoControlCharacter(String name) {
        assertIllegalArgument(
                "namespace has a control character; use printable ones", () -> KeySpace.keyed(name, SECRET));
    }

    @Test
    void namespacesHaveNoUnpairedSurrogate() {
        assertIllegalArgument(
                "namespace has an unpaired surrogate and so no UTF-8 form; give valid text",
                () -> KeySpace.trusted("billing\ud83d"));
    }

    @Test
    void nullIsNamed() {
        assertNullNamed("namespace", () -> KeySpace.trusted(none()));
        assertNullNamed("namespace", () -> KeySpace.keyed(none(), SECRET));
        assertNullNamed("secret", () -> KeySpace.keyed("n", none()));
        assertNullNamed("namespace", () -> KeySpace.timeOrdered(none(), TimeLayout.ULID));
        assertNullNamed("layout", () -> KeySpace.timeOrdered("n", none()));
        assertNullNamed("layout", () -> KeySpace.timeOrdered("n", none(), SECRET));
        assertNullNamed("secret", () -> KeySpace.timeOrdered("n", TimeLayout.ULID, none()));
        for (KeySpace space : List.of(TRUSTED, KEYED, KeySpace.timeOrdered("n", TimeLayout.UUID_V7))) {
            assertNullNamed("id", () -> space.key(Refusals.<String>none()));
            assertNullNamed("id", () -> space.key(Refusals.<byte[]>none()));
            assertNullNamed("id", () -> space.key(Refusals.<UUID>none()));
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void oneHugeIdDoesNotKeepItsMemory(KeySpace space) {
        String huge = "x".repeat(1 << 20);
        List<Consumer<KeyScratch>> next = List.of(
                scratch -> space.hash("a", scratch),
                scratch -> space.hash(new byte[3], 0, 3, scratch),
                scratch -> space.hash(new UUID(1, 2), scratch),
                scratch -> space.hash(1, scratch));
        for (var id : next) {
            KeyScratch scratch = new KeyScratch();
            space.hash(huge, scratch);
            assertTrue(scratch.bytes().length >= huge.length());
            id.accept(scratch);
            assertTrue(scratch.bytes().length <= 1 << 16, scratch.bytes().length + " bytes kept");
        }
        KeyScratch scratch = new KeyScratch();
        space.hash("x".repeat(10_000), scratch);
        byte[] kept = scratch.bytes();
        space.hash("a", scratch);
        assertSame(kept, scratch.bytes(), "a buffer of common size is reused");
    }
}
