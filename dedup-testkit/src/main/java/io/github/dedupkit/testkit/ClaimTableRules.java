package io.github.dedupkit.testkit;

import static io.github.dedupkit.testkit.ClaimStage.ELAPSED;
import static io.github.dedupkit.testkit.ClaimStage.LEASE_LEFT;
import static io.github.dedupkit.testkit.ClaimStage.OUTCOME;
import static io.github.dedupkit.testkit.ClaimTableRow.DONE;
import static io.github.dedupkit.testkit.ClaimTableRow.REFUSED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import io.github.dedupkit.testkit.ClaimStage.Held;
import io.github.dedupkit.testkit.ClaimStage.State;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Rule 8, the table of {@link IdempotencyStore}: a test for each row, which goes through the states and checks the answer
 * and everything that strangers are told from then on.
 */
abstract class ClaimTableRules extends IdempotencyContractSupport {
    private static final Outcome OWN = result("own");

    private ClaimTableRow claims(String name, Function<Held, ClaimRequest> requests) {
        return ClaimTableRow.ofClaim(this, name, requests);
    }

    private ClaimTableRow own(String name, BiConsumer<IdempotencyStore, Lease> call) {
        return ClaimTableRow.ofLease(this, name, Held::own, call);
    }

    @Test
    @DisplayName("rule 8: claim, in every state")
    void rule8_tableClaim() {
        claims("claim", held -> request(held.key(), stranger()))
                .in(State.ABSENT, "Granted, attempt 1, new fence", stage -> stage.claimed(LEASE, 1))
                .in(State.CLAIMED, "InProgress for " + LEASE_LEFT)
                .in(State.LAPSED_RETRY, "Granted, attempt 3, new fence", stage -> stage.claimed(LEASE, 3))
                .in(State.LAPSED_PARK, "Parked for " + ELAPSED)
                .in(State.PARKED, "Parked for " + ELAPSED)
                .in(State.COMPLETED, completed(OUTCOME))
                .check();
    }

    @Test
    @DisplayName("rule 8: claim to RESOLVE, in every state")
    void rule8_tableClaimToResolve() {
        claims("claim to RESOLVE", held -> request(held.key(), stranger()).toResolve())
                .in(State.ABSENT, "Granted, attempt 1, new fence", stage -> stage.claimed(LEASE, 1))
                .in(State.CLAIMED, "InProgress for " + LEASE_LEFT)
                .in(State.LAPSED_RETRY, "Granted, attempt 3, new fence", stage -> stage.claimed(LEASE, 3))
                .in(State.LAPSED_PARK, "Granted, attempt 3, new fence", stage -> stage.claimed(LEASE, 3))
                .in(State.PARKED, "Granted, attempt 3, new fence", stage -> stage.claimed(LEASE, 3))
                .in(State.COMPLETED, completed(OUTCOME))
                .check();
    }

    @Test
    @DisplayName("rule 8: claim again with the own token, in every state: the same lease, from now, while it is owned")
    void rule8_tableClaimAgain() {
        claims("claim again", held -> request(held.key(), held.own().owner()))
                .in(State.ABSENT, "Granted, attempt 1, new fence", stage -> stage.claimed(LEASE, 1))
                .in(State.CLAIMED, "Granted, attempt 2, same fence", stage -> stage.claimed(LEASE, 2))
                .in(State.LAPSED_RETRY, "Granted, attempt 2, same fence", stage -> stage.claimed(LEASE, 2))
                .in(State.LAPSED_PARK, "Granted, attempt 2, same fence", stage -> stage.claimed(LEASE, 2))
                .in(State.PARKED, "Parked for " + ELAPSED)
                .in(State.COMPLETED, completed(OUTCOME))
                .check();
        claims(
                        "claim again to RESOLVE",
                        held -> request(held.key(), held.own().owner()).toResolve())
                .in(State.ABSENT, "Granted, attempt 1, new fence", stage -> stage.claimed(LEASE, 1))
                .in(State.CLAIMED, "Granted, attempt 2, same fence", stage -> stage.claimed(LEASE, 2))
                .in(State.LAPSED_RETRY, "Granted, attempt 2, same fence", stage -> stage.claimed(LEASE, 2))
                .in(State.LAPSED_PARK, "Granted, attempt 2, same fence", stage -> stage.claimed(LEASE, 2))
                .in(State.PARKED, "Granted, attempt 3, new fence", stage -> stage.claimed(LEASE, 3))
                .in(State.COMPLETED, completed(OUTCOME))
                .check();
    }

    @Test
    @DisplayName("rule 8: claim with a token that was overtaken, in every state: it is a stranger's")
    void rule8_tableClaimWithAnOvertakenToken() {
        claims(
                        "claim with an overtaken token",
                        held -> request(held.key(), held.overtaken().owner()))
                .in(State.ABSENT, "Granted, attempt 1, new fence", stage -> stage.claimed(LEASE, 1))
                .in(State.CLAIMED, "InProgress for " + LEASE_LEFT)
                .in(State.LAPSED_RETRY, "Granted, attempt 3, new fence", stage -> stage.claimed(LEASE, 3))
                .in(State.LAPSED_PARK, "Parked for " + ELAPSED)
                .in(State.PARKED, "Parked for " + ELAPSED)
                .in(State.COMPLETED, completed(OUTCOME))
                .check();
    }

