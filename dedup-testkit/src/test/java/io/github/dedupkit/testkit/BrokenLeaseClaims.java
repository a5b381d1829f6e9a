package io.github.dedupkit.testkit;

import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.ClaimRecord.State;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Stores that break the table of claims, and rule 8, in what a lease may do. */
final class BrokenLeaseClaims {
    private static final String COMPLETE = "rule8_tableComplete";
    private static final String RENEW = "rule8_tableRenew";
    private static final String OVERTAKEN = "rule8_tableOvertaken";
    private static final String LAPSED = "rule8_lapsedClaimsComplete";
    private static final String ZOMBIES = "rule8_zombiesAreRefused";

    private BrokenLeaseClaims() {}

    /** What a store takes a lease for, beside a record. */
    private interface View {
        Lease of(ClaimRecord before, Lease lease);
    }

    private static BrokenClaimsStore seeing(String name, View view) {
        return BrokenClaimsStore.of(name, (storage, config) -> new FakeIdempotencyStore(storage, config) {
            @Override
            Lease shown(@Nullable ClaimRecord before, Lease lease) {
                return before == null ? lease : view.of(before, lease);
            }
        });
    }

    private static Lease with(Lease lease, long fence, UUID owner) {
        return new Lease(lease.key(), fence, owner, lease.attempt(), lease.duration(), lease.expiresAtNanos());
    }

