package io.github.dedupkit.bloom;

import static io.github.dedupkit.bloom.BloomStores.START;
import static io.github.dedupkit.bloom.BloomStores.TICK;
import static io.github.dedupkit.bloom.BloomStores.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Filter, backing store and the store of both with three clocks that jump as they like, calls that fail in either part, filters
 * that are dropped: no blind write ever meets a record of its key within the window.
 */
class FilteredClocksTest {
    private static final int STEPS = 60_000;
    private static final int KEYS = 12;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noBlindWriteMeetsARecord(long seed) {
        Retention[] all = {
            BloomStores.retention(8, 4, 2),
            BloomStores.retention(4, 2, 2),
            BloomStores.retention(4, 4, 0),
            BloomStores.retention(3, 0, 0)
        };
        for (Retention retention : all) {
            new Run(retention, seed).play();
        }
    }

    private static final class Run {
        private final Retention retention;
        private final SplittableRandom random;
        private final VirtualClock own = new VirtualClock(START);
        private final VirtualClock ofFilter = new VirtualClock(START);
        private final VirtualClock ofBacking = new VirtualClock(START);
        private final CheckingStore backing;
        private FilteredDeduplicationStore store;
        private long time = START;
        private long saved;
        private long failures;

        Run(Retention retention, long seed) {
            this.retention = retention;
            random = new SplittableRandom(seed);
            backing = new CheckingStore();
            store = open();
        }

        /** Looks at each blind write whether the key has a record in the window; fails now and then, before it acts or after. */
        private final class CheckingStore extends ForwardingBackingStore {
            CheckingStore() {
                super(FilteredStores.caffeine(retention, ofBacking));
            }

            private void check(Map<DedupKey, Long> held, DedupKey key, long timestamp) {
                Long record = held.get(key);
                assertTrue(
                        record == null || Math.abs(timestamp - record) > retention.windowMillis(),
                        () -> "a blind write at " + timestamp + ", and the record is at " + record + "; " + retention);
            }

            private Map<DedupKey, Long> held() {
                Map<DedupKey, Long> held = new HashMap<>();
                scan((high, low, timestamp) -> held.put(DedupKey.ofBits(high, low), timestamp));
                return held;
            }

            private void failOneIn(int calls) {
                if (random.nextInt(calls) == 0) {
                    failures++;
                    throw new StoreUnavailableException("the disk is away");
                }
            }

            @Override
            public Verdict markNew(long keyHigh, long keyLow, long timestamp, long origin) {
                failOneIn(50);
                if (timestamp >= watermark() - retention.latenessMillis()) {
                    check(held(), DedupKey.ofBits(keyHigh, keyLow), timestamp);
                }
                Verdict verdict = super.markNew(keyHigh, keyLow, timestamp, origin);
                failOneIn(50);
                return verdict;
            }

            @Override
            public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
                failOneIn(50);
                Verdict verdict = super.markSeen(keyHigh, keyLow, timestamp, origin);
                failOneIn(50);
                return verdict;
            }

            /** One by one, so that each blind write is looked at. */
            @Override
            public void markSeen(EventBatch batch, BitSet provenNew) {
                for (int i = 0; i < batch.size(); i++) {
                    if (batch.verdict(i) == Verdict.UNJUDGED) {
                        long high = batch.keyHigh(i);
                        long low = batch.keyLow(i);
                        long at = batch.timestamp(i);
                        batch.judge(i, provenNew.get(i) ? markNew(high, low, at, 0) : markSeen(high, low, at, 0));
                    }
                }
            }

            @Override
            public void close() {}
        }

        private FilteredDeduplicationStore open() {
            ForwardingFilter filter =
                    new ForwardingFilter(BloomDeduplicationStore.builder(retention, 1_000)
                            .falseDuplicateProbability(0.1)
                            .overfillWhenFull()
                            .clock(ofFilter)
                            .build()) {
                        @Override
                        public boolean record(long keyHigh, long keyLow, long timestamp) {
                            if (random.nextInt(200) == 0) {
                                throw new StoreUnavailableException("full at its capacity of 0 keys");
                            }
                            return super.record(keyHigh, keyLow, timestamp);
                        }
                    };
            return FilteredDeduplicationStore.builder(retention, filter, backing)
                    .clock(own)
                    .build();
        }

        void play() {
            EventBatch batch = new EventBatch(4);
            for (int step = 0; step < STEPS; step++) {
                time += random.nextLong(TICK / 2);
                setClocks();
                try {
                    if (random.nextInt(4) == 0) {
                        markBatch(batch);
                    } else {
                        store.markSeen(key(random.nextInt(KEYS)), timestamp(), 0);
                    }
                } catch (StoreUnavailableException e) {
                    assertEquals("the disk is away", e.getMessage());
                }
                if (random.nextInt(2_000) == 0) {
                    reopen();
                }
            }
            saved += store.filterStats().saved();
            assertTrue(saved > STEPS / 100 && failures > STEPS / 100, saved + " saved, " + failures + " failed");
        }

        private void markBatch(EventBatch batch) {
            batch.clear();
            while (!batch.isFull()) {
                batch.add(key(random.nextInt(KEYS)), timestamp(), 0);
            }
            try {
                store.markSeen(batch);
            } catch (StoreUnavailableException e) {
                store.markSeen(batch);
            }
        }

        private void setClocks() {
            for (VirtualClock clock : new VirtualClock[] {own, ofFilter, ofBacking}) {
                switch (random.nextInt(60)) {
                    case 0 -> clock.set(time - random.nextLong(3 * retention.windowMillis()));
                    case 1 -> clock.set(time + random.nextLong(2 * TICK));
                    case 2, 3, 4, 5, 6, 7 -> clock.set(time);
                    default -> {}
                }
            }
        }

        private long timestamp() {
            return switch (random.nextInt(16)) {
                case 0 -> time + random.nextLong(3 * TICK);
                case 1 -> time + random.nextLong(retention.windowMillis());
                case 2, 3, 4 -> time - random.nextLong(retention.windowMillis());
                default -> time;
            };
        }

        private void reopen() {
            saved += store.filterStats().saved();
            store.close();
            store = open();
            if (random.nextBoolean()) {
                try {
                    store.warm();
                } catch (StoreUnavailableException e) {
                    assertTrue(String.valueOf(e.getMessage()).startsWith("full"), e.toString());
                }
            }
        }
    }
}
