package io.github.dedupkit.testkit;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Stores that break what blind marks, watermark and scan promise. */
final class BrokenBackingStores {
    private static final String MARK = "blind_isAMark";
    private static final String TIME = "blind_isJudgedByItsTime";
    private static final String SEQUENCE = "blind_batchIsASequence";
    private static final String SHOWS = "scan_showsEachRecord";
    private static final String WATERMARK = "watermark_isM";
    private static final String INPUT = "backing_badInputAndClose";

    /** A store that breaks nothing. */
    static final BrokenStore SOUND = BrokenStore.of("backs and breaks nothing", FakeDurableStore::new);

    private BrokenBackingStores() {}

    static List<BrokenStore> all() {
        return List.of(
                blind("records no blind mark", store -> (key, timestamp, origin) -> Verdict.FIRST_SEEN)
                        .caughtBy(MARK, "blind: another delivery"),
                blind(
                                "forgets the origin of a blind mark",
                                store -> (key, timestamp, origin) -> store.soundly(key, timestamp, 0))
                        .caughtBy(MARK, "blind: the same delivery again"),
                blind("does not count blind marks", store -> (key, timestamp, origin) -> {
                            Verdict verdict = store.soundly(key, timestamp, origin);
                            store.counts.firstSeen--;
                            return verdict;
                        })
                        .caughtBy(MARK, "rule 10: first seen"),
                blind("records late blind marks", store -> (key, timestamp, origin) -> {
                            store.record(key, new FakeDurableStore.Mark(store.clamp(timestamp), origin));
                            store.raiseWatermark(store.clamp(timestamp));
                            store.counts.firstSeen++;
                            return Verdict.FIRST_SEEN;
                        })
                        .caughtBy(TIME, "blind: too late"),
                blind("leaves the watermark where it is", store -> (key, timestamp, origin) -> {
                            store.record(key, new FakeDurableStore.Mark(store.clamp(timestamp), origin));
                            store.counts.firstSeen++;
                            return Verdict.FIRST_SEEN;
                        })
                        .caughtBy(TIME, "blind: the watermark has moved")
                        .caughtBy(WATERMARK, "watermark: a blind mark moves it"),
                blind("does not hold blind marks back", store -> (key, timestamp, origin) -> {
                            Verdict verdict = store.soundly(key, timestamp, origin);
                            if (verdict == Verdict.FIRST_SEEN) {
                                store.record(key, new FakeDurableStore.Mark(timestamp, origin));
                            }
                            return verdict;
                        })
                        .caughtBy(TIME, "rule 4(e): stored at the clock + S, W ago"),
                blind(
                                "keeps the older record",
                                store -> (key, timestamp, origin) -> store.marks.containsKey(key)
                                        ? Verdict.FIRST_SEEN
                                        : store.soundly(key, timestamp, origin))
                        .caughtBy("blind_replacesAnExpiredRecord", "blind: a copy of the newer mark"),
                batch("marks what is proven first", store -> (batch, provenNew) -> {
                            for (int i = provenNew.nextSetBit(0); i >= 0; i = provenNew.nextSetBit(i + 1)) {
                                DedupKey key = DedupKey.ofBits(batch.keyHigh(i), batch.keyLow(i));
                                batch.judge(i, store.judgeNew(key, batch.timestamp(i), batch.origin(i)));
                            }
                            store.soundly(batch, new BitSet());
                        })
                        .caughtBy(SEQUENCE, "rule 5: item 1"),
                batch("takes the neighbour's bit", store -> (batch, provenNew) -> {
                            BitSet shifted = new BitSet();
                            provenNew.stream().forEach(i -> shifted.set(i + 1));
                            store.soundly(batch, shifted);
                        })
                        .caughtBy(SEQUENCE, "rule 5: item 1"),
                batch("clears the bits", store -> (batch, provenNew) -> {
                            store.soundly(batch, provenNew);
                            provenNew.clear();
                        })
                        .caughtBy(SEQUENCE, "the bits stay as they are"),
                batch("marks what is proven although it is judged", store -> (batch, provenNew) -> {
                            for (int i = provenNew.nextSetBit(0); i >= 0; i = provenNew.nextSetBit(i + 1)) {
                                batch.judge(i, Verdict.UNJUDGED);
                            }
                            store.soundly(batch, provenNew);
                        })
                        .caughtBy("blind_judgedItemsAreNotAskedAgain", "rule 5: item 0"),
                scan(
                                "shows no confirmed record",
                                store -> visitor -> store.soundly((high, low, timestamp) -> {
                                    if (store.ownedBy(DedupKey.ofBits(high, low), 41) != null) {
                                        visitor.visit(high, low, timestamp);
                                    }
                                }))
                        .caughtBy(SHOWS, "key 1"),
                scan(
                                "shows the watermark for a timestamp",
                                store -> visitor -> store.soundly(
                                        (high, low, timestamp) -> visitor.visit(high, low, store.watermark)))
                        .caughtBy(SHOWS, "scan: shown at"),
                scan(
                                "shows nothing that is older than the window",
                                store -> visitor -> store.soundly((high, low, timestamp) -> {
                                    if (timestamp >= store.watermark - store.retention.windowMillis()) {
                                        visitor.visit(high, low, timestamp);
                                    }
                                }))
                        .caughtBy("scan_showsRecordsToTheirEnd", "a record at its end"),
                BrokenStore.of("misses what is confirmed while it scans", MissesWhatMoves::new)
                        .caughtBy("scan_underLoad", "a record that is confirmed and copied meanwhile"),
                watermark(
                                "gives the clock for its watermark",
                                store -> store.config.clock().millis())
                        .caughtBy(WATERMARK, "watermark: before the first mark"),
                watermark(
                                "gives a watermark that falls with the clock",
                                store -> Math.min(
                                        store.watermark, store.config.clock().millis()))
                        .caughtBy(WATERMARK, "watermark: never falls with the clock"),
                scan("ends a scan in silence when it is closed", store -> visitor -> {
                            store.requireOpen();
                            try {
                                store.soundly(visitor);
                            } catch (IllegalStateException closed) {
                                // in silence
                            }
                        })
                        .caughtBy(INPUT, "rule 11: a scan in which the store is closed"),
                watermark("tells its watermark when it is closed", store -> store.watermark)
                        .caughtBy(INPUT, "rule 11: watermark"));
    }

