package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stores that break rule 5: a batch is not the sequence of its items. */
final class BrokenBatches {
    private static final String SEQUENCE = "rule5_batchIsSequence";

    private BrokenBatches() {}

    static List<BrokenStore> stores() {
        return List.of(
                BrokenStore.of("looks up a whole batch before it records any of it", LooksUpAllFirst::new)
                        .caughtBy(SEQUENCE, "rule 5: item 1 of")
                        .caughtBy("rule5_repeatsInsideABatch", "rule 5: second of")
                        .caughtByHistories("rule 1: copy admitted"),
                BrokenStore.of(
                                "judges a batch from its end",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void judgeAll(EventBatch batch) {
                                        for (int i = batch.size() - 1; i >= 0; i--) {
                                            if (batch.verdict(i) == Verdict.UNJUDGED) {
                                                judgeItem(this, batch, i, batch.origin(i));
                                            }
                                        }
                                    }
                                })
                        .caughtBy(SEQUENCE, "rule 5: item 0 of")
                        .caughtByHistories("rule "),
                BrokenStore.of("asks judged items again", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            void judgeAll(EventBatch batch) {
                                for (int i = 0; i < batch.size(); i++) {
                                    judgeItem(this, batch, i, batch.origin(i));
                                }
                            }
                        })
                        .caughtBy(SEQUENCE, "rule 5: judged items are not asked about again")
                        .caughtBy("rule5_resubmittedBatch", "rule 5: item 0 of a batch submitted again"),
                BrokenStore.of(
                                "ignores the origins in a batch",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void judgeAll(EventBatch batch) {
                                        for (int i = 0; i < batch.size(); i++) {
                                            if (batch.verdict(i) == Verdict.UNJUDGED) {
                                                judgeItem(this, batch, i, 0);
                                            }
                                        }
                                    }
                                })
                        .caughtBy("rule5_repeatsInsideABatch", "rule 5: second of")
                        .caughtByHistories("rule 2: event lost"),
                BrokenStore.of(
                                "records the first 256 items of a batch only",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void judgeAll(EventBatch batch) {
                                        for (int i = 0; i < batch.size(); i++) {
                                            if (batch.verdict(i) == Verdict.UNJUDGED) {
                                                judgeItem(this, batch, i, batch.origin(i));
                                                if (i >= 256) {
                                                    marks.remove(keyOf(batch.keyHigh(i), batch.keyLow(i)));
                                                }
                                            }
                                        }
                                    }
                                })
                        .caughtBy("rule5_largeBatchIsSequence", "rule 5: item "));
    }

    private static void judgeItem(FakeDurableStore store, EventBatch batch, int i, long origin) {
        batch.judge(i, store.judge(store.keyOf(batch.keyHigh(i), batch.keyLow(i)), batch.timestamp(i), origin));
    }

    private static final class LooksUpAllFirst extends FakeDurableStore {
        LooksUpAllFirst(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @Override
        void judgeAll(EventBatch batch) {
            Map<DedupKey, Mark> before = new HashMap<>(marks);
            for (int i = 0; i < batch.size(); i++) {
                if (batch.verdict(i) == Verdict.UNJUDGED) {
                    DedupKey key = keyOf(batch.keyHigh(i), batch.keyLow(i));
                    Mark known = before.get(key);
                    if (known == null) {
                        marks.remove(key);
                    } else {
                        marks.put(key, known);
                    }
                    judgeItem(this, batch, i, batch.origin(i));
                }
            }
        }
    }
}
