package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.BitSet;
import java.util.List;

/** Filters that break what records promise. */
final class BrokenKeyFilters {
    private static final String NEW = "record_provesWhatIsNew";
    private static final String LATE = "record_takesWhatIsLate";
    private static final String AHEAD = "record_isNotHeldBack";
    private static final String BATCH = "record_batchIsASequence";
    private static final String HISTORIES = "record_randomHistories";

    /** A filter that breaks nothing. */
    static final BrokenStore SOUND = BrokenStore.of("filters and breaks nothing", FakeKeyFilter::new);

    private BrokenKeyFilters() {}

    static List<BrokenStore> all() {
        return List.of(
                BrokenStore.of("records only what is new", (storage, config) -> new FakeKeyFilter(storage, config) {
                            @Override
                            boolean matters(long timestamp, boolean provenNew) {
                                return provenNew;
                            }
                        })
                        .caughtBy(NEW, "record: W after what was not proven")
                        .caughtBy(LATE, "record: W after a late record")
                        .caughtBy(HISTORIES, "record: proven new"),
                BrokenStore.of("records only what is in time", (storage, config) -> new FakeKeyFilter(storage, config) {
                            @Override
                            boolean matters(long timestamp, boolean provenNew) {
                                return !isLate(timestamp);
                            }
                        })
                        .caughtBy(LATE, "record: W after a late record"),
                BrokenStore.of("proves what is late", (storage, config) -> new FakeKeyFilter(storage, config) {
                            @Override
                            boolean isLate(long at) {
                                return false;
                            }
                        })
                        .caughtBy(LATE, "record: proven, though late")
                        .caughtBy(HISTORIES, "record: proven new"),
                BrokenStore.of("proves nothing", (storage, config) -> new FakeKeyFilter(storage, config) {
                            @Override
                            public synchronized boolean record(long keyHigh, long keyLow, long timestamp) {
                                super.record(keyHigh, keyLow, timestamp);
                                return false;
                            }
                        })
                        .caughtBy(NEW, "record: a new key")
                        .caughtBy(HISTORIES, "events lost by an exact store"),
                BrokenStore.of("holds records back", (storage, config) -> new FakeKeyFilter(storage, config) {
                            @Override
                            public synchronized boolean record(long keyHigh, long keyLow, long timestamp) {
                                return super.record(keyHigh, keyLow, clamp(timestamp));
                            }
                        })
                        .caughtBy(AHEAD, "record: "),
                BrokenStore.of(
                                "leaves the watermark at the clock",
                                (storage, config) -> new FakeKeyFilter(storage, config) {
                                    @Override
                                    void moveWatermark(long timestamp) {
                                        raiseWatermark(timestamp);
                                    }
                                })
                        .caughtBy(AHEAD, "record: proven, though late"),
                BrokenStore.of(
                                "takes each timestamp for the present",
                                (storage, config) -> new FakeKeyFilter(storage, config) {
                                    @Override
                                    void moveWatermark(long timestamp) {
                                        watermark = Math.max(watermark, timestamp);
                                    }
                                })
                        .caughtBy(AHEAD, "record: in time"),
                BrokenStore.of("counts records as marks", (storage, config) -> new FakeKeyFilter(storage, config) {
                            @Override
                            public synchronized boolean record(long keyHigh, long keyLow, long timestamp) {
                                counts.firstSeen++;
                                return super.record(keyHigh, keyLow, timestamp);
                            }
                        })
                        .caughtBy("record_isNoMark", "record: in the books"),
                BrokenStore.of("drops a record for another", (storage, config) -> new FakeKeyFilter(storage, config) {
                            @Override
                            void makeRoom() {
                                if (marks.size() >= config.expectedKeys()) {
                                    marks.remove(marks.keySet().iterator().next());
                                }
                            }
                        })
                        .caughtBy("record_dropsNothing", "rule 6: a record was dropped"),
                batch("records what is judged", (filter, batch, provenNew) -> {
                            for (int i = 0; i < batch.size(); i++) {
                                if (filter.record(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i))) {
                                    provenNew.set(i);
                                }
                            }
                        })
                        .caughtBy(BATCH, "rule 5: the bits"),
                batch("clears the bits first", (filter, batch, provenNew) -> {
                            provenNew.clear();
                            filter.inOrder(batch, provenNew);
                        })
                        .caughtBy(BATCH, "rule 5: the bits"),
                batch("judges what is new", (filter, batch, provenNew) -> {
                            filter.inOrder(batch, provenNew);
                            provenNew.stream().forEach(i -> batch.judge(i, Verdict.FIRST_SEEN));
                        })
                        .caughtBy(BATCH, "rule 5: the verdict"),
                BrokenStore.of("looks, lets go, and records", (storage, config) -> new FakeKeyFilter(storage, config) {
                            @Override
                            @SuppressWarnings({"UnsynchronizedOverridesSynchronized", "ThreadPriorityCheck"
                            }) // the fault
                            public boolean record(long keyHigh, long keyLow, long timestamp) {
                                boolean held;
                                synchronized (this) {
                                    requireTimestamp(timestamp);
                                    requireOpen();
                                    held = marks.containsKey(DedupKey.ofBits(keyHigh, keyLow));
                                }
                                Thread.yield();
                                return super.record(keyHigh, keyLow, timestamp) || !held;
                            }
                        })
                        .caughtBy("record_oneProofPerKey", "proofs for one key"),
                BrokenStore.of("records when it is closed", (storage, config) -> new FakeKeyFilter(storage, config) {
                            @Override
                            public synchronized boolean record(long keyHigh, long keyLow, long timestamp) {
                                requireTimestamp(timestamp);
                                return closed || super.record(keyHigh, keyLow, timestamp);
                            }
                        })
                        .caughtBy("record_badInputAndClose", "rule 11: record"));
    }

    private interface BatchOfRecords {
        void record(BrokenBatches filter, EventBatch batch, BitSet provenNew);
    }

    private static BrokenStore batch(String name, BatchOfRecords broken) {
        return BrokenStore.of(name, (storage, config) -> new BrokenBatches(storage, config, broken));
    }

    /** Breaks the batch form. */
    private static final class BrokenBatches extends FakeKeyFilter {
        private final BatchOfRecords broken;

        BrokenBatches(FakeDurableStorage storage, StoreConfig config, BatchOfRecords broken) {
            super(storage, config);
            this.broken = broken;
        }

        @Override
        public void record(EventBatch batch, BitSet provenNew) {
            broken.record(this, batch, provenNew);
        }

        void inOrder(EventBatch batch, BitSet provenNew) {
            super.record(batch, provenNew);
        }
    }
}
