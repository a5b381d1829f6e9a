package io.github.dedupkit.testkit;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Tiers that fall into one trap each, and the tests that must catch them. */
final class BrokenTiers {
    private static final String OPEN = "tier_openMarksAreNotRemembered";
    private static final String FAILED = "tier_failedCallsLeaveNothingBehind";
    private static final String STANDS = "tier_remembersWhereTheRecordStands";
    private static final String AHEAD = "tier_timesAheadOfTheNearClock";
    private static final String HISTORIES = "tier_randomHistoriesWithCallsLost";
    private static final String ONE_TRIP = "tier_aBatchIsOneTrip";

    /** A tier that keeps every promise, written for these tests. */
    static final BrokenTier SOUND = new BrokenTier("breaks nothing", PlainTier::new, List.of());

    private BrokenTiers() {}

    /** Puts a tier together. */
    interface Maker {
        ReplaySafeStore make(NearTier near, ReplaySafeStore far, StoreConfig config);
    }

    /** A tier that breaks one promise on purpose. */
    record BrokenTier(String name, Maker maker, List<BrokenStore.Catch> catches) {
        BrokenTier caughtBy(String test, String message) {
            List<BrokenStore.Catch> more = new ArrayList<>(catches);
            more.add(new BrokenStore.Catch(test, message));
            return new BrokenTier(name, maker, List.copyOf(more));
        }
    }

    private static BrokenTier of(String name, Maker maker) {
        return new BrokenTier(name, maker, List.of());
    }

    static BrokenTier named(String name) {
        return all().stream()
                .filter(tier -> tier.name().equals(name))
                .findFirst()
                .orElse(SOUND);
    }

