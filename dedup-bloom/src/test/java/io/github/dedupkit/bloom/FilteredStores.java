package io.github.dedupkit.bloom;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintFilterDeduplicationStore;
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

    /** What stands in front. */
    enum Filter {
        BLOOM {
            @Override
            KeyFilter open(Retention retention, InstantSource clock, long keys, double probability) {
                return BloomDeduplicationStore.builder(retention, keys)
                        .falseDuplicateProbability(probability)
                        .overfillWhenFull()
                        .clock(clock)
                        .build();
            }
        },
        FINGERPRINTS {
            @Override
            KeyFilter open(Retention retention, InstantSource clock, long keys, double probability) {
                return FingerprintFilterDeduplicationStore.builder(retention, keys)
                        .falseDuplicateProbability(probability)
                        .clock(clock)
                        .build();
            }
        };

        abstract KeyFilter open(Retention retention, InstantSource clock, long keys, double probability);
    }

    /** A filter that is hardly ever wrong, and never full. */
    static KeyFilter filter(Retention retention, InstantSource clock) {
        return Filter.BLOOM.open(retention, clock, 10_000, 1e-8);
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
