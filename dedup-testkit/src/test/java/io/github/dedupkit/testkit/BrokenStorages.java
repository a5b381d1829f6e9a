package io.github.dedupkit.testkit;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Stores that break rules 4(f), 6 and 7: what is written, what is kept when there is no room, and what is read back. */
final class BrokenStorages {
    private static final String WATERMARK = "rule4f_watermarkAndFloorSurviveARestart";
    private static final String CAPACITY = "rule6_nothingShrinksInSilence";
    private static final String UNDER_LOAD = "rule7_crashUnderLoad";
    private static final String DAMAGE = "rule7_damageIsNeverReadAsEmpty";

    private BrokenStorages() {}

    static List<BrokenStore> stores() {
        return List.of(
                BrokenStore.of(
                                "does not log the watermark",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void append(
                                            FakeDurableStorage.Type type, DedupKey key, long timestamp, long origin) {
                                        if (type != FakeDurableStorage.Type.WATERMARK) {
                                            super.append(type, key, timestamp, origin);
                                        }
                                    }
                                })
                        .caughtBy(WATERMARK, "rule 4(f): the watermark fell in a restart")
                        .caughtByHistories("so TOO_LATE"),
                BrokenStore.of(
                                "takes the newest record for the watermark when it opens",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void replay(
                                            FakeDurableStorage.Type type, DedupKey key, long timestamp, long origin) {
                                        if (type == FakeDurableStorage.Type.MARK) {
                                            watermark = Math.max(watermark, timestamp);
                                        }
                                        if (type != FakeDurableStorage.Type.WATERMARK) {
                                            super.replay(type, key, timestamp, origin);
                                        }
                                    }
                                })
                        .caughtBy(WATERMARK, "rule 4(f): the watermark fell in a restart")
                        .caughtByHistories("rule "),
                BrokenStore.of(
                                "drops half the window when it opens",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void replayLog() {
                                        super.replayLog();
                                        marks.values()
                                                .removeIf(mark ->
                                                        watermark > mark.timestamp() + retention.windowMillis() / 2);
                                    }
                                })
                        .caughtBy(WATERMARK, "rule 4(f): the record W back")
                        .caughtByHistories("rule 1: copy admitted"),
                BrokenStore.of("drops the older half when it is full and says nothing", DropsTheOlderHalf::new)
                        .caughtBy(CAPACITY, "is forgotten, but the effective window"),
                BrokenStore.of(
                                "grows beyond its design load and says nothing",
                                (storage, config) -> new BrokenMarks.Approximate(storage, config, 0.01, 0.01) {
                                    @Override
                                    double presentProbability() {
                                        return 0.01;
                                    }
                                })
                        .expecting(BrokenMarks.approximate(0.01))
                        .caughtBy(CAPACITY, "but the probability is stated as 0.01"),
                BrokenStore.of(
                                "refuses when it is full and does not say why",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void makeRoom() {
                                        if (marks.size() >= config.expectedKeys()) {
                                            throw new StoreUnavailableException("cannot record");
                                        }
                                    }
                                })
                        .caughtBy(CAPACITY, "rule 6: a refusal names the capacity"),
                BrokenStore.of("refuses before it is full", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            void makeRoom() {
                                if (marks.size() >= config.expectedKeys() / 2) {
                                    throw new StoreUnavailableException("at its capacity");
                                }
                            }
                        })
                        .caughtBy(CAPACITY, "rule 6: refused before the expected keys"),
                BrokenStore.of("acknowledges before it writes", WritesLater::new)
                        .caughtBy("rule7_acknowledgedMarksSurviveACrash", "an acknowledged mark is gone after a crash")
                        .caughtBy(UNDER_LOAD, "an acknowledged mark is gone after a crash")
                        .caughtByHistories("rule "),
                BrokenStore.of("lets a duplicate go before its witness is written", WritesOutsideTheLock::new)
                        .caughtBy(UNDER_LOAD, "an acknowledged mark is gone after a crash"),
                BrokenStore.of(
                                "reads damage as an empty store",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void replayLog() {
                                        try {
                                            super.replayLog();
                                        } catch (CorruptSnapshotException e) {
                                            marks.clear();
                                            watermark = NONE;
                                        }
                                    }
                                })
                        .caughtBy(DAMAGE, "rule 7: opened with damage as if nothing had happened"),
                BrokenStore.of("skips damaged records", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            void replayLog() {
                                storage.forEach(this::replay, (record, records) -> {});
                            }
                        })
                        .caughtBy(DAMAGE, "rule 7: opened with damage as if nothing had happened"),
                BrokenStore.of(
                                "takes damage for the end of the log",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void replayLog() {
                                        try {
                                            super.replayLog();
                                        } catch (CorruptSnapshotException e) {
                                            marks.values().removeIf(this::isFree);
                                        }
                                    }
                                })
                        .caughtBy(DAMAGE, "rule 7: opened with damage as if nothing had happened"),
                BrokenStore.of(
                                "refuses damage without numbers",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void replayLog() {
                                        try {
                                            super.replayLog();
                                        } catch (CorruptSnapshotException e) {
                                            throw new CorruptSnapshotException("damaged", e);
                                        }
                                    }
                                })
                        .caughtBy(DAMAGE, "rule 7: the refusal says where and how much"));
    }

    private static final class DropsTheOlderHalf extends FakeDurableStore {
        DropsTheOlderHalf(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @Override
        void makeRoom() {
            if (marks.size() >= 2 * config.expectedKeys()) {
                long oldest =
                        marks.values().stream().mapToLong(Mark::timestamp).min().orElse(0);
                marks.values().removeIf(mark -> mark.timestamp() <= oldest + (watermark - oldest) / 2);
            }
        }
    }

    /** A record of the log that is still in memory. */
    private record Pending(FakeDurableStorage.Type type, DedupKey key, long timestamp, long origin) {}

    /** Writes its log 64 records at a time. */
    private static final class WritesLater extends FakeDurableStore {
        private final List<Pending> pending = new ArrayList<>();

        WritesLater(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @Override
        void append(FakeDurableStorage.Type type, DedupKey key, long timestamp, long origin) {
            pending.add(new Pending(type, key, timestamp, origin));
            if (pending.size() >= 64) {
                flush();
            }
        }

        private void flush() {
            requireOpen();
            pending.forEach(record -> super.append(record.type, record.key, record.timestamp, record.origin));
            pending.clear();
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                flush();
            }
            super.close();
        }
    }

    /** Writes a record after it has let go of the lock, before it answers FIRST_SEEN, but answers DUPLICATE from memory. */
    private static final class WritesOutsideTheLock extends FakeDurableStore {
        private final ThreadLocal<List<Pending>> pending = ThreadLocal.withInitial(ArrayList::new);

        WritesOutsideTheLock(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @Override
        void append(FakeDurableStorage.Type type, DedupKey key, long timestamp, long origin) {
            pending.get().add(new Pending(type, key, timestamp, origin));
        }

        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is broken
        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            Verdict verdict = super.markSeen(keyHigh, keyLow, timestamp, origin);
            if (verdict == Verdict.FIRST_SEEN) {
                for (int i = 0; i < 2_000; i++) {
                    Thread.onSpinWait();
                }
            }
            write();
            return verdict;
        }

        @Override
        public synchronized void markSeen(EventBatch batch) {
            super.markSeen(batch);
            write();
        }

        @Override
        public synchronized void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
            super.confirm(keyHigh, keyLow, timestamp, origin);
            write();
        }

        @Override
        public synchronized void forget(long keyHigh, long keyLow, long timestamp, long origin) {
            super.forget(keyHigh, keyLow, timestamp, origin);
            write();
        }

        private synchronized void write() {
            requireOpen();
            pending.get().forEach(record -> super.append(record.type, record.key, record.timestamp, record.origin));
            pending.get().clear();
        }
    }
}
