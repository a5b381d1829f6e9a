package io.github.dedupkit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.KeySpace;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The ids collide where they should, under independent implementations of the hashes; and not under a secret. */
class HostileIdsTest {
    private static final KeySpace KEYED = KeySpace.keyed("shop/orders", "sixteen bytes ok".getBytes(UTF_8));
    private static final int RANDOM_SEED = new SplittableRandom(20_121_229).nextInt();

    @Test
    void murmur3HasOneHashUnderEverySeed() {
        List<byte[]> ids = HostileIds.murmur3Collisions(14);
        assertEquals(16_384, ids.size());
        assertEquals(16_384, distinct(ids, ByteBuffer::wrap));
        for (byte[] id : ids) {
            assertEquals(448, id.length);
        }
        for (int seed : new int[] {0, 12_345, RANDOM_SEED}) {
            var murmur3 = com.google.common.hash.Hashing.murmur3_128(seed);
            assertEquals(1, distinct(ids, murmur3::hashBytes), "seed " + seed);
        }
    }

    @Test
    void murmur3CollisionsHoldBetweenAnyCommonPrefixAndSuffix() {
        // The state before the first block is any state, not only that of a seed. A prefix must be whole blocks.
        var murmur3 = com.google.common.hash.Hashing.murmur3_128(RANDOM_SEED);
        List<byte[]> ids = HostileIds.murmur3Collisions(6);
        assertEquals(
                1,
                distinct(
                        ids,
                        id -> murmur3.newHasher()
                                .putString("tenant-7/orders/", UTF_8)
                                .putBytes(id)
                                .putString("?v=1", UTF_8)
                                .hash()));
    }

    @Test
    void everyNumberOfBits() {
        for (int bits = 1; bits <= 10; bits++) {
            List<byte[]> ids = HostileIds.murmur3Collisions(bits);
            assertEquals(1 << bits, distinct(ids, ByteBuffer::wrap));
            assertEquals(1, distinct(ids, com.google.common.hash.Hashing.murmur3_128()::hashBytes));
        }
    }

    @Test
    void xxh3HasOneHashUnderSeed0() {
        List<byte[]> ids = HostileIds.xxh3Collisions(10_000);
        assertEquals(10_000, distinct(ids, ByteBuffer::wrap));
        for (byte[] id : ids) {
            assertEquals(320, id.length);
        }
        Hasher128 seed0 = Hashing.xxh3_128(0);
        assertEquals(1, distinct(ids, seed0::hashBytesTo128Bits));
        assertEquals(1, distinct(ids, Hashing.xxh3_64(0)::hashBytesToLong));
        Hasher128 another = Hashing.xxh3_128(12_345);
        assertEquals(10_000, distinct(ids, another::hashBytesTo128Bits));
    }

    @Test
    void underASecretAllAreTold() {
        for (List<byte[]> ids : List.of(HostileIds.murmur3Collisions(14), HostileIds.xxh3Collisions(10_000))) {
            Function<byte[], DedupKey> key = KEYED::key;
            assertEquals(ids.size(), distinct(ids, key));
            assertEquals(ids.size(), distinct(ids, id -> KEYED.key(id).low()), "64 bits");
        }
    }

    @Test
    void theSameCallGivesTheSameIdsInArraysOfItsOwn() {
        for (Supplier<List<byte[]>> call : List.<Supplier<List<byte[]>>>of(
                () -> HostileIds.murmur3Collisions(3), () -> HostileIds.xxh3Collisions(8))) {
            List<byte[]> first = call.get();
            List<String> before = first.stream().map(HexFormat.of()::formatHex).toList();
            first.forEach(id -> Arrays.fill(id, (byte) 9));
            assertEquals(
                    before, call.get().stream().map(HexFormat.of()::formatHex).toList());
        }
    }

    @Test
    void boundsAreRefused() {
        for (int bits : new int[] {0, -1, 17, 32}) {
            assertEquals(
                    "bits " + bits + " is out of bounds; give 1 to 16",
                    assertThrows(IllegalArgumentException.class, () -> HostileIds.murmur3Collisions(bits))
                            .getMessage());
        }
        for (int count : new int[] {0, -1, 1_000_001}) {
            assertEquals(
                    "count " + count + " is out of bounds; give 1 to 1000000",
                    assertThrows(IllegalArgumentException.class, () -> HostileIds.xxh3Collisions(count))
                            .getMessage());
        }
    }

    private static int distinct(List<byte[]> ids, Function<byte[], ?> hash) {
        Set<Object> seen = new HashSet<>();
        for (byte[] id : ids) {
            seen.add(hash.apply(id));
        }
        return seen.size();
    }
}
