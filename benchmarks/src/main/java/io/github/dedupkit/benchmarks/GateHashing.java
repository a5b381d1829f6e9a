package io.github.dedupkit.benchmarks;

import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import java.util.SplittableRandom;
import java.util.UUID;

/** Texts that become keys, by both hashes in turn. Not thread-safe. */
final class GateHashing {
    private static final int TEXTS = 1 << 12;
    private static final long SEED = 42;

    private final String[] texts = new String[TEXTS];
    private final KeyHasher trusted;
    private final KeyHasher keyed;

    GateHashing() {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] secret = new byte[KeySpace.SECRET_BYTES];
        random.nextBytes(secret);
        trusted = KeySpace.trusted("benchmarks/gate").hasher();
        keyed = KeySpace.keyed("benchmarks/gate", secret).hasher();
        for (int i = 0; i < TEXTS; i++) {
            texts[i] = new UUID(random.nextLong(), random.nextLong()).toString();
        }
    }

    /** Makes so many keys, half of them by each hash; returns a mixture of them. */
    long hash(int keys) {
        long sum = 0;
        for (int i = 0; i < keys; i += 2) {
            String text = texts[(i >>> 1) & (TEXTS - 1)];
            sum += trusted.hash(text).low();
            sum += keyed.hash(text).low();
        }
        return sum;
    }
}
