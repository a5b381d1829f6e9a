package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.ClaimRecord.State;
import io.github.dedupkit.ClaimRecord.Step;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stores that break the table of claims in what {@code claim} does. */
final class BrokenTableClaims {
    private static final long LEASE_NANOS = IdempotencyContractSupport.LEASE.toNanos();
    private static final String CLAIM = "rule8_tableClaim";
    private static final String RESOLVE = "rule8_tableClaimToResolve";
    private static final String AGAIN = "rule8_tableClaimAgain";
    private static final String MISMATCH = "rule9_tableOtherFingerprint";

    private BrokenTableClaims() {}

    /** Decides as the fake store does. */
    private interface Rest {
        Step step(@Nullable ClaimRecord before, ClaimRequest request);
    }

    /** Decides on a claim of a key that has a record. */
    private interface Decision {
        Step step(ClaimRecord before, ClaimRequest request, Rest rest);
    }

    private static BrokenClaimsStore deciding(String name, Decision decision) {
        return BrokenClaimsStore.of(name, (storage, config) -> new FakeIdempotencyStore(storage, config) {
            @Override
            Step step(@Nullable ClaimRecord before, ClaimRequest request) {
                return before == null ? super.step(null, request) : decision.step(before, request, super::step);
            }
        });
    }

    /** A store that takes what it finds for something else. */
    private static BrokenClaimsStore seeing(String name, Function<ClaimRecord, ClaimRecord> view) {
        return deciding(name, (before, request, rest) -> rest.step(view.apply(before), request));
    }

    private static boolean isClaimed(ClaimRecord record) {
        return record.state() == State.CLAIMED;
    }

    static List<BrokenClaimsStore> stores() {
        return List.of(
                seeing("takes live leases over", r -> isClaimed(r) ? lapsed(r) : r)
                        .caughtBy(CLAIM, "rule 8: claim, ABSENT; what a stranger is told PT0S later")
                        .caughtByHistories("instead of InProgress"),
                seeing("treats PARK as RETRY", r -> BrokenClaimsStore.leaving(r, OwnerGone.RETRY))
                        .caughtBy(CLAIM, "rule 8: claim, LAPSED_PARK")
                        .caughtByHistories("instead of Parked"),
                seeing("treats RETRY as PARK", r -> BrokenClaimsStore.leaving(r, OwnerGone.PARK))
                        .caughtBy(CLAIM, "rule 8: a lapsed claim is taken over, was told Parked")
                        .caughtByHistories("instead of Granted"),
                seeing("does not count attempts", r -> BrokenClaimsStore.withAttempt(r, 0))
                        .caughtBy(CLAIM, "expected: <Granted, attempt 2> but was: <Granted, attempt 1>"),
                deciding(
                                "grants parked claims to whoever comes",
                                (before, request, rest) -> rest.step(
                                        before, before.state() == State.PARKED ? request.toResolve() : request))
                        .caughtBy(CLAIM, "rule 8: claim, LAPSED_PARK; what a stranger is told")
                        .caughtByHistories("instead of Parked"),
                BrokenClaimsStore.of("lets a claimer who finds another one delete the claim", ClaimerDeletes::new)
                        .caughtBy(CLAIM, "rule 8: claim, CLAIMED; what a stranger is told PT0S later")
                        .caughtByHistories("rule 8: "),
                deciding(
                                "does not resolve",
                                (before, request, rest) -> rest.step(before, withIntent(request, Intent.RUN)))
                        .caughtBy(RESOLVE, "rule 8: claim to RESOLVE, LAPSED_PARK")
                        .caughtByHistories("rule 8: told Parked"),
                deciding(
                                "resolves claims that are at work",
                                (before, request, rest) -> rest.step(
                                        request.intent() == Intent.RESOLVE && isClaimed(before)
                                                ? lapsed(before)
                                                : before,
                                        request))
                        .caughtBy(RESOLVE, "rule 8: claim to RESOLVE, CLAIMED")
                        .caughtByHistories("instead of InProgress"),
                deciding(
                                "tells a caller who asks again that it is in progress",
                                (before, request, rest) ->
                                        isClaimed(before) && before.owner().equals(request.owner())
                                                ? new Step(before, new Claim.InProgress(Duration.ofSeconds(1)))
                                                : rest.step(before, request))
                        .caughtBy(AGAIN, "rule 8: claim again, CLAIMED")
                        .caughtByHistories("rule 8: told InProgress"),
                deciding(
                                "draws a new fence for a caller who asks again",
                                (before, request, rest) -> isClaimed(before)
                                                && before.owner().equals(request.owner())
                                        ? rest.step(BrokenClaimsStore.withFence(before, before.fence() + 1), request)
                                        : rest.step(before, request))
                        .caughtBy(AGAIN, "rule 8: claim again, CLAIMED")
                        .caughtByHistories("rule 8: "),
                deciding(
                                "lets a parked owner claim again",
                                (before, request, rest) -> before.state() == State.PARKED
                                                && before.owner().equals(request.owner())
                                        ? rest.step(null, request)
                                        : rest.step(before, request))
                        .caughtBy(AGAIN, "rule 8: claim again, PARKED")
                        .caughtByHistories("instead of Parked"),
                BrokenClaimsStore.of("takes an overtaken token for the owner's", TokensLastForEver::new)
                        .caughtBy("rule8_tableClaimWithAnOvertakenToken", ", CLAIMED")
                        .caughtByHistories("rule 8: told Granted"),
                deciding("keeps the first owner's choice", (before, request, rest) -> {
                            Step step = rest.step(before, request);
                            return new Step(
                                    BrokenClaimsStore.leaving(step.record(), before.ownerGone()), step.answer());
                        })
                        .caughtBy("rule8_theLastOwnersChoiceCounts", "rule 8: RETRY, taken over with PARK"),
                deciding("compares no fingerprints", (before, request, rest) -> rest.step(before, as(before, request)))
                        .caughtBy(MISMATCH, "another fingerprint")
                        .caughtByHistories("instead of FingerprintMismatch"),
                deciding(
                                "shows the outcome to whoever knows the key",
                                (before, request, rest) -> before.outcome() == null
                                        ? rest.step(before, request)
                                        : new Step(before, new Claim.Completed(before.outcome())))
                        .caughtBy(MISMATCH, ", COMPLETED")
                        .caughtByHistories("instead of FingerprintMismatch"),
                deciding("parks a claim on a mismatch", (before, request, rest) -> {
                            Step step = rest.step(before, request);
                            boolean parks = step.answer() instanceof Claim.FingerprintMismatch && isClaimed(before);
                            return parks ? new Step(parked(before), step.answer()) : step;
                        })
                        .caughtBy(MISMATCH, ", CLAIMED; what a stranger is told")
                        .caughtByHistories("rule 8: "),
                deciding(
                                "compares half of the fingerprint",
                                (before, request, rest) -> rest.step(
                                        before,
                                        before.fingerprint().high()
                                                        == request.fingerprint().high()
                                                ? as(before, request)
                                                : request))
                        .caughtBy("rule9_everyBitOfTheFingerprintCounts", "rule 9: fingerprint "));
    }