    private static BrokenStore blind(String name, Function<Sound, BlindMark> broken) {
        return BrokenStore.of(name, (storage, config) -> new Sound(storage, config) {
            @Override
            Verdict judgeNew(DedupKey key, long timestamp, long origin) {
                return broken.apply(this).judge(key, timestamp, origin);
            }
        });
    }

    private static BrokenStore batch(String name, Function<Sound, BlindBatch> broken) {
        return BrokenStore.of(name, (storage, config) -> new Sound(storage, config) {
            @Override
            void judgeAll(EventBatch batch, BitSet provenNew) {
                broken.apply(this).judge(batch, provenNew);
            }
        });
    }

    private static BrokenStore scan(String name, Function<Sound, Scan> broken) {
        return BrokenStore.of(name, (storage, config) -> new Sound(storage, config) {
            @Override
            public void scan(RecordVisitor visitor) {
                Objects.requireNonNull(visitor, "visitor");
                broken.apply(this).scan(visitor);
            }
        });
    }

    private static BrokenStore watermark(String name, ToLongFunction<Sound> broken) {
        return BrokenStore.of(name, (storage, config) -> new Sound(storage, config) {
            @Override
            public synchronized long watermark() {
                return broken.applyAsLong(this);
            }
        });
    }

    private interface BlindMark {
        Verdict judge(DedupKey key, long timestamp, long origin);
    }

    private interface BlindBatch {
        void judge(EventBatch batch, BitSet provenNew);
    }

    private interface Scan {
        void scan(BackingStore.RecordVisitor visitor);
    }

    /** Lets what breaks a call fall back on the call as it should be. */
    private static class Sound extends FakeDurableStore {
        Sound(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        final Verdict soundly(DedupKey key, long timestamp, long origin) {
            return super.judgeNew(key, timestamp, origin);
        }

        final void soundly(EventBatch batch, BitSet provenNew) {
            super.judgeAll(batch, provenNew);
        }

        final void soundly(RecordVisitor visitor) {
            super.scan(visitor);
        }
    }

    /** Writes a confirmed record anew, behind where the scan has begun. */
    private static final class MissesWhatMoves extends FakeDurableStore {
        private final Set<DedupKey> moved = ConcurrentHashMap.newKeySet();

        MissesWhatMoves(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @Override
        void record(DedupKey key, Mark mark) {
            super.record(key, mark);
            moved.add(key);
        }

        @Override
        public void scan(RecordVisitor visitor) {
            moved.clear();
            super.scan((high, low, timestamp) -> {
                if (!moved.contains(DedupKey.ofBits(high, low))) {
                    visitor.visit(high, low, timestamp);
                }
            });
        }
    }
}
