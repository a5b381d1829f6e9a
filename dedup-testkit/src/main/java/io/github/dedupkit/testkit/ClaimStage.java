package io.github.dedupkit.testkit;

import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The stage on which {@link ClaimTableRules} plays one state of the table: many keys, brought into it in step, so that each can
 * be asked about at a time of its own. What strangers are told at all these times is the key's fate, and all that can be
 * seen of a record.
 *
 * <p>Each key was claimed, its lease lapsed, and another owner took it over and brought it into the state; {@link #ELAPSED} ago,
 * unless it is ABSENT.
 */
final class ClaimStage {
    /** The states of the table, with what a lapsed claim leaves. */
    enum State {
        ABSENT,
        CLAIMED,
        LAPSED_RETRY,
        LAPSED_PARK,
        PARKED,
        COMPLETED
    }

    static final Duration ELAPSED = Duration.ofSeconds(10);
    static final Duration LEASE_LEFT = IdempotencyContractSupport.LEASE.minus(ELAPSED);
    static final Outcome OUTCOME = Outcome.result(new byte[] {3, 1, 4});

    private static final Duration LONG = Duration.ofDays(400);

    private final IdempotencyContractSupport contract;
    private final IdempotencyStore store;
    private final Duration tick;

    /** A key on the stage, with the lease that owns it, or did last, and the one that was overtaken. */
    record Held(DedupKey key, Lease own, Lease overtaken) {}

    ClaimStage(IdempotencyContractSupport contract, IdempotencyStore store) {
        this.contract = contract;
        this.store = store;
        tick = contract.resolution();
    }

    /** Brings fresh keys into a state. */
    List<Held> set(State state, int keys) {
        OwnerGone ownerGone = state == State.LAPSED_PARK ? OwnerGone.PARK : OwnerGone.RETRY;
        List<Lease> overtaken = new ArrayList<>();
        for (int k = 0; k < keys; k++) {
            overtaken.add(contract.granted(store, IdempotencyContractSupport.key(k), "rule 8: a fresh key"));
        }
        contract.nanoTime.advance(IdempotencyContractSupport.LEASE);
        List<Held> all = new ArrayList<>();
        for (Lease lost : overtaken) {
            DedupKey key = lost.key();
            var request = IdempotencyContractSupport.request(key, contract.stranger(), ownerGone);
            Lease own = IdempotencyContractSupport.granted(store, request, "rule 8: a lapsed claim is taken over");
            switch (state) {
                case ABSENT -> store.release(own);
                case PARKED -> store.park(own);
                case COMPLETED -> store.complete(own, OUTCOME, IdempotencyContractSupport.OUTCOME_RETENTION);
                default -> {}
            }
            all.add(new Held(key, own, lost));
        }
        boolean lapses = state == State.LAPSED_RETRY || state == State.LAPSED_PARK;
        contract.nanoTime.advance(lapses ? IdempotencyContractSupport.LEASE.plus(ELAPSED) : ELAPSED);
        return all;
    }

    /** Lets time pass, and asks about each of the keys at a moment of the fate. */
    void assertFate(List<Held> keys, SortedMap<Duration, String> fate, String why) {
        Duration passed = Duration.ZERO;
        int k = 0;
        for (var moment : fate.entrySet()) {
            Duration after = moment.getKey();
            contract.nanoTime.advance(after.minus(passed));
            passed = after;
            String place = why + "; what a stranger is told " + after + " later";
            contract.answers(store, keys.get(k++).key(), moment.getValue(), place);
        }
    }

    /** The fate of a key that a call left as it was. */
    SortedMap<Duration, String> unchanged(State state) {
        return switch (state) {
            case ABSENT -> absent();
            case CLAIMED -> claimed(LEASE_LEFT, 2);
            case LAPSED_RETRY -> claimed(ELAPSED.negated(), 2);
            case LAPSED_PARK, PARKED -> parked(ELAPSED);
            case COMPLETED -> completed(OUTCOME, ELAPSED);
        };
    }

    SortedMap<Duration, String> absent() {
        SortedMap<Duration, String> fate = new TreeMap<>();
        fate.put(Duration.ZERO, "Granted, attempt 1");
        return fate;
    }

    /** Of a claim that may be retried, whose lease ends after some time, or did before. */
    SortedMap<Duration, String> claimed(Duration left, int attempt) {
        SortedMap<Duration, String> fate = new TreeMap<>();
        String retried = "Granted, attempt " + (attempt + 1);
        if (left.isNegative()) {
            fate.put(Duration.ZERO, retried);
        } else {
            fate.put(Duration.ZERO, "InProgress for " + left);
            fate.put(left.minus(tick), "InProgress for " + tick);
            fate.put(left, retried);
        }
        Duration over = left.plus(IdempotencyContractSupport.CLAIM_RETENTION);
        fate.put(over.minus(tick), retried);
        fate.put(over, "Granted, attempt 1");
        return fate;
    }

    /** Of a claim that will be parked when its lease has ended. */
    SortedMap<Duration, String> claimedToPark(Duration left) {
        SortedMap<Duration, String> fate = new TreeMap<>();
        fate.put(Duration.ZERO, "InProgress for " + left);
        fate.put(left.minus(tick), "InProgress for " + tick);
        fate.put(left, "Parked for " + Duration.ZERO);
        fate.put(LONG, "Parked for " + LONG.minus(left));
        return fate;
    }

    /** Of a key that was claimed with another fingerprint than the strangers'. */
    SortedMap<Duration, String> mismatched(Duration left) {
        SortedMap<Duration, String> fate = new TreeMap<>();
        Duration over = left.plus(IdempotencyContractSupport.CLAIM_RETENTION);
        fate.put(Duration.ZERO, "FingerprintMismatch");
        fate.put(over.minus(tick), "FingerprintMismatch");
        fate.put(over, "Granted, attempt 1");
        return fate;
    }

    SortedMap<Duration, String> parked(Duration since) {
        SortedMap<Duration, String> fate = new TreeMap<>();
        fate.put(Duration.ZERO, "Parked for " + since);
        fate.put(LONG, "Parked for " + since.plus(LONG));
        return fate;
    }

    SortedMap<Duration, String> completed(Outcome outcome, Duration elapsed) {
        SortedMap<Duration, String> fate = new TreeMap<>();
        String told = IdempotencyContractSupport.completed(outcome);
        Duration over = IdempotencyContractSupport.OUTCOME_RETENTION.minus(elapsed);
        fate.put(Duration.ZERO, told);
        fate.put(over.minus(tick), told);
        fate.put(over, "Granted, attempt 1");
        return fate;
    }
}