    private static ClaimRecord lapsed(ClaimRecord claimed) {
        return FakeIdempotencyStore.endingAt(claimed, claimed.since() - LEASE_NANOS);
    }

    private static ClaimRecord parked(ClaimRecord claimed) {
        return new ClaimRecord(
                State.PARKED,
                claimed.fingerprint(),
                claimed.fence(),
                claimed.owner(),
                claimed.attempt(),
                claimed.ownerGone(),
                claimed.since(),
                claimed.keptNanos(),
                null);
    }

    private static ClaimRequest withIntent(ClaimRequest request, Intent intent) {
        return new ClaimRequest(
                request.key(),
                request.fingerprint(),
                request.owner(),
                request.lease(),
                request.retention(),
                request.ownerGone(),
                intent);
    }

    /** The request with the fingerprint of a record. */
    private static ClaimRequest as(ClaimRecord before, ClaimRequest request) {
        return new ClaimRequest(
                request.key(),
                before.fingerprint(),
                request.owner(),
                request.lease(),
                request.retention(),
                request.ownerGone(),
                request.intent());
    }

    private static final class ClaimerDeletes extends FakeIdempotencyStore {
        ClaimerDeletes(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @Override
        public synchronized Claim claim(ClaimRequest request) {
            Claim claim = super.claim(request);
            if (claim instanceof Claim.InProgress) {
                write(request.key(), null);
            }
            return claim;
        }
    }

    private static final class TokensLastForEver extends FakeIdempotencyStore {
        private final Set<UUID> granted = new HashSet<>();

        TokensLastForEver(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @Override
        Step step(@Nullable ClaimRecord before, ClaimRequest request) {
            boolean known = !granted.add(request.owner());
            return super.step(
                    before != null && isClaimed(before) && known
                            ? BrokenClaimsStore.ownedBy(before, request.owner())
                            : before,
                    request);
        }
    }
}
