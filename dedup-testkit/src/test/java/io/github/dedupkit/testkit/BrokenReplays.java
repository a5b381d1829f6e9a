package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.List;

/** Stores that break rule 3: origins, confirm and forget. */
final class BrokenReplays {
    private static final String REPLAYS = "rule3_unconfirmedDeliveryIsReplayed";
    private static final String CONFIRMS = "rule3_confirmedDeliveryIsADuplicate";
    private static final String OWN_ORIGIN = "rule3_onlyTheOwnOriginCounts";
    private static final String RESTARTS = "rule3_replaySurvivesARestart";
    private static final String LOST = "rule 2: event lost";
    private static final String ADMITTED = "rule 1: copy admitted";

    private BrokenReplays() {}

    static List<BrokenStore> stores() {
        return List.of(
                BrokenStore.of("ignores the origin", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            boolean replays(Mark mark, long origin) {
                                return false;
                            }
                        })
                        .caughtBy(REPLAYS, "rule 3: the same delivery again")
                        .caughtBy("rule3_racingDeliveries", "deliveries that raced with themselves and lost")
                        .caughtByHistories(LOST),
                BrokenStore.of(
                                "takes origin 0 for an ordinary origin",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean replays(Mark mark, long origin) {
                                        return mark.origin() == origin;
                                    }
                                })
                        .caughtBy("rule3_originZeroIsNone", "rule 3: two marks without origin are two deliveries")
                        .caughtBy("rule5_repeatsInsideABatch", "rule 5: second of origins 0/0")
                        .caughtByHistories(ADMITTED),
                BrokenStore.of(
                                "takes origin 0 for any origin",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean replays(Mark mark, long origin) {
                                        return mark.origin() == origin || (origin == 0 && mark.origin() != 0);
                                    }
                                })
                        .caughtBy(REPLAYS, "rule 3: a delivery without origin")
                        .caughtByHistories(ADMITTED),
                BrokenStore.of(
                                "keeps 32 bits of an origin",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean replays(Mark mark, long origin) {
                                        return (int) origin != 0 && (int) mark.origin() == (int) origin;
                                    }
                                })
                        .caughtBy("rule3_everyBitOfAnOriginCounts", "rule 3: "),
                BrokenStore.of(
                                "hands the record to the delivery it has just refused",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        Verdict verdict = super.judge(key, timestamp, origin);
                                        Mark mark = marks.get(key);
                                        if (verdict == Verdict.DUPLICATE && mark != null && mark.origin() != 0) {
                                            record(key, new Mark(mark.timestamp(), origin));
                                        }
                                        return verdict;
                                    }
                                })
                        .caughtBy(REPLAYS, "rule 3: the same delivery, after others were refused")
                        .caughtByHistories("rule "),
                BrokenStore.of(
                                "confirms without comparing the origin",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void confirm(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        Mark mark = marks.get(keyOf(keyHigh, keyLow));
                                        super.confirm(keyHigh, keyLow, timestamp, mark == null ? 0 : mark.origin());
                                    }
                                })
                        .caughtBy(OWN_ORIGIN, "rule 3: another origin's confirm")
                        .caughtByHistories(LOST),
                BrokenStore.of(
                                "forgets without comparing the origin",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void forget(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        Mark mark = marks.get(keyOf(keyHigh, keyLow));
                                        long held = mark == null ? 0 : mark.origin();
                                        super.forget(keyHigh, keyLow, timestamp, held == 0 ? origin : held);
                                    }
                                })
                        .caughtBy(OWN_ORIGIN, "rule 3: another origin's forget")
                        .caughtBy(
                                "rule3_forgottenDeliveryMakesTheKeyNew",
                                "rule 3: forget repeated touches no other delivery")
                        .caughtByHistories("rule "),
                BrokenStore.of("forgets what is confirmed", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            public synchronized void forget(long keyHigh, long keyLow, long timestamp, long origin) {
                                super.forget(keyHigh, keyLow, timestamp, origin);
                                DedupKey key = keyOf(keyHigh, keyLow);
                                Mark mark = marks.get(key);
                                if (mark != null && mark.origin() == 0) {
                                    remove(key);
                                }
                            }
                        })
                        .caughtBy(OWN_ORIGIN, "rule 3: forget after confirm")
                        .caughtByHistories("rule "),
                BrokenStore.of("forgets nothing", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            void remove(DedupKey key) {}
                        })
                        .caughtBy("rule3_forgottenDeliveryMakesTheKeyNew", "rule 3: another delivery after forget")
                        .caughtBy("rule3_racingConfirmAndForget", "rule 3: keys that every delivery has forgotten")
                        .caughtByHistories(LOST),
                BrokenStore.of("confirms nothing", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            public synchronized void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
                                requireOpen();
                            }
                        })
                        .caughtBy(CONFIRMS, "rule 3: redelivered after confirm")
                        .caughtByHistories(ADMITTED),
                BrokenStore.of(
                                "removes the record when it confirms",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void confirm(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        DedupKey key = keyOf(keyHigh, keyLow);
                                        if (ownedBy(key, origin) != null) {
                                            remove(key);
                                        }
                                    }
                                })
                        .caughtBy(CONFIRMS, "rule 3: redelivered after confirm")
                        .caughtByHistories(ADMITTED),
                BrokenStore.of(
                                "confirms the first item of a batch only",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void confirm(EventBatch batch) {
                                        requireOpen();
                                        confirm(batch.keyHigh(0), batch.keyLow(0), batch.timestamp(0), batch.origin(0));
                                    }
                                })
                        .caughtBy("rule3_batchForms", "rule 3: confirmed, confirmed, forgotten, open; item 1"),
                BrokenStore.of(
                                "notes open marks as confirmed",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void note(EventBatch batch, int index, DedupKey key) {
                                        Mark mark = marks.get(key);
                                        if (mark != null) {
                                            batch.noteConfirmed(index, mark.timestamp());
                                        }
                                    }
                                })
                        .caughtBy("rule3_notedMarksAreConfirmed", "first seen, and open")
                        .caughtByHistories("rule 3: noted as confirmed"),
                BrokenStore.of(
                                "notes the timestamp that it was asked about",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void note(EventBatch batch, int index, DedupKey key) {
                                        super.note(batch, index, key);
                                        if (batch.confirmedAt(index) >= 0) {
                                            batch.noteConfirmed(index, batch.timestamp(index));
                                        }
                                    }
                                })
                        .caughtBy("rule3_notedMarksAreConfirmed", "a copy of a confirmed mark")
                        .caughtByHistories("rule 3: noted as confirmed"),
                BrokenStore.of("does not log the origin", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            void append(FakeDurableStorage.Type type, DedupKey key, long timestamp, long origin) {
                                super.append(type, key, timestamp, 0);
                            }
                        })
                        .caughtBy(RESTARTS, "rule 3: the unconfirmed delivery after a restart")
                        .caughtByHistories("rule "),
                BrokenStore.of("does not log a confirm", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            public synchronized void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
                                DedupKey key = keyOf(keyHigh, keyLow);
                                Mark mark = ownedBy(key, origin);
                                if (mark != null) {
                                    marks.put(key, new Mark(mark.timestamp(), 0));
                                }
                            }
                        })
                        .caughtBy(RESTARTS, "rule 3: the confirmed delivery after a restart")
                        .caughtByHistories(ADMITTED),
                BrokenStore.of("does not log a forget", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            void remove(DedupKey key) {
                                marks.remove(key);
                            }
                        })
                        .caughtBy(RESTARTS, "rule 3: the forgotten key after a restart")
                        .caughtByHistories(LOST));
    }
}
