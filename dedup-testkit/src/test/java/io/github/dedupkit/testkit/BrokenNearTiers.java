package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Near tiers that break what recall and remember promise. */
final class BrokenNearTiers {
    private static final String KNOWS = "near_recallsWhatItRemembers";
    private static final String READS = "near_recallOnlyReads";

    private BrokenNearTiers() {}

    static List<BrokenStore> stores() {
        return List.of(
                BrokenStore.of(
                                "moves the watermark when it recalls",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized boolean recall(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        raiseWatermark(clamp(timestamp));
                                        return super.recall(keyHigh, keyLow, timestamp, origin);
                                    }
                                })
                        .caughtBy(READS, "a recall moves no watermark"),
                BrokenStore.of(
                                "recalls nothing that is late",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized boolean recall(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        return !isLate(clamp(timestamp))
                                                && super.recall(keyHigh, keyLow, timestamp, origin);
                                    }
                                })
                        .caughtBy(READS, "a recall is not"),
                BrokenStore.of("counts what it recalls", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            public synchronized boolean recall(long keyHigh, long keyLow, long timestamp, long origin) {
                                boolean found = super.recall(keyHigh, keyLow, timestamp, origin);
                                counts.duplicates += found ? 1 : 0;
                                return found;
                            }
                        })
                        .caughtBy(READS, "rule 10: a recall is no mark"),
                BrokenStore.of(
                                "recalls its own replay as a duplicate",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized boolean recall(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        return super.recall(keyHigh, keyLow, timestamp, 0);
                                    }
                                })
                        .caughtBy(KNOWS, "the delivery's own replay passes"),
                BrokenStore.of(
                                "recalls what was forgotten once that is late",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    private final Set<DedupKey> forgotten = new HashSet<>();

                                    @Override
                                    public synchronized void forget(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        super.forget(keyHigh, keyLow, timestamp, origin);
                                        forgotten.add(keyOf(keyHigh, keyLow));
                                    }

                                    @Override
                                    public synchronized boolean recall(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        return super.recall(keyHigh, keyLow, timestamp, origin)
                                                || (isLate(timestamp) && forgotten.contains(keyOf(keyHigh, keyLow)));
                                    }
                                })
                        .caughtBy("near_forgottenIsNeverRecalled", "recalled although forgotten"),
                BrokenStore.of("recalls what has expired", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            public synchronized boolean recall(long keyHigh, long keyLow, long timestamp, long origin) {
                                requireTimestamp(timestamp);
                                Mark mark = marks.get(keyOf(keyHigh, keyLow));
                                return mark != null && !replays(mark, origin);
                            }
                        })
                        .caughtBy(KNOWS, "W + g + 1 later"),
                BrokenStore.of(
                                "remembers what the far store called a duplicate",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void remember(EventBatch batch) {
                                        for (int i = 0; i < batch.size(); i++) {
                                            if (batch.verdict(i) == Verdict.FIRST_SEEN
                                                    || batch.verdict(i) == Verdict.DUPLICATE) {
                                                remember(
                                                        batch.keyHigh(i),
                                                        batch.keyLow(i),
                                                        batch.timestamp(i),
                                                        batch.origin(i));
                                            }
                                        }
                                    }
                                })
                        .caughtBy("near_batchForms", "a far DUPLICATE is not remembered"),
                BrokenStore.of(
                                "keeps an older mark that the far store has replaced",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void remember(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        if (!marks.containsKey(keyOf(keyHigh, keyLow))) {
                                            super.remember(keyHigh, keyLow, timestamp, origin);
                                        }
                                    }
                                })
                        .caughtBy("near_confirmAndForget", "the far store's newer mark replaces the older one"),
                BrokenStore.of(
                                "does not confirm what it remembers",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void remember(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        super.remember(keyHigh, keyLow, timestamp, origin);
                                        remembered.add(keyOf(keyHigh, keyLow));
                                    }

                                    private final Set<DedupKey> remembered = new HashSet<>();

                                    @Override
                                    public synchronized void confirm(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        if (!remembered.contains(keyOf(keyHigh, keyLow))) {
                                            super.confirm(keyHigh, keyLow, timestamp, origin);
                                        }
                                    }
                                })
                        .caughtBy("near_confirmAndForget", "confirmed: its own redelivery is a duplicate"),
                BrokenStore.of(
                                "accepts bad input of recall and remember",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized boolean recall(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        return super.recall(keyHigh, keyLow, Math.max(0, timestamp), origin);
                                    }
                                })
                        .caughtBy("near_badInputAndClose", "rule 12: timestamp -1"));
    }
}
