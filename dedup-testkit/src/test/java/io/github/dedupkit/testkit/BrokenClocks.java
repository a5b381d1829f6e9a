package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.List;

/** Stores that break rule 4(e) and what goes with it: the future, late confirms, ages that wrap, and looks that leave a trace. */
final class BrokenClocks {
    private static final String FUTURE = "rule4e_futureTimestampsAreHeldBack";
    private static final String CLOCK = "rule4e_clockMayJumpBack";
    private static final String NEVER_LATE = "rule4_confirmAndForgetAreNeverLate";
    private static final String JUMPS = "rule4_jumpsOfAnyLength";
    private static final String LOOKS = "rule4_lookingChangesNothing";

    private static final String JUMPS_IN_A_BATCH = "rule4_aBatchOfJumpsRevivesNothing";
    private static final String BEFORE_1970 = "rule4e_clockBefore1970";

    private BrokenClocks() {}

    static List<BrokenStore> stores() {
        return List.of(
                BrokenStore.of(
                                "lets a future timestamp move the watermark",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    void raiseWatermark(long at) {
                                        watermark = Math.max(watermark, at);
                                        append(FakeDurableStorage.Type.WATERMARK, DedupKey.ofBits(0, 0), watermark, 0);
                                    }
                                })
                        .caughtBy(FUTURE, "rule 4(e): the watermark stays at the clock")
                        .caughtByHistories("rule "),
                BrokenStore.of(
                                "stores a future timestamp as it came",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    Verdict judge(DedupKey key, long timestamp, long origin) {
                                        long before = counts.firstSeen;
                                        Verdict verdict = super.judge(key, timestamp, origin);
                                        if (counts.firstSeen > before) {
                                            record(key, new Mark(timestamp, origin));
                                        }
                                        return verdict;
                                    }
                                })
                        .caughtBy(FUTURE, "rule 4(e): stored as clock + S")
                        .caughtByHistories("rule 1: copy admitted"),
                BrokenStore.of(
                                "judges a future timestamp as it came",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean inWindow(Mark mark, long at) {
                                        return Math.abs(asked - mark.timestamp()) <= retention.windowMillis();
                                    }

                                    private long asked;

                                    @Override
                                    long clamp(long timestamp) {
                                        asked = timestamp;
                                        return super.clamp(timestamp);
                                    }
                                })
                        .caughtBy(FUTURE, "rule 4(e): judged as clock + S")
                        .caughtByHistories("rule 1: copy admitted"),
                BrokenStore.of(
                                "lets the watermark fall with the clock",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean isLate(long at) {
                                        watermark = Math.min(
                                                watermark, config.clock().millis());
                                        return super.isLate(at);
                                    }
                                })
                        .caughtBy(CLOCK, "rule 4(e): ")
                        .caughtByHistories("rule "),
                BrokenStore.of(
                                "takes the clock for the present even behind the watermark",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    long clamp(long timestamp) {
                                        return Math.min(
                                                timestamp, config.clock().millis() + retention.futureSkewMillis());
                                    }
                                })
                        .caughtBy(CLOCK, "rule 4(e): ")
                        .caughtByHistories("rule "),
                BrokenStore.of("refuses a late confirm", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            public synchronized void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
                                if (!isLate(clamp(timestamp))) {
                                    super.confirm(keyHigh, keyLow, timestamp, origin);
                                }
                            }
                        })
                        .caughtBy(NEVER_LATE, "rule 4(a): a confirm is not")
                        .caughtByHistories("rule 1: copy admitted"),
                BrokenStore.of("refuses a late forget", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            public synchronized void forget(long keyHigh, long keyLow, long timestamp, long origin) {
                                requireOrigin(origin != 0);
                                if (!isLate(clamp(timestamp))) {
                                    super.forget(keyHigh, keyLow, timestamp, origin);
                                }
                            }
                        })
                        .caughtBy(NEVER_LATE, "rule 4(a): a forget is not")
                        .caughtByHistories("rule 2: event lost"),
                BrokenStore.of(
                                "confirms by the timestamp too",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized void confirm(
                                            long keyHigh, long keyLow, long timestamp, long origin) {
                                        Mark mark = marks.get(keyOf(keyHigh, keyLow));
                                        if (mark != null && mark.timestamp() == timestamp) {
                                            super.confirm(keyHigh, keyLow, timestamp, origin);
                                        }
                                    }
                                })
                        .caughtBy(NEVER_LATE, "rule 4(e): confirmed where (e) has put it")
                        .caughtByHistories("rule 1: copy admitted"),
                BrokenStore.of("keeps ages in 8 bits", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            boolean inWindow(Mark mark, long at) {
                                return ticksApart(this, mark, at, 0xFF)
                                        <= retention.windowMillis() / retention.tickMillis();
                            }
                        })
                        .caughtBy(JUMPS, "rule 4: ")
                        .caughtByHistories("rule 2: event lost"),
                BrokenStore.of("keeps ages in 16 bits", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            boolean inWindow(Mark mark, long at) {
                                return ticksApart(this, mark, at, 0xFFFF)
                                        <= retention.windowMillis() / retention.tickMillis();
                            }
                        })
                        .caughtBy(JUMPS, "rule 4: a jump of "),
                BrokenStore.of("keeps ages in 24 bits", (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            boolean inWindow(Mark mark, long at) {
                                return ticksApart(this, mark, at, 0xFFFFFF)
                                        <= retention.windowMillis() / retention.tickMillis();
                            }
                        })
                        .caughtBy(JUMPS, "rule 4: "),
                BrokenStore.of(
                                "keeps ages in 32 bits of milliseconds",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean inWindow(Mark mark, long at) {
                                        return Math.abs((long) (int) (at - mark.timestamp()))
                                                <= retention.windowMillis();
                                    }
                                })
                        .caughtBy(JUMPS, "rule 4: "),
                BrokenStore.of(
                                "takes ages from the time when the batch began",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    private long began = Long.MAX_VALUE;

                                    @Override
                                    void judgeAll(EventBatch batch) {
                                        began = watermark;
                                        super.judgeAll(batch);
                                        began = Long.MAX_VALUE;
                                    }

                                    @Override
                                    boolean inWindow(Mark mark, long at) {
                                        return super.inWindow(mark, Math.min(at, began));
                                    }
                                })
                        .caughtBy(JUMPS_IN_A_BATCH, "rule 4: item 0 of a batch"),
                BrokenStore.of(
                                "keeps ages in 15 bits of ticks",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean inWindow(Mark mark, long at) {
                                        return ticksApart(this, mark, at, 0x7FFF)
                                                <= retention.windowMillis() / retention.tickMillis();
                                    }
                                })
                        .caughtBy(JUMPS_IN_A_BATCH, " of a batch, 128 jumps of "),
                BrokenStore.of(
                                "takes the clock's distance from 1970 for the present",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    long clamp(long timestamp) {
                                        long present = Math.max(
                                                watermark,
                                                Math.abs(config.clock().millis()));
                                        return timestamp <= watermark
                                                ? timestamp
                                                : Math.min(timestamp, present + retention.futureSkewMillis());
                                    }
                                })
                        .caughtBy(BEFORE_1970, "rule 4(e): stored as the start of 1970"),
                BrokenStore.of(
                                "takes a clock before 1970 for none, and the timestamp for the present",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    long clamp(long timestamp) {
                                        return config.clock().millis() < 0 ? timestamp : super.clamp(timestamp);
                                    }
                                })
                        .caughtBy(BEFORE_1970, "rule 4(e): "),
                BrokenStore.of(
                                "takes timestamp 0 for none",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    boolean inWindow(Mark mark, long at) {
                                        return mark.timestamp() != 0
                                                && Math.abs(at - mark.timestamp()) <= retention.windowMillis();
                                    }
                                })
                        .caughtBy("rule4_timestampsStartAtZero", "rule 4: timestamp 0 again"),
                BrokenStore.of(
                                "records what was only looked at",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized boolean mightContain(
                                            long keyHigh, long keyLow, long timestamp) {
                                        boolean found = super.mightContain(keyHigh, keyLow, timestamp);
                                        if (!found) {
                                            record(keyOf(keyHigh, keyLow), new Mark(clamp(timestamp), 0));
                                        }
                                        return found;
                                    }
                                })
                        .caughtBy(LOOKS, "rule 4: a look is no mark")
                        .caughtByHistories("rule 2: event lost"),
                BrokenStore.of(
                                "moves the watermark when it looks",
                                (storage, config) -> new FakeDurableStore(storage, config) {
                                    @Override
                                    public synchronized boolean mightContain(
                                            long keyHigh, long keyLow, long timestamp) {
                                        boolean found = super.mightContain(keyHigh, keyLow, timestamp);
                                        raiseWatermark(clamp(timestamp));
                                        return found;
                                    }
                                })
                        .caughtBy(LOOKS, "rule 4: the watermark did not move"));
    }

    /** The distance in ticks as a field of so many bits gives it. */
    private static long ticksApart(FakeDurableStore store, FakeDurableStore.Mark mark, long at, long field) {
        long tick = store.retention.tickMillis();
        long apart = (at / tick - mark.timestamp() / tick) & field;
        return Math.min(apart, field + 1 - apart);
    }
}