    @Test
    @DisplayName("rule 9: claim with another fingerprint, in every state: a mismatch, and nothing changes")
    void rule9_tableOtherFingerprint() {
        Map<String, Function<Held, ClaimRequest>> requests = Map.of(
                "another fingerprint", held -> request(held.key(), stranger()),
                "another fingerprint, to RESOLVE",
                        held -> request(held.key(), stranger()).toResolve(),
                "another fingerprint, own token",
                        held -> request(held.key(), held.own().owner()));
        requests.forEach((name, request) -> claims(name, held -> withOtherFingerprint(request.apply(held)))
                .always("FingerprintMismatch")
                .in(State.ABSENT, "Granted, attempt 1, new fence", stage -> stage.mismatched(LEASE))
                .check());
    }

    @Test
    @DisplayName(
            "rule 8: complete with the own lease, in every state: a lapsed or parked claim completes, an outcome stays")
    void rule8_tableComplete() {
        own("complete", (store, lease) -> store.complete(lease, OWN, OUTCOME_RETENTION))
                .in(State.ABSENT, REFUSED)
                .in(State.CLAIMED, DONE, stage -> stage.completed(OWN, Duration.ZERO))
                .in(State.LAPSED_RETRY, DONE, stage -> stage.completed(OWN, Duration.ZERO))
                .in(State.LAPSED_PARK, DONE, stage -> stage.completed(OWN, Duration.ZERO))
                .in(State.PARKED, DONE, stage -> stage.completed(OWN, Duration.ZERO))
                .in(State.COMPLETED, DONE)
                .check();
    }

    @Test
    @DisplayName("rule 8: renew with the own lease, in every state: from now, unless it is parked or completed")
    void rule8_tableRenew() {
        own("renew", (store, lease) -> {
                    Lease renewed = store.renew(lease);
                    assertEquals(lease.renewedAt(nanoTime.getAsLong()), renewed, "rule 8: the renewed lease");
                })
                .in(State.ABSENT, REFUSED)
                .in(State.CLAIMED, DONE, stage -> stage.claimed(LEASE, 2))
                .in(State.LAPSED_RETRY, DONE, stage -> stage.claimed(LEASE, 2))
                .in(State.LAPSED_PARK, DONE, stage -> stage.claimedToPark(LEASE))
                .in(State.PARKED, REFUSED)
                .in(State.COMPLETED, REFUSED)
                .check();
    }

    @Test
    @DisplayName("rule 8: release with the own lease, in every state: the key is as if never claimed")
    void rule8_tableRelease() {
        own("release", IdempotencyStore::release)
                .in(State.ABSENT, REFUSED)
                .in(State.CLAIMED, DONE, ClaimStage::absent)
                .in(State.LAPSED_RETRY, DONE, ClaimStage::absent)
                .in(State.LAPSED_PARK, DONE, ClaimStage::absent)
                .in(State.PARKED, DONE, ClaimStage::absent)
                .in(State.COMPLETED, REFUSED)
                .check();
    }

    @Test
    @DisplayName("rule 8: park with the own lease, in every state: parked from now, or still parked")
    void rule8_tablePark() {
        own("park", IdempotencyStore::park)
                .in(State.ABSENT, REFUSED)
                .in(State.CLAIMED, DONE, stage -> stage.parked(Duration.ZERO))
                .in(State.LAPSED_RETRY, DONE, stage -> stage.parked(Duration.ZERO))
                .in(State.LAPSED_PARK, DONE, stage -> stage.parked(Duration.ZERO))
                .in(State.PARKED, DONE)
                .in(State.COMPLETED, REFUSED)
                .check();
    }

    @Test
    @DisplayName(
            "rule 8: an overtaken lease is refused in every state and changes nothing: fence and token are compared")
    void rule8_tableOvertaken() {
        Map<String, Function<Held, Lease>> leases = Map.of(
                "overtaken", Held::overtaken,
                "another token", held -> with(held.own(), held.own().fence(), held.overtaken()),
                "a lower fence", held -> with(held.own(), held.own().fence() - 1, held.own()),
                "a higher fence", held -> with(held.own(), held.own().fence() + 1, held.own()));
        Map<String, BiConsumer<IdempotencyStore, Lease>> calls = Map.of(
                "complete", (store, lease) -> store.complete(lease, OWN, OUTCOME_RETENTION),
                "renew", IdempotencyStore::renew,
                "release", IdempotencyStore::release,
                "park", IdempotencyStore::park);
        leases.forEach((which, lease) ->
                calls.forEach((call, calling) -> ClaimTableRow.ofLease(this, call + ", " + which, lease, calling)
                        .always(REFUSED)
                        .check()));
    }

    private static Lease with(Lease lease, long fence, Lease ofOwner) {
        return new Lease(
                lease.key(), fence, ofOwner.owner(), lease.attempt(), lease.duration(), lease.expiresAtNanos());
    }

    @Test
    @DisplayName("rule 8: what the last owner chose counts when it is gone, whatever an earlier one chose")
    void rule8_theLastOwnersChoiceCounts() {
        IdempotencyStore store = open();
        granted(store, key(0), "rule 8: a fresh key");
        granted(store, request(key(1), stranger(), OwnerGone.PARK), "rule 8: a fresh key");
        nanoTime.advance(LEASE);
        granted(store, request(key(0), stranger(), OwnerGone.PARK), "rule 8: taken over");
        granted(store, request(key(1), stranger()).toResolve(), "rule 8: taken over to resolve");
        nanoTime.advance(LEASE);
        answers(store, key(0), "Parked for PT0S", "rule 8: RETRY, taken over with PARK");
        answers(store, key(1), "Granted, attempt 3", "rule 8: PARK, taken over with RETRY");
    }
}
