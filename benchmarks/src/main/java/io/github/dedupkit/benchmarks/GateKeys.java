package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.KeySpace;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** What becomes of ids: no release may change it, for keys are stored. */
final class GateKeys {
    private static final int IDS = 1_000;

    /** A digest must pass through a double. */
    private static final int BITS = 52;

    private GateKeys() {}

    static void count(GateProbe.Counts counts) {
        byte[] secret = "dedup-bench-gate".getBytes(StandardCharsets.US_ASCII);
        counts.enter(GateCount.KEY_FORMAT, "trusted", digest(KeySpace.trusted("benchmarks/gate")));
        counts.enter(GateCount.KEY_FORMAT, "keyed", digest(KeySpace.keyed("benchmarks/gate", secret)));
        GateHashing hashing = new GateHashing();
        counts.enter(GateCount.ALLOCATED, "hashing", GateAllocation.perEvent(1_000, () -> hashing.hash(1_000)));
    }

    /** Of ids of each kind and of many lengths. */
    private static double digest(KeySpace space) {
        long digest = 0;
        for (int i = 0; i < IDS; i++) {
            byte[] bytes = "a text as long as it gets, \u00e4, \u20ac; "
                    .repeat(1 + i / 100)
                    .substring(0, i % 30 + i / 100 * 30)
                    .getBytes(StandardCharsets.UTF_8);
            digest = mix(digest, space.key(bytes));
            digest = mix(digest, space.key(new String(bytes, StandardCharsets.UTF_8)));
            digest = mix(digest, space.key(new UUID(i, ~i)));
            digest = mix(digest, space.key(i * 1_000_003L));
        }
        return digest >>> (Long.SIZE - BITS);
    }

    private static long mix(long digest, DedupKey key) {
        return GeneratedLines.mix(GeneratedLines.mix(digest ^ key.high()) ^ key.low());
    }
}
