package io.github.dedupkit.testkit;

import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.ClaimRecord.State;
import io.github.dedupkit.DedupKey;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Stores that break rule 8 in their fences, and in their clocks. */
final class BrokenFenceClaims {
    private static final String FENCES = "rule8_fencesRise";
    private static final String STAY = "rule8_fencesStayWithTheWallClock";
    private static final String RESTARTS = "rule8_fencesRiseAcrossRestarts";
    private static final String LAPSED = "rule8_lapsedClaimsComplete";

    private BrokenFenceClaims() {}

    private static BrokenClaimsStore drawing(String name, ToLongFunction<FakeIdempotencyStore> fences) {
        return BrokenClaimsStore.of(name, (storage, config) -> new FakeIdempotencyStore(storage, config) {
            @Override
            long newFence(@Nullable ClaimRecord before) {
                lastFence = fences.applyAsLong(this);
                storage.putFence(lastFence);
                return lastFence;
            }
        });
    }

    static List<BrokenClaimsStore> stores() {
        return List.of(
                drawing("hands out one fence for all", store -> IdempotencyContractSupport.START * 1_000)
                        .caughtBy(FENCES, "rule 8: the fence did not rise after")
                        .caughtByHistories("rule 8: fence "),
                drawing("takes the wall clock for the fence", FakeIdempotencyStore::wallClockMicros)
                        .caughtBy(FENCES, "rule 8: the fence did not rise after")
                        .caughtBy(RESTARTS, "rule 8: the fence did not rise after")
                        .caughtByHistories("rule 8: fence "),
                drawing("counts fences from 1", store -> store.lastFence + 1)
                        .caughtBy(FENCES, "rule 8: the fence is behind the wall clock for a fresh key")
                        .caughtBy(STAY, "microseconds ahead of the wall clock")
                        .caughtByHistories("is behind the wall clock"),
                drawing(
                                "begins with the wall clock and counts on",
                                store -> store.lastFence == 0 ? store.wallClockMicros() : store.lastFence + 1)
                        .caughtBy("rule8_fencesRiseAfterARestore", "did not rise after a restore of an older copy")
                        .caughtBy(STAY, "microseconds ahead of the wall clock")
                        .caughtByHistories("is behind the wall clock"),
                drawing("counts fences by the minute", store -> {
                            long next = Math.max(store.lastFence, store.wallClockMicros());
                            return next + 60_000_000;
                        })
                        .caughtBy(STAY, "microseconds ahead of the wall clock"),
                BrokenClaimsStore.of(
                                "begins fences anew after a deletion",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    long newFence(@Nullable ClaimRecord before) {
                                        return Math.max(wallClockMicros(), before == null ? 0 : before.fence() + 1);
                                    }
                                })
                        .caughtBy(FENCES, "rule 8: the fence did not rise after")
                        .caughtByHistories("rule 8: fence "),
                BrokenClaimsStore.of(
                                "does not keep the last fence",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void load() {
                                        super.load();
                                        lastFence = 0;
                                    }
                                })
                        .caughtBy(RESTARTS, "rule 8: the fence did not rise after")
                        .caughtByHistories("rule 8: fence "),
                BrokenClaimsStore.of(
                                "takes the last fence from its records",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void load() {
                                        super.load();
                                        lastFence = records.values().stream()
                                                .mapToLong(ClaimRecord::fence)
                                                .max()
                                                .orElse(0);
                                    }
                                })
                        .caughtBy(RESTARTS, "rule 8: the fence did not rise after"),
                BrokenClaimsStore.of(
                                "runs leases on the wall clock",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    long now() {
                                        return super.now() + wallClockMicros() * 1_000;
                                    }
                                })
                        .caughtBy("rule8_wallClockJumpsChangeNothing", "rule 8: after a jump of the wall clock by PT1H")
                        .caughtByHistories("rule 8: "),
                BrokenClaimsStore.of(
                                "takes a clock that wraps for one that went back",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    private long latest = Long.MIN_VALUE;

                                    @Override
                                    long now() {
                                        latest = Math.max(latest, super.now());
                                        return latest;
                                    }
                                })
                        .caughtBy("rule8_monotonicClockWraps", "rule 8: the clock wraps or changes its sign after PT")
                        .caughtByHistories("rule 8: "),
                BrokenClaimsStore.of(
                                "forgets lapsed claims at once",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    boolean isOver(ClaimRecord record) {
                                        return super.isOver(record) || isLapsed(record, now());
                                    }
                                })
                        .caughtBy("rule8_tableClaim", "rule 8: claim, ABSENT; what a stranger is told PT30S later")
                        .caughtBy(LAPSED, "was lost")
                        .caughtByHistories("rule 8: "),
                BrokenClaimsStore.of(
                                "keeps lapsed claims for ever",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    @Nullable
                                    ClaimRecord find(DedupKey key) {
                                        ClaimRecord record = records.get(key);
                                        return record != null && isLapsed(record, now())
                                                ? endingAt(record, now())
                                                : super.find(key);
                                    }
                                })
                        .caughtBy(LAPSED, "the claim's retention is over")
                        .caughtByHistories("rule 8: "));
    }

    private static boolean isLapsed(ClaimRecord record, long now) {
        return record.state() == State.CLAIMED && now - record.since() >= 0;
    }
}