    static List<BrokenClaimsStore> stores() {
        return List.of(
                seeing("compares no leases", (before, lease) -> with(lease, before.fence(), before.owner()))
                        .caughtBy(OVERTAKEN, "expected: <refused> but was: <done>")
                        .caughtBy(ZOMBIES, "rule 8: the successor is at work: complete")
                        .caughtBy("rule8_racesHaveOneWinner", "went wrong")
                        .caughtByHistories("with a lease that is not the owner's changed something"),
                seeing("compares fences only", (before, lease) -> with(lease, lease.fence(), before.owner()))
                        .caughtBy(OVERTAKEN, "another token")
                        .caughtByHistories("with a lease that is not the owner's changed something"),
                seeing("compares tokens only", (before, lease) -> with(lease, before.fence(), lease.owner()))
                        .caughtBy(OVERTAKEN, "er fence")
                        .caughtByHistories("with a lease that is not the owner's changed something"),
                seeing(
                                "accepts every fence that is not lower",
                                (before, lease) -> with(lease, Math.min(lease.fence(), before.fence()), lease.owner()))
                        .caughtBy(OVERTAKEN, "a higher fence")
                        .caughtByHistories("with a lease that is not the owner's changed something"),
                BrokenClaimsStore.of("takes an expired lease for a lost one", ExpiredIsRefused::new)
                        .caughtBy(COMPLETE, "rule 8: complete, LAPSED_RETRY")
                        .caughtBy(RENEW, "rule 8: renew, LAPSED_RETRY")
                        .caughtBy(LAPSED, "has expired")
                        .caughtByHistories("was refused to the owner"),
                BrokenClaimsStore.of("completes a claim whose record is gone", CompletesWhatIsGone::new)
                        .caughtBy(COMPLETE, "rule 8: complete, ABSENT")
                        .caughtBy(ZOMBIES, "rule 8: the successor's outcome is over: complete")
                        .caughtBy(LAPSED, "rule 8: the claim's retention is over: complete")
                        .caughtByHistories("with a lease that is not the owner's changed something"),
                BrokenClaimsStore.of(
                                "records a second outcome over the first",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    ClaimRecord completed(
                                            @Nullable ClaimRecord before,
                                            Lease lease,
                                            Outcome outcome,
                                            Duration retention) {
                                        return super.completed(claimedAgain(before, now()), lease, outcome, retention);
                                    }
                                })
                        .caughtBy(COMPLETE, "rule 8: complete, COMPLETED; what a stranger is told")
                        .caughtByHistories("instead of Completed"),
                BrokenClaimsStore.of(
                                "extends a lease from its old end",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    ClaimRecord renewed(@Nullable ClaimRecord before, Lease lease) {
                                        ClaimRecord renewed = super.renewed(before, lease);
                                        long end = before == null ? 0 : before.since();
                                        return endingAt(
                                                renewed, end + lease.duration().toNanos());
                                    }
                                })
                        .caughtBy(RENEW, "rule 8: renew, CLAIMED; what a stranger is told")
                        .caughtByHistories("rule 8: told "),
                BrokenClaimsStore.of(
                                "renews a parked claim",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    ClaimRecord renewed(@Nullable ClaimRecord before, Lease lease) {
                                        boolean parked = before != null && before.state() == State.PARKED;
                                        return super.renewed(parked ? claimedAgain(before, now()) : before, lease);
                                    }
                                })
                        .caughtBy(RENEW, "rule 8: renew, PARKED")
                        .caughtByHistories("RENEW with a lease that is not the owner's changed something"),
                BrokenClaimsStore.of(
                                "releases a claim that is completed",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    @Nullable
                                    ClaimRecord released(@Nullable ClaimRecord before, Lease lease) {
                                        return super.released(claimedAgain(before, now()), lease);
                                    }
                                })
                        .caughtBy("rule8_tableRelease", "rule 8: release, COMPLETED")
                        .caughtByHistories("RELEASE with a lease that is not the owner's changed something"),
                BrokenClaimsStore.of(
                                "keeps a released claim as a lapsed one",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    @Nullable
                                    ClaimRecord released(@Nullable ClaimRecord before, Lease lease) {
                                        super.released(before, lease);
                                        return before == null ? null : claimedAgain(before, now());
                                    }
                                })
                        .caughtBy("rule8_tableRelease", "rule 8: release, ABSENT")
                        .caughtByHistories("rule 8: "),
                BrokenClaimsStore.of(
                                "counts the time since a claim was parked anew",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    ClaimRecord parked(@Nullable ClaimRecord before, Lease lease) {
                                        boolean again = before != null && before.state() == State.PARKED;
                                        return super.parked(again ? claimedAgain(before, now()) : before, lease);
                                    }
                                })
                        .caughtBy("rule8_tablePark", "rule 8: park, PARKED; what a stranger is told")
                        .caughtByHistories("instead of Parked"));
    }

    /** A record as if its claim had lapsed now. */
    @Nullable
    private static ClaimRecord claimedAgain(@Nullable ClaimRecord record, long now) {
        return record == null
                ? null
                : new ClaimRecord(
                        State.CLAIMED,
                        record.fingerprint(),
                        record.fence(),
                        record.owner(),
                        record.attempt(),
                        record.ownerGone(),
                        now,
                        record.keptNanos(),
                        null);
    }

    private static final class ExpiredIsRefused extends FakeIdempotencyStore {
        ExpiredIsRefused(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @Override
        Lease shown(@Nullable ClaimRecord before, Lease lease) {
            if (before != null && before.state() == State.CLAIMED && now() - before.since() >= 0) {
                throw new LeaseLostException("the lease with fence " + lease.fence() + " has expired");
            }
            return lease;
        }
    }

    private static final class CompletesWhatIsGone extends FakeIdempotencyStore {
        CompletesWhatIsGone(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @Override
        ClaimRecord completed(@Nullable ClaimRecord before, Lease lease, Outcome outcome, Duration retention) {
            return before != null
                    ? super.completed(before, lease, outcome, retention)
                    : new ClaimRecord(
                            State.COMPLETED,
                            IdempotencyContractSupport.FINGERPRINT,
                            lease.fence(),
                            lease.owner(),
                            lease.attempt(),
                            OwnerGone.RETRY,
                            now(),
                            retention.toNanos(),
                            outcome);
        }
    }
}
