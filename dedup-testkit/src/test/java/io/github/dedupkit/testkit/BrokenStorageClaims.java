package io.github.dedupkit.testkit;

import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.ClaimRecord.State;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.StoreUnavailableException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Stores that break rules 6 and 7: what survives, what is read back, and what is kept when there is no room. */
final class BrokenStorageClaims {
    private static final String SURVIVE = "rule7_outcomesSurviveARestart";
    private static final String EARLIER_LIFE = "rule8_claimsOfAnEarlierLife";
    private static final String DAMAGE = "rule7_damageIsNeverReadAsEmpty";
    private static final String FULL = "rule6_fullRefusesNewKeysOnly";
    private static final String ROOM = "rule6_roomReturns";

    private BrokenStorageClaims() {}

    static List<BrokenClaimsStore> stores() {
        return List.of(
                BrokenClaimsStore.of("acknowledges before it writes", WritesLater::new)
                        .caughtBy(SURVIVE, "rule 7: after CRASH")
                        .caughtBy("rule7_crashUnderLoad", "is gone after a crash")
                        .caughtByHistories("rule 8: "),
                BrokenClaimsStore.of(
                                "drops outcomes when it opens",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void load() {
                                        super.load();
                                        records.values().removeIf(record -> record.state() == State.COMPLETED);
                                    }
                                })
                        .caughtBy(SURVIVE, "rule 7: after CLOSE, a result")
                        .caughtBy("rule7_crashUnderLoad", "rule 7: an acknowledged outcome is gone")
                        .caughtByHistories("instead of Completed"),
                BrokenClaimsStore.of(
                                "drops claims when it opens",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void load() {
                                        super.load();
                                        records.values().removeIf(record -> record.state() == State.CLAIMED);
                                    }
                                })
                        .caughtBy(EARLIER_LIFE, "rule 8: a claim of an earlier life, after CLOSE")
                        .caughtBy("rule7_crashUnderLoad", "rule 7: an acknowledged claim is gone")
                        .caughtByHistories("rule 8: "),
                reopening("waits for owners of an earlier life", record -> record)
                        .caughtBy(EARLIER_LIFE, "expected: <Granted, attempt 2> but was: <InProgress for PT29S>")
                        .caughtByHistories("rule 8: told InProgress"),
                reopening(
                                "retries what owners of an earlier life left to PARK",
                                record -> BrokenClaimsStore.leaving(
                                        FakeIdempotencyStore.endingAt(record, Math.min(record.since(), 0)),
                                        OwnerGone.RETRY))
                        .caughtBy(EARLIER_LIFE, "rule 8: a claim of an earlier life, after CLOSE"),
                BrokenClaimsStore.of(
                                "reads damage as an empty store",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void load() {
                                        try {
                                            super.load();
                                        } catch (CorruptSnapshotException e) {
                                            records.clear();
                                        }
                                    }
                                })
                        .caughtBy(DAMAGE, "rule 7: opened with damage as if nothing had happened"),
                BrokenClaimsStore.of(
                                "refuses damage without numbers",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void load() {
                                        try {
                                            super.load();
                                        } catch (CorruptSnapshotException e) {
                                            throw new CorruptSnapshotException("damaged", e);
                                        }
                                    }
                                })
                        .caughtBy(DAMAGE, "rule 7: the refusal says where and how much"),
                BrokenClaimsStore.of(
                                "promises less durability",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    public Durability durability() {
                                        return Durability.NONE;
                                    }
                                })
                        .caughtBy("promisesAreAsExpected", "durability"),
                BrokenClaimsStore.of(
                                "promises more scope", (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    public Scope scope() {
                                        return Scope.SHARED;
                                    }
                                })
                        .caughtBy("promisesAreAsExpected", "scope"),
                BrokenClaimsStore.of(
                                "drops the oldest record when it is full",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void makeRoom() {
                                        if (records.size() >= config.maximumRecords()) {
                                            write(oldest(records), null);
                                        }
                                    }
                                })
                        .caughtBy(FULL, "rule 6: never refused, so nothing may be gone"),
                BrokenClaimsStore.of(
                                "refuses when it is full and does not say why",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void makeRoom() {
                                        try {
                                            super.makeRoom();
                                        } catch (StoreUnavailableException e) {
                                            throw new StoreUnavailableException("cannot claim", e);
                                        }
                                    }
                                })
                        .caughtBy(FULL, "rule 6: a refusal names the capacity"),
                BrokenClaimsStore.of(
                                "refuses before it is full",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void makeRoom() {
                                        if (records.size() >= config.maximumRecords() / 2) {
                                            throw new StoreUnavailableException("at its capacity");
                                        }
                                    }
                                })
                        .caughtBy(FULL, "rule 6: refused before the records it must have room for"),
                BrokenClaimsStore.of(
                                "refuses all keys when it is full",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    ClaimRecord.Step step(@Nullable ClaimRecord before, ClaimRequest request) {
                                        makeRoom();
                                        return super.step(before, request);
                                    }
                                })
                        .caughtBy(FULL, "at its capacity of 64"),
                BrokenClaimsStore.of(
                                "never removes what is over",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void sweep() {}
                                })
                        .caughtBy(ROOM, "at its capacity of 64"),
                BrokenClaimsStore.of("counts a record out twice", CountsOutTwice::new)
                        .caughtBy(ROOM, "rule 6: records held by a full store"));
    }

    private static BrokenClaimsStore reopening(String name, UnaryOperator<ClaimRecord> running) {
        return BrokenClaimsStore.of(name, (storage, config) -> new FakeIdempotencyStore(storage, config) {
            @Override
            ClaimRecord afterRestart(ClaimRecord record) {
                return super.afterRestart(record).equals(record) ? record : running.apply(record);
            }
        });
    }

    private static DedupKey oldest(Map<DedupKey, ClaimRecord> records) {
        return records.entrySet().stream()
                .min(Comparator.comparingLong(entry -> entry.getValue().fence()))
                .orElseThrow()
                .getKey();
    }

    /** Writes 64 records at a time. */
    private static final class WritesLater extends FakeIdempotencyStore {
        private @Nullable Map<DedupKey, @Nullable ClaimRecord> pending;

        WritesLater(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @Override
        void write(DedupKey key, @Nullable ClaimRecord record) {
            if (record == null) {
                records.remove(key);
            } else {
                records.put(key, record);
            }
            if (pending == null) {
                pending = new LinkedHashMap<>();
            }
            pending.put(key, record);
            if (pending.size() >= 64) {
                flush();
            }
        }

        private void flush() {
            if (pending != null) {
                pending.forEach(storage::put);
                pending.clear();
            }
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                flush();
            }
            super.close();
        }
    }

    /** Counts its records instead of asking the map, and counts one out for each lease that it refuses. */
    private static final class CountsOutTwice extends FakeIdempotencyStore {
        CountsOutTwice(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @Override
        void makeRoom() {
            if (records.size() - counts.leasesLost >= config.maximumRecords()) {
                super.makeRoom();
            }
        }
    }
}
