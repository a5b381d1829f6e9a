package io.github.dedupkit.benchmarks;

import org.junit.jupiter.api.Assumptions;

/** Says why, where a machine has no server for a tier. */
final class HotPathServers {
    private HotPathServers() {}

    /** Skips the test, with the reason, if the tier needs a server and none can be started. */
    static void require(HotPathTier tier) {
        if (tier.memory != HotPathTier.Memory.NETWORK) {
            return;
        }
        try {
            HotPathRedisServer.open().close();
        } catch (IllegalStateException e) {
            Assumptions.abort(tier + ": " + e.getMessage());
        }
    }
}