    static List<BrokenTier> all() {
        return List.of(
                of("remembers open marks, with their origin", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            void rememberMarked(EventBatch batch) {
                                for (int i = 0; i < batch.size(); i++) {
                                    if (batch.verdict(i) == Verdict.FIRST_SEEN) {
                                        remember(batch, i, batch.timestamp(i), batch.origin(i));
                                    }
                                }
                            }
                        })
                        .caughtBy(OPEN, "forgotten elsewhere")
                        .caughtBy(HISTORIES, "rule "),
                of("remembers open marks as confirmed", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            void rememberMarked(EventBatch batch) {
                                for (int i = 0; i < batch.size(); i++) {
                                    if (batch.verdict(i) == Verdict.FIRST_SEEN) {
                                        remember(batch, i, batch.timestamp(i), 0);
                                    }
                                }
                            }
                        })
                        .caughtBy(OPEN, "its replay"),
                of("remembers each confirm", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            void rememberConfirmed(EventBatch batch) {
                                for (int i = 0; i < batch.size(); i++) {
                                    remember(batch, i, batch.timestamp(i), 0);
                                }
                            }
                        })
                        .caughtBy("tier_aConfirmWithoutEffectIsNotRemembered", "the replay of an open mark, moved here")
                        .caughtBy(STANDS, "rule 4(c): beyond the window, after a replay"),
                of(
                                "remembers a confirm before the far store has it",
                                (near, far, config) -> new PlainTier(near, far, config) {
                                    @Override
                                    public void confirm(EventBatch batch) {
                                        for (int i = 0; i < batch.size(); i++) {
                                            remember(batch, i, batch.timestamp(i), 0);
                                        }
                                        super.confirm(batch);
                                    }
                                })
                        .caughtBy(FAILED, "a confirm never arrived"),
                of(
                                "remembers what the far store did not answer",
                                (near, far, config) -> new PlainTier(near, far, config) {
                                    @Override
                                    void ask(EventBatch batch) {
                                        try {
                                            super.ask(batch);
                                        } finally {
                                            for (int i = 0; i < batch.size(); i++) {
                                                if (batch.verdict(i) == Verdict.UNJUDGED) {
                                                    remember(batch, i, batch.timestamp(i), 0);
                                                }
                                            }
                                        }
                                    }
                                })
                        .caughtBy(FAILED, "LOSE_REQUEST of a mark: its redelivery")
                        .caughtBy("tier_racesWithCallsLost", "keys that every delivery has forgotten")
                        .caughtBy("tier_noVerdictIsNotRemembered", "after an unjudged delivery"),
                of("remembers what was too late", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            void rememberMarked(EventBatch batch) {
                                super.rememberMarked(batch);
                                for (int i = 0; i < batch.size(); i++) {
                                    if (batch.verdict(i) == Verdict.TOO_LATE) {
                                        remember(batch, i, batch.timestamp(i), 0);
                                    }
                                }
                            }
                        })
                        .caughtBy("tier_noVerdictIsNotRemembered", "in time, after a late delivery"),
                of("remembers the timestamp that was asked", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            void rememberMarked(EventBatch batch) {
                                for (int i = 0; i < batch.size(); i++) {
                                    if (batch.confirmedAt(i) >= 0) {
                                        remember(batch, i, batch.timestamp(i), 0);
                                    }
                                }
                            }
                        })
                        .caughtBy(STANDS, "rule 4(c): ")
                        .caughtBy(HISTORIES, "rule "),
                of(
                                "tells the near tier of times ahead of its clock",
                                (near, far, config) -> new PlainTier(near, far, config) {
                                    @Override
                                    void rememberMarked(EventBatch batch) {
                                        for (int i = 0; i < batch.size(); i++) {
                                            long at = batch.confirmedAt(i);
                                            if (at >= 0) {
                                                near.remember(batch.keyHigh(i), batch.keyLow(i), at, 0);
                                            }
                                        }
                                    }
                                })
                        .caughtBy(AHEAD, "remembered earlier than it stands"),
                of(
                                "asks the near tier about times ahead of its clock",
                                (near, far, config) -> new PlainTier(near, far, config) {
                                    @Override
                                    boolean recalls(EventBatch batch, int i) {
                                        return near.recall(
                                                batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i));
                                    }
                                })
                        .caughtBy(AHEAD, "beyond the window, ahead of the near clock"),
                of("recalls a little beyond the window", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            boolean recalls(EventBatch batch, int i) {
                                long earlier = Math.max(
                                        0,
                                        batch.timestamp(i) - config.retention().tickMillis() / 2);
                                return super.recalls(batch, i)
                                        || near.recall(batch.keyHigh(i), batch.keyLow(i), earlier, batch.origin(i));
                            }
                        })
                        .caughtBy("tier_theNearWindowIsNoLonger", "its replay, where the older mark is known"),
                of(
                                "recalls for a batch that is submitted again",
                                (near, far, config) -> new PlainTier(near, far, config) {
                                    @Override
                                    boolean mayFindItself(EventBatch batch) {
                                        return false;
                                    }
                                })
                        .caughtBy("tier_aBatchSubmittedAgainDoesNotFindItself", "the batch's own mark"),
                of("throws what its near tier throws", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            boolean nearFailed(Throwable e) {
                                throw new IllegalArgumentException("near", e);
                            }
                        })
                        .caughtBy("tier_aNearTierThatThrowsCostsNoAnswer", "near"),
                of("asks item by item", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            void ask(EventBatch batch) {
                                EventBatch single = new EventBatch(1);
                                for (int i = 0; i < batch.size(); i++) {
                                    if (batch.verdict(i) == Verdict.UNJUDGED) {
                                        single.clear();
                                        single.add(batch, i);
                                        super.ask(single);
                                        batch.judge(i, single.verdict(0));
                                    }
                                }
                            }
                        })
                        .caughtBy(ONE_TRIP, "trips of a batch"),
                of("confirms in a trip of its own", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            public void confirmAndMark(EventBatch done, EventBatch next) {
                                confirm(done);
                                markSeen(next);
                            }
                        })
                        .caughtBy(ONE_TRIP, "trips of a confirm with the next batch"),
                of("remembers nothing", (near, far, config) -> new PlainTier(near, far, config) {
                            @Override
                            boolean recalls(EventBatch batch, int i) {
                                return false;
                            }
                        })
                        .caughtBy("tier_copiesOfAConfirmedMarkNeedNoTrip", "trips for what the near tier knows"));
    }
}
