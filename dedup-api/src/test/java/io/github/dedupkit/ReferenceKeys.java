package io.github.dedupkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bouncycastle.crypto.macs.SipHash128;
import org.bouncycastle.crypto.params.KeyParameter;
import org.jspecify.annotations.Nullable;

/** Key format 1 of {@code docs/formats.md}, written again with libraries only: none of our hashing code runs here. */
final class ReferenceKeys {
    private final byte[] name;
    private final byte @Nullable [] secret;

    ReferenceKeys(String namespace, byte @Nullable [] secret) {
        name = namespace.getBytes(UTF_8);
        this.secret = secret;
    }

    /** The 16 bytes of the hash of a message of this kind. */
    byte[] hash(int kind, byte[] message) {
        if (secret == null) {
            HashValue128 hash = xxh3(xxh3(kind, name).getLeastSignificantBits(), message);
            return ByteBuffer.allocate(16)
                    .putLong(hash.getMostSignificantBits())
                    .putLong(hash.getLeastSignificantBits())
                    .array();
        }
        byte[] nameAndKind = Arrays.copyOf(name, name.length + 1);
        nameAndKind[name.length] = (byte) kind;
        return sipHash(sipHash(secret, nameAndKind), message);
    }

    /** The key of an id with a time: 6 bytes of milliseconds, then the last 10 of the hash. */
    byte[] timed(long millis, int kind, byte[] message) {
        byte[] hash = hash(kind, message);
        byte[] time = ByteBuffer.allocate(8).putLong(millis).array();
        return ByteBuffer.allocate(16).put(time, 2, 6).put(hash, 6, 10).array();
    }

    /** The 8 bytes of the check value. */
    byte[] check(String layout) {
        String text = "dedupkit-1 " + (secret == null ? "xxh3-128" : "siphash-2-4-128")
                + (layout.isEmpty() ? "" : " " + layout);
        return Arrays.copyOfRange(hash(255, text.getBytes(UTF_8)), 8, 16);
    }

    private static HashValue128 xxh3(long seed, byte[] message) {
        return Hashing.xxh3_128(seed).hashBytesTo128Bits(message);
    }

    private static byte[] sipHash(byte[] key, byte[] message) {
        SipHash128 mac = new SipHash128();
        mac.init(new KeyParameter(key));
        mac.update(message, 0, message.length);
        byte[] hash = new byte[16];
        mac.doFinal(hash, 0);
        return hash;
    }
}
