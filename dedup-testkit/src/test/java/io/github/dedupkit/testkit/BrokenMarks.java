package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Stores that break rules 1 and 2: several winners, no winner, duplicates without a witness. */
final class BrokenMarks {
    private static final String RACES = "rule1_neverTwoWinners";
    private static final String FRESH_KEYS = "rule2_freshKeysAreFirstSeen";

    private BrokenMarks() {}

    static List<BrokenStore> stores() {
        return List.of(
                BrokenStore.of("checks, then acts, without a lock around both", ChecksThenActs::new)
                        .caughtBy(RACES, "rule 1: races with several winners"),
                BrokenStore.of("decides by mightContain", DecidesByLooking::new)
                        .caughtBy(RACES, "rule 1: races with several winners")
                        .caughtBy(
                                "rule4a_lateIsBelowTheWatermarkMinusTheLateness", "rule 4(a): one below watermark - L")
                        .caughtByHistories("rule 2: event lost"),
                BrokenStore.of("keeps its state per thread", KeepsStatePerThread::new)
                        .caughtBy(RACES, "rule 1: races with several winners")
                        .caughtBy("rule1_oneWinnerPerHotKey", "winners of one key"),
                BrokenStore.on("keeps its state per instance, two instances on one storage", PerInstance::new)
                        .caughtBy(RACES, "rule 1: races with several winners"),
                BrokenStore.of("answers DUPLICATE while another thread holds the lock", NeverWaits::new)
                        .caughtBy("rule3_racingDeliveries", "events lost by an exact store"),
                BrokenStore.of("lets two that ask at once both step back", BothStepBack::new)
                        .caughtBy(RACES, "races without a winner"),
                BrokenStore.of(
                                "compares 16 bits of a key, and claims to be exact",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    DedupKey keyOf(long keyHigh, long keyLow) {
                                        return DedupKey.ofBits(0, keyLow & 0xFFFF);
                                    }
                                })
                        .caughtBy(FRESH_KEYS, "events lost by an exact store")
                        .caughtBy("rule12_hostileIdsLoseNothing", "rule 2: "),
                BrokenStore.of(
                                "compares 64 bits of a key, and claims to be exact",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    DedupKey keyOf(long keyHigh, long keyLow) {
                                        return DedupKey.ofBits(0, keyLow);
                                    }
                                })
                        .caughtBy("rule2_everyBitOfAKeyCounts", "rule 2: a key that differs in bit 64"),
                BrokenStore.of(
                                "takes its bits from the top 48 bits of a key",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    DedupKey keyOf(long keyHigh, long keyLow) {
                                        return DedupKey.ofBits(0, keyHigh >>> 16);
                                    }
                                })
                        .caughtBy(FRESH_KEYS, "fresh keys, CONSTANT_TOP")
                        .caughtByHistories("keys CONSTANT_TOP"),
                BrokenStore.of(
                                "errs more often than it states",
                                (storage, config) -> new Approximate(storage, config, 0.1, 1e-9))
                        .expecting(approximate(1e-9))
                        .caughtBy(FRESH_KEYS, "no accident at the stated probability 1.0E-9"),
                BrokenStore.of(
                                "looks for a record and does not find it",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized boolean mightContain(long high, long low, long timestamp) {
                                        return isLate(timestamp);
                                    }
                                })
                        .caughtBy(FRESH_KEYS, "rule 2: mightContain is false for a marked key")
                        .caughtByHistories("rule 2: mightContain is false"),
                BrokenStore.of(
                                "promises less than its test expects",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public Guarantees guarantees() {
                                        return approximate(0.1);
                                    }
                                })
                        .caughtBy("guaranteesAreAsExpected", "expected: "));
    }

    /** The counter-proof: it errs just as often, but says so. */
    static BrokenStore approximateStoreThatSaysSo() {
        return BrokenStore.of(
                        "errs as often as it states", (storage, config) -> new Approximate(storage, config, 0.1, 0.1))
                .expecting(approximate(0.1));
    }

    /** Makes calls meet, on few cores too; on some keys only, because a busy machine takes its time to come back. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void letOthersIn(long keyLow) {
        if (keyLow % 8 == 0) {
            Thread.yield();
        }
    }

    private static final class ChecksThenActs extends FakeDurableStore {
        ChecksThenActs(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is broken
        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            if (!mightContain(keyHigh, keyLow, timestamp)) {
                letOthersIn(keyLow);
                synchronized (this) {
                    marks.remove(keyOf(keyHigh, keyLow));
                }
            }
            return super.markSeen(keyHigh, keyLow, timestamp, origin);
        }
    }

    private static final class DecidesByLooking extends FakeDurableStore {
        DecidesByLooking(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is broken
        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            boolean known = mightContain(keyHigh, keyLow, timestamp);
            letOthersIn(keyLow);
            super.markSeen(keyHigh, keyLow, timestamp, origin);
            return known ? Verdict.DUPLICATE : Verdict.FIRST_SEEN;
        }
    }

    private static final class KeepsStatePerThread extends FakeDurableStore {
        KeepsStatePerThread(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @Override
        DedupKey keyOf(long keyHigh, long keyLow) {
            return DedupKey.ofBits(keyHigh ^ System.identityHashCode(Thread.currentThread()), keyLow);
        }
    }

    private record PerInstance(StoreConfig config) implements StoreFixture {
        @Override
        public DeduplicationStore open() {
            return new FakeDurableStore(new FakeDurableStorage(config), config);
        }

        @Override
        public int instances() {
            return 2;
        }

        @Override
        public void close() {}
    }

    private static final class NeverWaits extends FakeDurableStore {
        private final ReentrantLock lock = new ReentrantLock();

        NeverWaits(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is broken
        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            if (!lock.tryLock()) {
                return Verdict.DUPLICATE;
            }
            try {
                letOthersIn(keyLow);
                return super.markSeen(keyHigh, keyLow, timestamp, origin);
            } finally {
                lock.unlock();
            }
        }
    }

    private static final class BothStepBack extends FakeDurableStore {
        private final Map<DedupKey, Integer> asking = new ConcurrentHashMap<>();

        BothStepBack(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is broken
        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            DedupKey key = keyOf(keyHigh, keyLow);
            asking.merge(key, 1, Integer::sum);
            letOthersIn(keyLow);
            boolean alone = asking.getOrDefault(key, 0) == 1;
            return alone ? super.markSeen(keyHigh, keyLow, timestamp, origin) : Verdict.DUPLICATE;
        }
    }

    /** Compares short hashes of keys: the more keys, the more of them are taken for one another. */
    static class Approximate extends FakeDurableStore {
        private final long hashes;
        private final double stated;

        Approximate(FakeDurableStorage storage, StoreConfig config, double atDesignLoad, double stated) {
            super(storage, config);
            this.hashes = (long) (config.expectedKeys() / atDesignLoad);
            this.stated = stated;
        }

        @Override
        DedupKey keyOf(long keyHigh, long keyLow) {
            return DedupKey.ofBits(0, Long.remainderUnsigned(keyLow, hashes));
        }

        @Override
        void makeRoom() {}

        @Override
        public Guarantees guarantees() {
            return approximate(stated);
        }

        @Override
        public synchronized StoreStats stats() {
            StoreStats stats = super.stats();
            return new StoreStats(
                    stats.firstSeen(),
                    stats.replayed(),
                    stats.duplicates(),
                    stats.tooLate(),
                    stats.failedOpen(),
                    stats.thrown(),
                    stats.evicted(),
                    stats.retainedKeys(),
                    stats.bytes(),
                    stats.effectiveWindow(),
                    presentProbability());
        }

        double presentProbability() {
            return (double) marks.size() / hashes;
        }
    }

    /** The promises of a fake durable store, but for the accuracy. */
    static Guarantees approximate(double probability) {
        Guarantees.Builder builder = Guarantees.builder(Durability.PROCESS_CRASH, Scope.PROCESS, Atomicity.STORE)
                .falseDuplicateProbability(probability);
        for (Condition condition : Condition.values()) {
            Guarantees.Outcome outcome = FakeDurableStore.GUARANTEES.outcome(condition);
            builder.on(condition, outcome.lost(), outcome.admitted(), outcome.repeated());
        }
        return builder.build();
    }
}
