package io.github.dedupkit.benchmarks;

import org.junit.jupiter.api.Assumptions;

/** Says which server a tier's test runs on; or why none, where a machine has none. */
final class HotPathServers {
    /** If true, a missing server is a failure, not a reason to skip: so on CI. */
    private static final String REQUIRED = "dedup.test.servers-required";

    private HotPathServers() {}

    /** Skips the test, with the reason, if the tier needs a server and none can be started. */
    static void require(HotPathTier tier) {
        if (tier.memory != HotPathTier.Memory.NETWORK) {
            return;
        }
        try (HotPathRedisServer server = HotPathRedisServer.open()) {
            System.out.println(tier + " runs on a Redis server like that at " + server.uri());
        } catch (IllegalStateException e) {
            if (Boolean.getBoolean(REQUIRED)) {
                throw e;
            }
            Assumptions.abort(tier + ": " + e.getMessage());
        }
    }
}
