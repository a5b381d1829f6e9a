package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.TieredDeduplicationStore;
import io.github.dedupkit.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What the tests of tiers share: one far store that can fail, and tiers in front of it, as in two processes. */
abstract class TierRules extends ReplaySafeStoreContract {
    static final long O1 = 41;
    static final long O2 = 42;
    static final long O3 = 43;

    private final List<Site> sites = new ArrayList<>();

    /**
     * Supplies an empty near tier.
     *
     * @param config the far store's: a near tier that counts in ticks takes a window shorter by one
     * @return an open near tier; the contract closes it
     */
    protected abstract NearTier near(StoreConfig config);

    /** Puts a near tier in front of a far store; it closes both. Overridden to break it. */
    ReplaySafeStore tier(NearTier near, ReplaySafeStore far, StoreConfig config) {
        return TieredDeduplicationStore.builder(near, far)
                .clock(config.clock())
                .listener(config.listener())
                .build();
    }

    @Override
    final boolean isTiered() {
        return true;
    }

    /** Two tiers, {@code here} and {@code there}, on one far store. */
    final class Site {
        final StoreConfig config = new StoreConfig(retentions().get(1), clock, 100_000, new Ledger());
        final FakeDurableStorage storage = new FakeDurableStorage(config);
        final FaultInjectingStore faults = new FaultInjectingStore(storage.open());
        final FarStore far = new FarStore(faults);
        final ReplaySafeStore here = tier(near(config), far, config);
        final ReplaySafeStore there = tier(near(config), far, config);

        Site() {
            sites.add(this);
        }

        private void close() {
            here.close();
            there.close();
            storage.close();
        }
    }

    @AfterEach
    final void closeSites() {
        sites.forEach(Site::close);
    }

    static EventBatch batchOf(long timestamp, long origin, DedupKey... keys) {
        EventBatch batch = new EventBatch(keys.length);
        for (DedupKey key : keys) {
            batch.add(key, timestamp, origin);
        }
        return batch;
    }

    /** Calls until there is an answer. */
    static void untilAnswered(Runnable call) {
        for (boolean answered = false; !answered; ) {
            try {
                call.run();
                answered = true;
            } catch (StoreUnavailableException lost) {
                Thread.onSpinWait();
            }
        }
    }

    /** Marks until there is an answer. */
    static Verdict markUntilAnswered(ReplaySafeStore store, DedupKey key, long timestamp, long origin) {
        EventBatch batch = batchOf(timestamp, origin, key);
        untilAnswered(() -> store.markSeen(batch));
        return batch.verdict(0);
    }

    /** A tier before a far store of its own, or several before one, opened and killed together. */
    final class TierFixture implements DurableFixture {
        private final StoreConfig config;
        private final int tiers;
        private final double callsLost;
        private final FakeDurableStorage storage;
        private @Nullable ReplaySafeStore open;

        TierFixture(StoreConfig config, int tiers, double callsLost) {
            this.config = config;
            this.tiers = tiers;
            this.callsLost = callsLost;
            storage = new FakeDurableStorage(config);
        }

        @Override
        public ReplaySafeStore open() {
            ReplaySafeStore far = storage.open();
            if (callsLost > 0) {
                FaultInjectingStore faults = new FaultInjectingStore(far);
                faults.failRandomly(callsLost, 1);
                far = faults;
            }
            ReplaySafeStore opened;
            if (tiers == 1) {
                opened = tier(near(config), far, config);
            } else {
                FarStore shared = new FarStore(far);
                List<ReplaySafeStore> all = new ArrayList<>();
                for (int i = 0; i < tiers; i++) {
                    all.add(tier(near(config), shared, config));
                }
                opened = new AlternatingTiers(all, far);
            }
            open = opened;
            return opened;
        }

        @Override
        public void crash() {
            storage.crash();
            if (open != null) {
                open.close(); // frees what the dead process held
            }
        }

        @Override
        public void damage(long seed) {
            storage.damage(seed);
        }

        @Override
        public void close() {
            storage.close();
        }
    }
}
