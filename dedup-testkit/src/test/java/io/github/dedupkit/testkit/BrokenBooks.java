package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stores that break rules 10, 11 and 12: the books, what is left after close, and bad input. */
final class BrokenBooks {
    private static final String BALANCE = "rule10_booksBalanceUnderLoad";
    private static final String CLOSED = "rule11_callsAfterCloseAreRefused";
    private static final String CLOSE_UNDER_LOAD = "rule11_closeUnderLoad";
    private static final String INPUT = "rule12_badInputIsRefused";

    private BrokenBooks() {}

    static List<BrokenStore> stores() {
        return List.of(
                BrokenStore.of(
                                "counts a replay as a first sight",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        Verdict verdict = super.judge(key, timestamp, origin);
                                        counts.firstSeen += counts.replayed;
                                        counts.replayed = 0;
                                        return verdict;
                                    }
                                })
                        .caughtBy("rule10_replaysAreCountedApart", "rule 10: first seen"),
                BrokenStore.of("does not count late marks", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            Verdict judge(DedupKey key, long timestamp, long origin) {
                                Verdict verdict = super.judge(key, timestamp, origin);
                                counts.tooLate = 0;
                                return verdict;
                            }
                        })
                        .caughtBy(BALANCE, "rule 10: ")
                        .caughtByHistories("rule 10: books do not balance"),
                BrokenStore.of(
                                "does not count marks that it threw at",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void unanswered(int marks) {}
                                })
                        .caughtBy("rule10_refusedMarksAreCounted", "rule 10: "),
                BrokenStore.of(
                                "counts a batch that failed as one mark",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void unanswered(int marks) {
                                        super.unanswered(Math.min(marks, 1));
                                    }
                                })
                        .caughtBy("rule10_refusedMarksAreCounted", "rule 10: "),
                BrokenStore.of(
                                "says it holds what it refused",
                                (storage, config) -> new FakeDurableStore(storage, config) {
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
                                                stats.firstSeen() + stats.thrown(),
                                                stats.bytes(),
                                                stats.effectiveWindow(),
                                                stats.falseDuplicateProbability());
                                    }
                                })
                        .caughtBy("rule6_retainedKeysAreThoseHeld", "rule 6: 4000 records are held"),
                BrokenStore.of(
                                "counts nothing but the last call",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        counts.firstSeen = 0;
                                        counts.duplicates = 0;
                                        counts.tooLate = 0;
                                        counts.replayed = 0;
                                        return super.judge(key, timestamp, origin);
                                    }
                                })
                        .caughtBy("rule1_oneWinnerPerHotKey", "rule 10: calls")
                        .caughtByHistories("rule 10: books do not balance"),
                BrokenStore.of(
                                "does not tell the listener about batches",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void markSeen(EventBatch batch) {
                                        requireOpen();
                                        judgeAll(batch);
                                    }
                                })
                        .caughtBy(BALANCE, "rule 10: ")
                        .caughtByHistories("rule 10: books do not balance"),
                BrokenStore.of(
                                "tells the listener about each item of a batch",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void judgeAll(EventBatch batch) {
                                        for (int i = 0; i < batch.size(); i++) {
                                            if (batch.verdict(i) == Verdict.UNJUDGED) {
                                                batch.judge(
                                                        i,
                                                        markSeen(
                                                                batch.keyHigh(i),
                                                                batch.keyLow(i),
                                                                batch.timestamp(i),
                                                                batch.origin(i)));
                                            }
                                        }
                                    }
                                })
                        .caughtBy(BALANCE, "rule 10: "),
                BrokenStore.of(
                                "lets an exception of the listener out",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized Verdict markSeen(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        Verdict verdict = super.markSeen(keyHigh, keyLow, timestamp, origin);
                                        config.listener().marked(0, 0, 0, 0, 0, 0);
                                        return verdict;
                                    }
                                })
                        .caughtBy("rule10_listenerThatThrowsCostsNothing", "rule 10: "),
                BrokenStore.of("answers after close", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            void requireOpen() {}
                        })
                        .caughtBy(CLOSED, "rule 11: markSeen")
                        .caughtBy(CLOSE_UNDER_LOAD, "rule 11: ")
                        .caughtBy("rule11_confirmAndForgetAfterClose", "rule 11: markSeen")
                        .caughtBy("near_badInputAndClose", "rule 11: recall"),
                BrokenStore.of(
                                "throws something else after close",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void requireOpen() {
                                        if (closed) {
                                            throw new UnsupportedOperationException("closed");
                                        }
                                    }
                                })
                        .caughtBy(CLOSED, "rule 11: markSeen")
                        .caughtBy(CLOSE_UNDER_LOAD, "UnsupportedOperationException"),
                BrokenStore.of(
                                "forgets its marks before it refuses calls",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is broken
                                    public void close() {
                                        synchronized (this) {
                                            marks.clear();
                                        }
                                        for (int i = 0; i < 1_000; i++) {
                                            Thread.onSpinWait();
                                        }
                                        super.close();
                                    }
                                })
                        .caughtBy("rule11_closeUnderLoadMakesNoSecondWinner", "rule 11: a second winner"),
                BrokenStore.of("cannot be closed twice", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            public synchronized void close() {
                                requireOpen();
                                super.close();
                            }
                        })
                        .caughtBy(CLOSED, "rule 11: close again"),
                BrokenStore.of("leaves a thread behind", LeavesAThread::new)
                        .caughtBy(CLOSE_UNDER_LOAD, "rule 11: threads left behind"),
                BrokenStore.of(
                                "takes a null key without naming it",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public Verdict markSeen(DedupKey key, long timestamp) {
                                        return markSeen(key.high(), key.low(), timestamp);
                                    }
                                })
                        .caughtBy(INPUT, "rule 12: the message names the parameter"),
                BrokenStore.of(
                                "takes a null batch without naming it",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void confirm(EventBatch batch) {
                                        for (int i = 0; i < batch.size(); i++) {
                                            confirm(
                                                    batch.keyHigh(i),
                                                    batch.keyLow(i),
                                                    batch.timestamp(i),
                                                    batch.origin(i));
                                        }
                                    }
                                })
                        .caughtBy("rule12_badInputOfConfirmAndForget", "rule 12: the message names the parameter"),
                BrokenStore.of(
                                "accepts negative timestamps",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void requireTimestamp(long timestamp) {}
                                })
                        .caughtBy(INPUT, "rule 12: timestamp -1")
                        .caughtBy("rule12_badInputOfConfirmAndForget", "rule 12: timestamp -1"),
                BrokenStore.of(
                                "refuses a timestamp without naming it",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void requireTimestamp(long timestamp) {
                                        if (timestamp < 0) {
                                            throw new IllegalArgumentException("bad timestamp");
                                        }
                                    }
                                })
                        .caughtBy(INPUT, "rule 12: the message names the value"),
                BrokenStore.of("counts a refused call", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            void requireTimestamp(long timestamp) {
                                counts.thrown += timestamp < 0 ? 1 : 0;
                                super.requireTimestamp(timestamp);
                            }
                        })
                        .caughtBy(INPUT, "rule 12: a refused call is no mark"));
    }

    /** Starts a thread that close does not end; it ends by itself a while later. */
    private static final class LeavesAThread extends FakeDurableStore {
        LeavesAThread(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
            CountDownLatch never = new CountDownLatch(1);
            Thread thread = new Thread(() -> {
                try {
                    never.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }
}
