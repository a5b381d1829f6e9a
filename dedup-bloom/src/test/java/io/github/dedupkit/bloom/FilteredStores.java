package io.github.dedupkit.bloom;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.testkit.DurableFixture;
import io.github.dedupkit.testkit.FakeDurableStorage;
import io.github.dedupkit.testkit.StoreConfig;
import io.github.dedupkit.testkit.StoreFixture;
import java.time.InstantSource;

/** What the tests of filtered stores share. */
final class FilteredStores {
    /** How many keys a filter may take for known ones: often, so that both ways are gone. */
    private static final double ONE_IN_TEN = 0.1;

    private FilteredStores() {}

    /** A filter that is hardly ever wrong, and never full. */
    static BloomDeduplicationStore filter(Retention retention, InstantSource clock) {
        return BloomDeduplicationStore.builder(retention, 10_000)
                .falseDuplicateProbability(1e-9)
                .overfillWhenFull()
                .clock(clock)
                .build();
    }

    static CaffeineDeduplicationStore caffeine(Retention retention, InstantSource clock) {
        return CaffeineDeduplicationStore.builder(retention, 1_000_000)
                .clock(clock)
                .build();
    }

    static FilteredDeduplicationStore filtered(StoreConfig config, BackingStore backing) {
        return FilteredDeduplicationStore.builder(
                        config.retention(),
                        BloomDeduplicationStore.builder(config.retention(), config.expectedKeys())
                                .falseDuplicateProbability(ONE_IN_TEN)
                                .overfillWhenFull()
                                .clock(config.clock())
                                .build(),
                        backing)
                .clock(config.clock())
                .build();
    }

    /** A new pair, empty, each time. */
    static StoreFixture overCaffeine(StoreConfig config) {
        return new StoreFixture() {
            @Override
            public FilteredDeduplicationStore open() {
                return filtered(
                        config,
                        CaffeineDeduplicationStore.builder(config.retention(), 2 * config.expectedKeys())
                                .clock(config.clock())
                                .listener(config.listener())
                                .build());
            }

            @Override
            public void close() {}
        };
    }

    /** A new, empty filter each time, before a store that survives a crash; every other one is made warm. */
    static DurableFixture overDurable(StoreConfig config) {
        FakeDurableStorage storage = new FakeDurableStorage(config);
        return new DurableFixture() {
            private boolean warm;

            @Override
            public FilteredDeduplicationStore open() {
                FilteredDeduplicationStore store = filtered(config, storage.open());
                if (warm) {
                    store.warm();
                }
                warm = !warm;
                return store;
            }

            @Override
            public void crash() {
                storage.crash();
            }

            @Override
            public void damage(long seed) {
                storage.damage(seed);
            }

            @Override
            public void close() {
                storage.close();
            }
        };
    }
}
