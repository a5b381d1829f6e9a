package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Verdict;
import java.util.List;

/** Stores that break rules 4(a) to 4(d): what is late, how long the window is, and how long a record stays. */
final class BrokenRetentions {
    private static final String LATE = "rule4a_lateIsBelowTheWatermarkMinusTheLateness";
    private static final String WITHIN = "rule4b_duplicateUpToTheWindow";
    private static final String BEYOND = "rule4c_firstSeenBeyondTheWindow";
    private static final String JUMPS = "rule4_jumpsOfAnyLength";

    private BrokenRetentions() {}

    static List<BrokenStore> stores() {
        return List.of(
                BrokenStore.of(
                                "takes a late mark for a duplicate",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        Verdict verdict = super.judge(key, timestamp, origin);
                                        if (verdict == Verdict.TOO_LATE) {
                                            counts.tooLate--;
                                            counts.duplicates++;
                                            return Verdict.DUPLICATE;
                                        }
                                        return verdict;
                                    }
                                })
                        .caughtBy(LATE, "rule 4(a): one below watermark - L")
                        .caughtByHistories("so TOO_LATE"),
                BrokenStore.of("records a late mark", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            Verdict judge(DedupKey key, long timestamp, long origin) {
                                Verdict verdict = super.judge(key, timestamp, origin);
                                if (verdict == Verdict.TOO_LATE && !marks.containsKey(key)) {
                                    record(key, new Mark(timestamp, origin));
                                }
                                return verdict;
                            }
                        })
                        .caughtBy(LATE, "the late mark recorded nothing")
                        .caughtByHistories("rule 2: event lost"),
                BrokenStore.of(
                                "calls late what is at the border of the lateness",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean isLate(long at) {
                                        return at <= watermark - retention.latenessMillis();
                                    }
                                })
                        .caughtBy(LATE, "rule 4(a): ")
                        .caughtByHistories("rule 4(a): TOO_LATE, but"),
                BrokenStore.of(
                                "calls late what is two below the border only",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean isLate(long at) {
                                        return at < watermark - retention.latenessMillis() - 1;
                                    }
                                })
                        .caughtBy(LATE, "rule 4(a): one below watermark - L")
                        .caughtByHistories("so TOO_LATE"),
                BrokenStore.of(
                                "judges what it knows even when late",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        Mark mark = marks.get(key);
                                        if (mark != null
                                                && isLate(clamp(timestamp))
                                                && inWindow(mark, clamp(timestamp))) {
                                            counts.duplicates++;
                                            return Verdict.DUPLICATE;
                                        }
                                        return super.judge(key, timestamp, origin);
                                    }
                                })
                        .caughtBy(LATE, "rule 4(a): late comes before everything that is stored")
                        .caughtByHistories("so TOO_LATE"),
                BrokenStore.of(
                                "answers a late look by what it knows",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized boolean mightContain(
                                            long keyHigh, long keyLow, long timestamp) {
                                        requireTimestamp(timestamp);
                                        requireOpen();
                                        Mark mark = marks.get(keyOf(keyHigh, keyLow));
                                        return mark != null && inWindow(mark, clamp(timestamp));
                                    }
                                })
                        .caughtBy(LATE, "rule 4(a): mightContain of a late timestamp answers true")
                        .caughtByHistories("rule 4(a): mightContain is false"),
                BrokenStore.of(
                                "moves the watermark by its first sights only",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        long before = watermark;
                                        Verdict verdict = super.judge(key, timestamp, origin);
                                        if (verdict == Verdict.DUPLICATE) {
                                            watermark = before;
                                        }
                                        return verdict;
                                    }
                                })
                        .caughtBy("rule4_duplicatesMoveTheWatermark", "rule 4: ")
                        .caughtByHistories("so TOO_LATE"),
                BrokenStore.of("remembers half the window", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            boolean inWindow(Mark mark, long at) {
                                return Math.abs(at - mark.timestamp()) <= retention.windowMillis() / 2;
                            }
                        })
                        .caughtBy(WITHIN, "rule 4(b): W - 1 later")
                        .caughtByHistories("rule 1: copy admitted"),
                BrokenStore.of(
                                "ends the window one too early",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean inWindow(Mark mark, long at) {
                                        return Math.abs(at - mark.timestamp()) < retention.windowMillis();
                                    }
                                })
                        .caughtBy(WITHIN, "rule 4(b): W later")
                        .caughtByHistories("rule "),
                BrokenStore.of(
                                "knows nothing earlier than the record",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean inWindow(Mark mark, long at) {
                                        return at >= mark.timestamp()
                                                && at - mark.timestamp() <= retention.windowMillis();
                                    }
                                })
                        .caughtBy(WITHIN, "rule 4(b): earlier by L")
                        .caughtByHistories("rule 1: copy admitted"),
                BrokenStore.of("never ends the window", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            boolean inWindow(Mark mark, long at) {
                                return true;
                            }
                        })
                        .caughtBy(BEYOND, "rule 4(c): W + g + 1 later")
                        .caughtBy(JUMPS, "beyond the window")
                        .caughtByHistories("rule 2: event lost"),
                BrokenStore.of(
                                "ends the window two ticks late",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean inWindow(Mark mark, long at) {
                                        return Math.abs(at - mark.timestamp())
                                                <= retention.windowMillis() + 2 * retention.tickMillis();
                                    }
                                })
                        .caughtBy(BEYOND, "rule 4(c): W + g + 1 later")
                        .caughtByHistories("rule 2: event lost"),
                BrokenStore.of(
                                "judges expiry by what is still there",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean inWindow(Mark mark, long at) {
                                        return !isFree(mark);
                                    }
                                })
                        .caughtBy(BEYOND, "rule 4(c): W + g + 1 later")
                        .caughtByHistories("rule 2: event lost"),
                BrokenStore.of(
                                "extends the window with each duplicate",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        Verdict verdict = super.judge(key, timestamp, origin);
                                        Mark mark = marks.get(key);
                                        if (verdict == Verdict.DUPLICATE && mark != null) {
                                            record(
                                                    key,
                                                    new Mark(
                                                            Math.max(mark.timestamp(), clamp(timestamp)),
                                                            mark.origin()));
                                        }
                                        return verdict;
                                    }
                                })
                        .caughtBy(BEYOND, "rule 4(c): W + g + 1 later, whatever was asked in between")
                        .caughtByHistories("rule "),
                BrokenStore.of(
                                "extends the window with each replay",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        long before = counts.replayed;
                                        Verdict verdict = super.judge(key, timestamp, origin);
                                        if (counts.replayed > before) {
                                            record(key, new Mark(clamp(timestamp), origin));
                                        }
                                        return verdict;
                                    }
                                })
                        .caughtBy("rule4c_replayAndConfirmDoNotExtendTheWindow", "rule 4(c): ")
                        .caughtByHistories("rule "),
                BrokenStore.of(
                                "frees a record when the watermark is W past it",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        return freeing(this, super.judge(key, timestamp, origin), 0);
                                    }
                                })
                        .caughtBy("rule4d_recordsStayFindable", "rule 4(d): late by L, but within W of its record")
                        .caughtByHistories("rule "),
                BrokenStore.of(
                                "frees a record one too early",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        return freeing(
                                                this,
                                                super.judge(key, timestamp, origin),
                                                retention.latenessMillis() - 1);
                                    }
                                })
                        .caughtBy("rule4d_recordsStayFindable", "rule 4(d): late by L, but within W of its record"));
    }

    /** Frees every record that the watermark has passed by the window and a bit. */
    private static Verdict freeing(FakeDurableStore store, Verdict verdict, long more) {
        long bound = store.watermark - store.retention.windowMillis() - more;
        store.marks.values().removeIf(mark -> mark.timestamp() < bound);
        return verdict;
    }
}
